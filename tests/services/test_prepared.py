"""Prepared statements write and find what the ORM would, in fewer messages."""

from __future__ import annotations

import threading
import time
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import LastLogin
from changelog.models import Change
from core.actor import Channel
from core.locks import lock_names, locking
from core.patience import PatientConnection
from core.prepared import Call, Statement, insert_one, insert_rows, send
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from tests.world import World

AT = timezone.now()


def alias(world: World, name: str) -> ForwardingAlias:
    return ForwardingAlias(
        context=world.contexts[24],
        address=f"{name.upper()}@x.example",
        normalized=f"{name}@x.example",
        domain="x.example",
    )


def recipients(row: ForwardingAlias, number: int) -> list[Model]:
    return [
        Recipient(alias=row, address=f"O'R{one}%s@x.example", normalized=f"o'r{one}%s@x.example", domain="x.example")
        for one in range(number)
    ]


def change(label: str) -> Change:
    return Change(
        at=AT,
        actor="a\\b",
        channel=Channel.API,
        action=Change.Action.CREATE,
        kind="forward",
        key=7,
        label=label,
        after={"alias": "ä'\"%\\", "recipients": ["☃"], "is_active": True},
        batch=uuid4(),
    )


def values(row: Model) -> dict[str, Any]:
    """Every column of the row but its key, as the database has it."""
    (found,) = type(row)._default_manager.filter(pk=row.pk).values()
    return {name: value for name, value in found.items() if name != "id"}


@pytest.fixture(params=["prepared", "pooler"])
def _mode(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PatientConnection, "is_pooled", request.param == "pooler")


@pytest.mark.usefixtures("_mode")
@pytest.mark.parametrize("number", [3, 30])
def test_insert_rows__are_as_the_orm_writes_them(world: World, number: int) -> None:
    other = alias(world, "other")
    other.save()
    Recipient.objects.bulk_create([one for one in recipients(other, number) if isinstance(one, Recipient)])
    row, line = alias(world, "new"), change("new")
    insert_one(row)

    insert_rows([*recipients(row, number), line])

    assert values(row) == values(other) | {"address": "NEW@x.example", "normalized": "new@x.example"}
    columns = ("address", "normalized", "domain")
    assert list(row.recipients.order_by("pk").values_list(*columns)) == list(
        other.recipients.order_by("pk").values_list(*columns)
    )
    line.pk = None
    Change.objects.bulk_create([line])
    one, two = Change.objects.filter(kind="forward", label="new").order_by("pk")
    assert values(one) == values(two)


def test_insert_one__keeps_a_key_that_it_is_given(world: World) -> None:
    row = alias(world, "restored")
    row.pk = 987_654

    insert_one(row)

    assert ForwardingAlias.objects.get(normalized="restored@x.example").pk == 987_654
    assert not row._state.adding


def test_insert_one__what_a_constraint_refuses_raises(world: World) -> None:
    insert_one(alias(world, "twice"))

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_one(alias(world, "twice"))


def test_insert_rows__whose_keys_are_wanted_get_them(world: World) -> None:
    row = alias(world, "long")
    insert_one(row)
    rows = [*recipients(row, 30), change("a"), change("b")]

    insert_rows(rows, keys=True)

    assert row.recipients.count() == 30
    assert all(one.pk for one in rows)


@pytest.mark.postgres
def test_insert_one__a_value_that_the_database_computes_cannot_be_prepared(db: None) -> None:
    with pytest.raises(ValueError, match="computes a value"):
        insert_one(LastLogin(username="somebody"))


@pytest.mark.postgres
@pytest.mark.parametrize("number", [2, 1500])
def test_insert_rows__of_several_models_are_one_message(world: World, number: int) -> None:
    row = alias(world, "one")
    insert_one(row)
    with CaptureQueriesContext(connection) as captured:
        insert_rows([*recipients(row, number), change("x")])

    assert len(captured) == 1


@pytest.mark.postgres
def test_statement__for_a_long_list_is_not_prepared(db: None) -> None:
    statement = Statement.of("SELECT 1 WHERE 1 = ANY (%s)", ["numbers"])

    assert statement.call({"numbers": list(range(100))})[0].startswith("EXECUTE")
    assert not statement.call({"numbers": list(range(101))})[0].startswith("EXECUTE")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_send__each_call_sees_what_the_one_before_waited_for(world: World) -> None:
    """Two calls of one message are two statements: with one snapshot for both, a lock would protect nothing."""
    seen: list[Any] = []

    def wait_and_look() -> None:
        with transaction.atomic():
            count: Call = ("SELECT count(*) FROM domains_explicitdomain WHERE name = 'late.example'", [])
            seen.extend(send([*locking(["domain:late.example"]), count]))
        connections.close_all()

    other = threading.Thread(target=wait_and_look)
    with transaction.atomic():
        lock_names(["domain:late.example"])
        other.start()
        with connection.cursor() as cursor:
            for _turn in range(1000):
                cursor.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                if cursor.fetchone() != (0,):
                    break
                time.sleep(0.01)
        ExplicitDomain.objects.create(context=world.contexts[24], name="late.example")
    other.join()

    assert seen == [(1,)]


@pytest.mark.parametrize("names", [[], ["acme.example"], ["acme.example", "'; --", "cafe.example", "none"]])
def test_among__is_the_same_as_in(world: World, names: list[str]) -> None:
    rows = ExplicitDomain.objects.order_by("pk")

    assert list(rows.filter(name__among=names)) == list(rows.filter(name__in=names))
    contexts = [24, 34]
    assert list(rows.filter(context__id__among=contexts)) == list(rows.filter(context__in=contexts))
    assert list(rows.filter(context__among=contexts)) == list(rows.filter(context__in=contexts))
