"""Inserting many rows at once keeps what the rows are, and what the columns refuse."""

from __future__ import annotations

import pytest
from django.db import DataError, IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from changelog.models import Change
from core.prepared import insert_rows
from forwards.models import ForwardingAlias, Recipient
from tests.world import World

# More than are inserted one by one.
MANY = 25


def alias(name: str, key: int | None = None) -> ForwardingAlias:
    domain = name.partition("@")[2]
    return ForwardingAlias(pk=key, context_id=24, address=name.title(), normalized=name, domain=domain)


def change(label: str, **values: object) -> Change:
    return Change(actor="x", channel="web", action=Change.Action.UPDATE, kind="user", key=1, label=label, **values)


def test_insert_rows__each_gets_its_own_key(world: World) -> None:
    rows = [alias(f"a{number * 7 % MANY}@acme.example") for number in range(MANY)]
    insert_rows(rows, keys=True)
    found = ForwardingAlias.objects.in_bulk([row.pk for row in rows])
    assert [found[row.pk].normalized for row in rows] == [row.normalized for row in rows]
    assert not [row for row in rows if row._state.adding]


def test_insert_rows__former_keys_are_kept_beside_new_ones(world: World) -> None:
    rows = [alias("a@acme.example", 7000), alias("b@acme.example", 7001), alias("c@acme.example")]
    insert_rows(rows, keys=True)
    found = dict(ForwardingAlias.objects.filter(context=24).values_list("normalized", "pk"))
    assert [found[row.normalized] for row in rows] == [7000, 7001, rows[2].pk]


def test_insert_rows__of_nothing_sends_nothing(world: World) -> None:
    with CaptureQueriesContext(connection) as captured:
        insert_rows([])
        insert_rows([], keys=True)
    assert not captured.captured_queries


def test_insert_rows__values_come_back_as_they_were(world: World) -> None:
    after = {"a": [1, "ü'\"\\{}"], "b": None}
    rows = [change(f"line {number}", after=after) for number in range(MANY)]
    insert_rows(rows)
    found = Change.objects.filter(label__startswith="line ").order_by("pk")
    assert [(one.label, one.at) for one in found] == [(row.label, row.at) for row in rows]
    assert {(one.action, one.request_id, one.batch, one.is_masked) for one in found} == {("update", "", None, False)}
    assert [(one.before, one.after) for one in found] == [(None, after)] * MANY
    assert found.filter(before__isnull=True).count() == MANY


def test_insert_rows__rows_that_are_the_same_are_as_many(world: World) -> None:
    row = change("same")
    insert_rows([change("same", at=row.at) for _number in range(MANY)])
    assert Change.objects.filter(label="same").count() == MANY


@pytest.mark.postgres  # SQLite does not look at lengths
def test_insert_rows__what_is_too_long_is_refused_and_not_cut(world: World) -> None:
    key, long = ForwardingAlias.objects.values_list("pk", flat=True)[0], "x" * 300
    rows = [Recipient(alias_id=key, address=long, normalized=f"{number}", domain="x") for number in range(MANY)]
    with pytest.raises(DataError):
        insert_rows(rows)


def test_insert_rows__what_a_constraint_forbids_is_refused(world: World) -> None:
    with pytest.raises(IntegrityError):
        insert_rows([alias("a@acme.example") for _number in range(MANY)], keys=True)
