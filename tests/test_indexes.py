"""The long tables have no index that says what another says (PostgreSQL)."""

from __future__ import annotations

from typing import Final

import pytest
from django.db import connection

TABLES: Final = (
    "accounts_context",
    "accounts_customid",
    "accounts_user",
    "changelog_change",
    "domains_explicitdomain",
    "forwards_forwardingalias",
    "forwards_recipient",
)
# Ordinary indexes of whole tables; the columns in their order.
_INDEXES: Final = """
SELECT i.relname, x.indrelid::regclass::text, x.indkey::int2[], x.indisunique
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am am ON am.oid = i.relam
WHERE am.amname = 'btree' AND x.indpred IS NULL AND x.indexprs IS NULL AND x.indrelid::regclass::text = ANY (%s)
"""


@pytest.mark.postgres
def test_indexes__none_is_the_beginning_of_another(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_INDEXES, [list(TABLES)])
        indexes = cursor.fetchall()
    assert {table for _name, table, _columns, _unique in indexes} == set(TABLES)
    superfluous = {
        (name, other)
        for name, table, columns, unique in indexes
        for other, its_table, its_columns, _unique in indexes
        if name != other and table == its_table and not unique and its_columns[: len(columns)] == columns
    }
    assert superfluous == set()


@pytest.mark.postgres
def test_indexes__what_begins_with_a_text_is_found_by_trigrams(db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off")
        for table, column in (
            ("accounts_user", "uidname_normalized"),
            ("accounts_user", "msisdn_digits"),
            ("forwards_recipient", "normalized"),
        ):
            cursor.execute(f"EXPLAIN SELECT id FROM {table} WHERE {column} LIKE 'ab%%'", [])
            plan = "\n".join(row[0] for row in cursor.fetchall())
            assert "_anywhere" in plan, plan
