"""The long tables have no index that says what another says (PostgreSQL)."""

from __future__ import annotations

from typing import Final

import pytest
from django.db import connection
from django.db.models import Model

from accounts.models import User
from forwards.models import Recipient

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
# Trigram indexes of columns as they are, with their collations.
_TRIGRAMS: Final = """
SELECT i.relname, c.collname
FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_am am ON am.oid = i.relam
JOIN pg_opclass o ON o.oid = x.indclass[0] JOIN pg_collation c ON c.oid = x.indcollation[0]
WHERE am.amname = 'gin' AND o.opcname = 'gin_trgm_ops' AND x.indkey[0] <> 0
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
@pytest.mark.parametrize(
    ("model", "column"), [(User, "uidname_normalized"), (User, "msisdn_digits"), (Recipient, "normalized")]
)
def test_indexes__what_begins_with_a_text_is_found_by_trigrams(db: None, model: type[Model], column: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_indexscan = off")
    plan = model._default_manager.filter(**{f"{column}__startswith": "ab"}).order_by().explain()
    assert "_anywhere" in plan, plan


@pytest.mark.postgres
def test_indexes__trigrams_answer_no_comparison_for_equality(db: None) -> None:
    """For a list of texts the planner takes them, thousands of times dearer than an ordinary index."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIGRAMS)
        indexes = dict(cursor.fetchall())
    assert indexes == dict.fromkeys(indexes, "C")
    assert {"alias_anywhere", "recipient_anywhere", "user_uidname_anywhere", "domain_anywhere"} <= set(indexes)
