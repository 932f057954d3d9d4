"""The filters by label, note and end of a list go by their indexes, whoever asks and however many rows there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from accounts.models import Context, User
from accounts.services.labels import create_label
from forwards.models import ForwardingAlias
from tests.web.conftest import Enter
from tests.web.person import page, rows_of
from tests.world import OPERATOR, World

pytestmark = pytest.mark.postgres

ROWS: Final = 20_000
# Of so many rows one has what is looked for.
RARE: Final = 1000
FOUND: Final = ROWS // RARE
_MARKS: Final = (
    f"CASE WHEN i %% {RARE} = 0 THEN 'call first' END AS note,"
    f" CASE WHEN i %% {RARE} = 1 THEN '[\"vip\"]'::jsonb END AS labels"
)
FILL: Final = (
    f"""
    INSERT INTO accounts_context (id, name, name_normalized, reseller_id, is_active, created_at, note, labels)
    SELECT 10000 + i, 'many' || i, 'many' || i, (SELECT reseller_id FROM accounts_context WHERE id = 24), true, now(),
        note, labels FROM generate_series(1, {ROWS}) i, LATERAL (SELECT {_MARKS}) m
    """,
    f"""
    INSERT INTO accounts_user (context_id, number, uidname, uidname_normalized, domain, is_active, note, labels)
    SELECT 24, 1000 + i, name, name, 'acme.example', true, note, labels
    FROM generate_series(1, {ROWS}) i, LATERAL (SELECT {_MARKS}, 'many' || i || '@acme.example' AS name) m
    """,
    f"""
    INSERT INTO forwards_forwardingalias (context_id, address, normalized, domain, is_active, note, labels, expires_on)
    SELECT 24, name, name, 'acme.example', true, note, labels,
        CASE i %% {RARE} WHEN 2 THEN current_date + 3 WHEN 3 THEN current_date - 3 END
    FROM generate_series(1, {ROWS}) i, LATERAL (SELECT {_MARKS}, 'alias' || i || '@acme.example' AS name) m
    """,
    "ANALYZE",
)


# By what each list is filtered, and the index that knows the rows.
FILTERS: Final[list[tuple[type[Model], str, str]]] = [
    (Context, "?label=vip", "context_by_label"),
    (Context, "?note=yes", "context_with_a_note"),
    (User, "?label=vip", "user_by_label"),
    (User, "?note=yes", "user_with_a_note"),
    (ForwardingAlias, "?label=vip", "alias_by_label"),
    (ForwardingAlias, "?note=yes", "alias_with_a_note"),
    (ForwardingAlias, "?attention=ending", "alias_with_an_end"),
    (ForwardingAlias, "?status=expired", "alias_with_an_end"),
]


def test_filter__by_label_note_and_end_goes_by_an_index(world: World, enter: Enter) -> None:
    create_label(actor=OPERATOR, reseller=world.resellers["alpha"], name="vip", colour="blue")
    with connection.cursor() as cursor:
        for statement in FILL:
            cursor.execute(statement, ())
    for login in ("root", "alpha"):
        person = enter(login)
        for model, query, index in FILTERS:
            with CaptureQueriesContext(connection) as captured:
                response = person.get(f"{page(model)}{query}")
            assert len(rows_of(response)) == FOUND
            looked_at = list(_plans(captured, model))
            assert looked_at
            for plan in looked_at:
                assert index in plan, f"{login} {query}\n{plan}"
                assert f"Seq Scan on {model._meta.db_table}" not in plan, f"{login} {query}\n{plan}"


def _plans(captured: CaptureQueriesContext, model: type[Model]) -> Iterator[str]:
    """How the database goes about each statement that reads rows of the list."""
    for query in captured.captured_queries:
        sql: Any = query["sql"]
        if f'FROM "{model._meta.db_table}"' in sql and sql.lstrip("(").startswith("SELECT"):
            with connection.cursor() as cursor:
                # To go through all in their order until a page is full may look as cheap, as estimates vary.
                cursor.execute("SET LOCAL enable_indexscan = off")
                cursor.execute(f"EXPLAIN {sql}")
                plan = "\n".join(row[0] for row in cursor.fetchall())
                cursor.execute("SET LOCAL enable_indexscan = on")
            yield plan
