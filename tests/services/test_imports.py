"""Importing in batches: what is looked up once, what is held, and in which order."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from accounts.imports.lines import lines_of
from accounts.models import Context, User
from accounts.services.limits import lock_resellers
from bulk import edits as bulk
from bulk.edits import Outcome
from bulk.models import ImportLine
from changelog.models import Change
from core.actor import Actor, Channel
from core.locks import lock_names
from core.tables import resource_named
from forwards.models import ForwardingAlias
from forwards.services import create_forward
from tests.services.threads import PATIENCE
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db


def kept(world: World, section: str, rows: list[list[str]], login: str = "alpha") -> list[int]:
    """The keys of the lines of a table, kept for import."""
    resource = resource_named(section)(world.administrators[login])
    lines = [line for piece in lines_of(resource, [list(enumerate(rows, start=1))], uuid4()) for line in piece]
    return [line.pk for line in ImportLine.objects.bulk_create(lines)]


def imported(world: World, section: str, keys: list[int], *, preview: bool = False) -> list[tuple[Outcome, str]]:
    """One batch of lines as alpha."""
    edit, actor = bulk.edit_named(f"import.{section}"), Actor(world.administrators["alpha"], Channel.IMPORT).in_batch()
    with transaction.atomic():
        results = edit.work(actor, keys, {"file": "x", "skip_bad": True}, preview=preview)
    return [(result.outcome, result.detail) for result in results.values()]


def users(count: int) -> list[list[str]]:
    return [["context", "id", "uidname"], *(["24", str(n), f"u{n}@acme.example"] for n in range(100, 100 + count))]


def aliases(count: int) -> list[list[str]]:
    lines = (["24", f"a{n}@acme.example", f"x{n}@far.example"] for n in range(count))
    return [["context", "alias", "recipients"], *lines]


@pytest.mark.parametrize("preview", [True, False])
def test_import__lines_of_another_administrator_are_refused(world: World, preview: bool) -> None:
    own, others = kept(world, "forwards", aliases(1)), kept(world, "forwards", aliases(2), login="root")

    outcomes = [outcome for outcome, _detail in imported(world, "forwards", [*own, *others], preview=preview)]

    assert outcomes == [Outcome.CHANGED, Outcome.REFUSED, Outcome.REFUSED]


def test_visible_among__is_the_same_as_visible_to(world: World) -> None:
    keys = [*kept(world, "forwards", aliases(2)), *kept(world, "forwards", aliases(2), login="root")]

    for viewer in (world.administrators["alpha"], world.administrators["root"], None):
        visible = ImportLine.objects.visible_to(viewer).filter(pk__in=keys[1:])
        assert set(ImportLine.objects.visible_among(viewer, keys[1:])) == set(visible)


@pytest.mark.parametrize("preview", [True, False])
@pytest.mark.parametrize(("section", "table"), [("users", users), ("forwards", aliases)])
def test_import__statements_do_not_grow_with_the_lines(world: World, section: str, table: Any, preview: bool) -> None:
    def queries(count: int) -> int:
        keys = kept(world, section, table(count))
        with CaptureQueriesContext(connection) as captured:
            outcomes = imported(world, section, keys, preview=preview)
        assert {outcome for outcome, _detail in outcomes} == {Outcome.CHANGED}
        User.objects.filter(number__gte=100).delete()
        ForwardingAlias.objects.exclude(address__startswith="sales@").delete()
        return len(captured)

    # SQLite takes fewer than a hundred rows in a statement.
    assert queries(2) == queries(50)


def test_import__a_refused_line_leaves_nothing_for_those_after_it(world: World) -> None:
    create_forward(actor=OPERATOR, context=world.contexts[24], alias="loop@acme.example", recipients=["a@acme.example"])
    rows = [
        ["context", "alias", "recipients", "is_active"],
        ["24", "one@acme.example", "x@far.example", "false"],
        ["24", "a@acme.example", "loop@acme.example", "true"],
        ["24", "loop@acme.example", "a@acme.example", "true"],
        ["24", "two@acme.example", "x@far.example", "true"],
    ]
    outcomes = imported(world, "forwards", kept(world, "forwards", rows))
    assert [outcome for outcome, _detail in outcomes] == ["changed", "refused", "unchanged", "changed"]
    assert outcomes[0][1] == ("new: alias: one@acme.example, recipients: x@far.example, is_active: false")
    assert outcomes[3][1] == "new: alias: two@acme.example, recipients: x@far.example, is_active: true"
    assert not ForwardingAlias.objects.filter(address="a@acme.example").exists()
    assert not Change.objects.filter(label="a@acme.example").exists()


def test_import__lines_of_contexts_that_are_not_ones_own_are_refused_each(world: World) -> None:
    rows = [["context", "id", "uidname"], ["44", "1", "a@x.example"], ["24", "1", "b@acme.example"]]
    rows += [["44", "42", "c@x.example"], ["4444", "1", "d@x.example"]]
    outcomes = imported(world, "users", kept(world, "users", rows))
    assert [outcome for outcome, _detail in outcomes] == ["refused", "changed", "refused", "refused"]


def _hold_context(world: World) -> None:
    Context.objects.select_for_update(no_key=True).get(pk=24)


def _hold_reseller(world: World) -> None:
    lock_resellers(world.contexts[24].reseller_id)


def _hold_user(world: World) -> None:
    User.objects.select_for_update(no_key=True).get(context=24, number=42)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("hold", [_hold_context, _hold_reseller, _hold_user])
@pytest.mark.parametrize(
    ("section", "rows"),
    [
        ("users", [["context", "id", "uidname"], ["24", "42", "new@acme.example"], ["24", "9", "nine@acme.example"]]),
        ("contexts", [["id", "name"], ["24", "renamed"], ["99", "added"]]),
    ],
)
def test_import__waits_for_rows_before_it_holds_names(
    world: World, section: str, rows: list[list[str]], hold: Callable[[World], None]
) -> None:
    """Whoever has a row of ours may still want names; with the names in our hands we would wait for each other."""
    keys = kept(world, section, rows)

    def batch() -> list[tuple[Outcome, str]]:
        try:
            return imported(world, section, keys)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            hold(world)
            running = pool.submit(batch)
            _wait_until(lambda: running.done() or _somebody_waits())
            lock_names(["uidname:whatever"])
        outcomes = running.result(PATIENCE)
    assert [outcome for outcome, _detail in outcomes] == ["changed", "changed"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_import__a_context_that_goes_meanwhile_refuses_its_lines(world: World) -> None:
    keys = kept(world, "forwards", aliases(3))

    def batch() -> list[tuple[Outcome, str]]:
        try:
            return imported(world, "forwards", keys)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            Context.objects.select_for_update().get(pk=24)
            running = pool.submit(batch)
            _wait_until(lambda: running.done() or _somebody_waits())
            Context.objects.get(pk=24).delete()
        outcomes = running.result(PATIENCE)
    assert [outcome for outcome, _detail in outcomes] == ["refused"] * 3
    assert not Change.objects.filter(label__startswith="a0@").exists()


def _somebody_waits() -> bool:
    """For what this transaction holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
        )
        return bool(cursor.fetchone()[0])


def _wait_until(true: Callable[[], bool]) -> None:
    limit = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < limit, "nothing happened"
        time.sleep(0.01)
