"""A context with 200,000 aliases: memory and statements do not grow with their number."""

from __future__ import annotations

import ctypes
import gc
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Context
from accounts.services.users import create_user, forget_users
from changelog.models import Change
from forwards.models import ForwardingAlias, Recipient
from tests.api.raw import opened, send
from tests.client import FORWARDS
from tests.world import OPERATOR, World

FEW, MANY = 20_000, 200_000
MIB = 1024 * 1024
_NUMBERS = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < %(number)s)"
_ALIASES = f"""
    INSERT INTO forwards_forwardingalias (context_id, address, normalized, domain, is_active)
    SELECT * FROM ({_NUMBERS}
        SELECT %(context)s, 'Alias' || n || '@acme.example', 'alias' || n || '@acme.example', 'acme.example', 1 = 1
        FROM numbers) AS made"""
_RECIPIENTS = """
    INSERT INTO forwards_recipient (alias_id, address, normalized, domain)
    SELECT id, 'user@elsewhere.example', 'user@elsewhere.example', 'elsewhere.example'
    FROM forwards_forwardingalias WHERE context_id = %(context)s AND normalized LIKE 'alias%%'"""


def fill(context: Context, number: int) -> None:
    """Make the context's aliases `number`, with a recipient each."""
    Recipient.objects.filter(alias__context=context)._raw_delete(using="default")
    ForwardingAlias.objects.filter(context=context)._raw_delete(using="default")
    with connection.cursor() as cursor:
        for statement in (_ALIASES, _RECIPIENTS):
            cursor.execute(statement, {"number": number, "context": context.pk})


def process_peak(task: Callable[[], Any]) -> int:
    """The most bytes that the whole process had while it did the task."""
    _forget_peak()
    task()
    return _process_memory("VmHWM")


def _forget_peak() -> None:
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    Path("/proc/self/clear_refs").write_text("5")


def peaks(task: Callable[[], Any]) -> tuple[int, int]:
    """The most bytes that Python's objects, and the whole process, took in the task beyond what they took before."""
    _forget_peak()
    before = _process_memory("VmRSS")
    tracemalloc.start()
    try:
        task()
        return tracemalloc.get_traced_memory()[1], _process_memory("VmHWM") - before
    finally:
        tracemalloc.stop()


def _process_memory(name: str) -> int:
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith(name)).split()[1]) * 1024


def read_list(context: Context, number: int) -> None:
    """Read the list as a server does, which sends each piece and forgets it."""
    with opened("GET", f"{FORWARDS}/{context.pk}", "alpha") as (status, _headers, pieces):
        assert status == 200
        size = aliases = 0
        for piece in pieces:
            assert len(piece) <= 2 * MIB
            size += len(piece)
            aliases += piece.count(b"[")
    assert aliases == number
    assert size > number * 40


def test_list__of_200000_aliases_takes_no_more_memory_than_of_20000(world: World) -> None:
    context = world.contexts[24]
    fill(context, FEW)
    read_list(context, FEW)  # what is loaded once and kept
    few = peaks(lambda: read_list(context, FEW))
    fill(context, MANY)
    many = peaks(lambda: read_list(context, MANY))
    assert many[0] < few[0] + MIB
    # tracemalloc does not see what the database's own library holds.
    assert many[1] < few[1] + 8 * MIB


@pytest.mark.postgres  # the other database is in the memory of this process
def test_list__the_process_needs_for_200000_aliases_hardly_more_than_for_200(world: World) -> None:
    context = world.contexts[24]
    fill(context, 200)
    read_list(context, 200)
    few = process_peak(lambda: read_list(context, 200))
    fill(context, MANY)
    many = process_peak(lambda: read_list(context, MANY))
    assert many < 1.2 * few


@pytest.mark.postgres
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_export__the_process_needs_for_many_aliases_hardly_more_than_for_200(world: World, form: str) -> None:
    client, context = Client(), world.contexts[24]
    client.force_login(world.administrators["alpha"], backend="accounts.login.backends.LoginBackend")

    def export() -> None:
        answer = client.get(f"/admin/forwards/forwardingalias/export/{form}")
        assert answer.status_code == 200
        for _piece in answer:
            pass

    fill(context, 200)
    export()
    few = process_peak(export)
    fill(context, FEW)
    many = process_peak(export)
    assert many < 1.2 * few


def test_delete_all__takes_no_more_memory_and_no_longer_statements_for_more_aliases(world: World) -> None:
    context = world.contexts[24]
    measured = []
    for number in (2_000, 6_000):
        fill(context, number)
        known = Change.objects.count()
        watch = Watch()
        with connection.execute_wrapper(watch):
            most, _ = peaks(lambda: send("DELETE", f"{FORWARDS}/24", "alpha"))
        assert watch.longest <= 10_000
        measured.append(most)
        assert not ForwardingAlias.objects.filter(context=context).exists()
        assert Change.objects.count() == known + number
    # All of the 4,000 more at once would take several times as much.
    assert measured[1] < measured[0] + MIB


def test_forget_users__takes_no_more_statements_for_50_than_for_10(world: World) -> None:
    counts = []
    for number in (10, 50):
        users = [
            create_user(
                actor=OPERATOR, context=world.contexts[24], number=100 + one, uidname=f"u{one}", custom=[f"c{one}"]
            )
            for one in range(number)
        ]
        watch = Watch()
        with connection.execute_wrapper(watch):
            forget_users(actor=OPERATOR, users=users)
        counts.append(watch.statements)
    assert counts[0] == counts[1]


class Watch:
    """Counts statements, and notes the longest one's parameters."""

    def __init__(self) -> None:
        self.statements = self.longest = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.statements += 1
        self.longest = max(self.longest, len(params or ()))
        return execute(sql, params, many, context)
