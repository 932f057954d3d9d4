"""The statements of a batch go by the ordinary indexes, also where a table has grown since PostgreSQL counted it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any, Final

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Context
from bulk import edits as bulk
from bulk.edits import Outcome
from changelog.models import Change
from core.actor import Actor, Channel
from core.transactions import go_by_indexes
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from tests.services.test_imports import kept
from tests.services.test_large import fill
from tests.world import World

pytestmark = pytest.mark.postgres

CONTEXTS: Final = 100
COUNTED: Final = 5_000
GROWN: Final = 5_000
SPREAD: Final = (
    """
    INSERT INTO forwards_forwardingalias (context_id, address, normalized, domain, is_active)
    SELECT c, 'some' || i || '@' || d, 'some' || i || '@' || d, d, true FROM generate_series(1, %(rows)s) i,
        LATERAL (SELECT CASE i %% %(contexts)s WHEN 0 THEN 24 ELSE %(first)s + i %% %(contexts)s END AS c) x,
        LATERAL (SELECT 'd' || c || '.example' AS d) y
    """,
    """
    INSERT INTO forwards_recipient (alias_id, address, normalized, domain)
    SELECT id, k || address, k || address, domain FROM forwards_forwardingalias, generate_series(1, 2) k
    WHERE address LIKE 'some%%'
    """,
)
BATCH: Final = 500
# What no batch may read from one end to the other.
LONG: Final = ("forwards_forwardingalias", "forwards_recipient", "accounts_user", "changelog_change")
KEPT: Final = "user@elsewhere.example"


@pytest.fixture
def grown(world: World) -> World:
    """A world of many contexts, one of which has got more aliases than all had when the database counted them."""
    first = 1000
    contexts = [Context(pk=pk, name=f"c{pk}", name_normalized=f"c{pk}") for pk in range(first, first + CONTEXTS)]
    Context.objects.bulk_create(contexts)
    ExplicitDomain.objects.bulk_create(
        [ExplicitDomain(context=one, name=f"d{one.pk}.example", proven_at=one.created_at) for one in contexts]
    )
    with connection.cursor() as cursor:
        for statement in SPREAD:
            cursor.execute(statement, {"first": first, "contexts": CONTEXTS, "rows": COUNTED})
        cursor.execute("ANALYZE")
    fill(world.contexts[24], GROWN)
    go_by_indexes()
    return world


def lines(world: World) -> list[int]:
    table = [["context", "alias", "recipients"]]
    table += [["24", f"new{n}@acme.example", f"a{n}@far.example, b{n}@far.example"] for n in range(BATCH)]
    return kept(world, "forwards", table)


def aliases(world: World) -> list[int]:
    rows = ForwardingAlias.objects.filter(recipients__address=KEPT)
    return list(rows.order_by("-pk").values_list("pk", flat=True)[:BATCH])


def changes(edit: str, params: dict[str, Any]) -> Callable[[World], list[int]]:
    def done(world: World) -> list[int]:
        actor = Actor(world.administrators["alpha"], Channel.WEB).in_batch()
        bulk.edit_named(edit).work(actor, aliases(world), params, preview=False)
        return list(Change.objects.filter(batch=actor.batch).order_by("-pk").values_list("pk", flat=True))

    return done


REPLACED: Final = {"old": KEPT, "new": "other@elsewhere.example"}
BATCHES: Final[list[tuple[str, Callable[[World], list[int]], dict[str, Any]]]] = [
    ("import.forwards", lines, {"file": "x", "skip_bad": True}),
    ("forwards.replace_recipient", aliases, REPLACED),
    ("forwards.delete", aliases, {}),
    ("changes.undo", changes("forwards.replace_recipient", REPLACED), {}),
    ("changes.undo", changes("forwards.delete", {}), {}),
]


def test_batch__goes_by_the_indexes_of_tables_that_have_grown(grown: World) -> None:
    for edit, chosen, params in BATCHES:
        keys, actor = chosen(grown), Actor(grown.administrators["alpha"], Channel.WEB).in_batch()
        for preview in (True, False):
            with CaptureQueriesContext(connection) as captured:
                results = bulk.edit_named(edit).work(actor, keys, params, preview=preview)
            assert {result.outcome for result in results.values()} == {Outcome.CHANGED}
            looked_at = list(plans(captured))
            assert len(looked_at) > 1
            for plan in looked_at:
                assert not [table for table in LONG if f"Seq Scan on {table}" in plan], plan
                # Trigrams are for parts of texts, and a context may have got any number of aliases.
                assert "_anywhere" not in plan, plan
                assert not re.search(r"Index Cond: \(context_id = \d+\)$", plan, re.MULTILINE), plan


def plans(captured: CaptureQueriesContext) -> Iterator[str]:
    """How the database goes about each statement that looks something up."""
    # Several may be one message.
    messages = (re.split(r"; (?=\(*SELECT )", query["sql"]) for query in captured.captured_queries)
    for statement in chain.from_iterable(messages):
        if " WHERE " in statement and statement.lstrip("(").startswith(("SELECT", "UPDATE", "DELETE")):
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN {statement}")
                yield "\n".join(row[0] for row in cursor.fetchall())
