"""`manage.py worker`: large jobs, several workers, killed workers, a database that goes away."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection

from accounts.models import User
from bulk import batches, edits, jobs
from bulk.management.commands import worker
from bulk.models import BulkJob
from bulk.services import purge_jobs
from core import retention, transactions
from core.actor import Actor, Channel
from core.retention import Kept
from forwards.models import ForwardingAlias, Recipient
from forwards.services import add_recipients
from tests.services.bulk import changes, prepare
from tests.services.threads import race
from tests.world import World

ROOT: Final = Path(__file__).resolve().parents[2]
# Only so that a test that hangs fails in the end; nothing here waits for time to pass.
PATIENCE: Final = 120
# What PostgreSQL calls the connections of a worker's process: other tests may have left some of their own.
WORKER: Final = "worker under test"
State = BulkJob.State


def many_users(world: World, count: int) -> None:
    User.objects.bulk_create(
        User(
            context=world.contexts[24],
            number=1000 + number,
            uidname=f"u{number}@acme.example",
            uidname_normalized=f"u{number}@acme.example",
            domain="acme.example",
        )
        for number in range(count)
    )


def many_aliases(world: World, count: int) -> None:
    rows = ForwardingAlias.objects.bulk_create(
        ForwardingAlias(
            context=world.contexts[24],
            address=f"a{number}@acme.example",
            normalized=f"a{number}@acme.example",
            domain="acme.example",
        )
        for number in range(count)
    )
    Recipient.objects.bulk_create(
        Recipient(alias=row, address="x@y.example", normalized="x@y.example", domain="y.example") for row in rows
    )


def started(world: World, chosen: Any, *edits: tuple[str, dict[str, Any]]) -> list[BulkJob]:
    """One job for each edit: previewed by the worker, then started by their administrator."""
    alpha = world.administrators["alpha"]
    made = [prepare(alpha, edit, chosen, **params) for edit, params in edits]
    call_command("worker", once=True)
    for job in made:
        job.refresh_from_db()
    return [jobs.start_job(administrator=alpha, job=job, typed=str(job.changed)) for job in made]


def wait_until(condition: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        assert process is None or process.poll() is None or process.stderr is None, process.stderr.read()
        time.sleep(0.02)


def database_url() -> str:
    """The database of this test, for another process."""
    at = connection.settings_dict
    return f"postgres://{at['USER']}:{quote(at['PASSWORD'])}@{at['HOST']}:{at['PORT']}/{at['NAME']}"


@contextmanager
def worker_process(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    """`manage.py worker` as the operator starts it."""
    process = subprocess.Popen(
        [sys.executable, "manage.py", "worker", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": database_url(), "PGAPPNAME": WORKER},
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()
        if process.stderr is not None:
            process.stderr.close()


# --- in this process ---------------------------------------------------------------------------------------------


@pytest.mark.sqlite
def test_worker__does_five_thousand_rows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_SQLITE_PAUSE", 0)
    many_users(world, 5000)
    chosen = User.objects.filter(context=24)
    (job,) = started(world, chosen, ("users.suspend", {}))
    assert (job.state, job.total) == (State.RUNNING, 5001)
    call_command("worker", once=True)
    job.refresh_from_db()
    assert (job.state, job.done, job.changed) == (State.DONE, 5001, 5001)
    assert not chosen.filter(is_active=True).exists()
    assert changes(job).count() == 5001


def test_worker__jobs_take_turns(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    many_users(world, 300)
    monkeypatch.setattr(edits.edit_named("users.suspend"), "batch_rows", 100)
    alpha = world.administrators["alpha"]
    first, second = (prepare(alpha, "users.suspend", User.objects.filter(context=24)) for _ in range(2))
    for _ in range(4):
        assert jobs.work_once() is True
    assert list(BulkJob.objects.order_by("pk").values_list("pk", "done")) == [(first.pk, 200), (second.pk, 200)]


def test_worker__failing_job_lets_the_others_pass(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    alpha = world.administrators["alpha"]
    bad, good = (prepare(alpha, "users.suspend", User.objects.filter(context=24)) for _ in range(2))
    batch = batches._batch

    def failing(job: BulkJob) -> None:
        if job.pk == bad.pk:
            raise OperationalError("no room")
        batch(job)

    monkeypatch.setattr(batches, "_batch", failing)
    with pytest.raises(OperationalError):
        jobs.work_once()
    assert jobs.work_once() is True
    assert list(BulkJob.objects.order_by("pk").values_list("state", flat=True)) == [State.PREVIEWING, State.READY]
    assert good.items.get().outcome == "changed"


def test_worker__data_base_error_is_logged_and_not_the_end(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    answers: Iterator[Any] = iter([OperationalError("gone"), True, False, False])

    def work() -> bool:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        if answer is False:
            signal.raise_signal(signal.SIGTERM)
        return bool(answer)

    def tidy(before: Any, most: int) -> int:
        raise InterfaceError("gone again")

    monkeypatch.setattr(worker, "work_once", work)
    monkeypatch.setattr(retention, "_kept", {"jobs": Kept("jobs", None, tidy)})
    monkeypatch.setattr(connection, "close", lambda: None)
    with caplog.at_level(logging.WARNING):
        call_command("worker", poll=0.01)
    assert list(answers) == [False]
    assert [record.getMessage() for record in caplog.records] == [
        "bulk edits have to wait for the database: gone",
        "bulk edits have to wait for the database: gone again",
    ]


def test_worker__tidies_when_there_is_nothing_to_do(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    job = prepare(world.administrators["alpha"], "users.suspend", User.objects.filter(context=24))
    jobs.cancel_job(job=job)
    BulkJob.objects.update(created_at=job.created_at.replace(year=job.created_at.year - 1))

    def tidied(before: Any, most: int) -> int:
        signal.raise_signal(signal.SIGTERM)
        return purge_jobs(before, most)

    monkeypatch.setattr(retention, "_kept", {"jobs": Kept("jobs", "BULK_KEEP_DAYS", tidied)})
    call_command("worker", poll=PATIENCE)
    assert not BulkJob.objects.exists()


# Users that a worker needs several batches for, and so long that it can be stopped between two.
_MANY: Final = 8000

# --- as a process of its own, on PostgreSQL ----------------------------------------------------------------------


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("within", [False, True], ids=["before a batch", "within it"])
def test_worker__waits_for_a_database_that_takes_no_writes(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, within: bool
) -> None:
    """As one does that was the primary, and is not any more."""
    job = prepare(world.administrators["alpha"], "users.suspend", User.objects.filter(context=24))

    def turn(name: str) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"SET {name} = on")

    batch = batches._batch

    def turned(job: BulkJob) -> None:
        turn("transaction_read_only")
        batch(job)

    with monkeypatch.context() as patched:
        if within:
            patched.setattr(batches, "_batch", turned)
        else:
            turn("default_transaction_read_only")
        assert worker._guarded(jobs.work_once) is None, "and its session is ended"
    assert "in a read-only transaction" in caplog.text

    assert worker._guarded(jobs.work_once) is True
    job.refresh_from_db()
    assert job.state == State.READY


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_worker__killed_in_the_middle_is_continued_and_no_row_is_done_twice(world: World) -> None:
    many_users(world, _MANY)
    (job,) = started(world, User.objects.filter(context=24), ("users.suspend", {}))
    with worker_process() as first:
        wait_until(lambda: BulkJob.objects.get(pk=job.pk).done > 0, first)
        first.send_signal(signal.SIGKILL)
        first.wait(PATIENCE)
    wait_until(lambda: _workers_connected() == 0)
    job.refresh_from_db()
    assert job.state == State.RUNNING
    assert 0 < job.done < job.total
    assert changes(job).count() == job.changed == job.done
    with worker_process("--once") as second:
        assert second.wait(PATIENCE) == 0
    job.refresh_from_db()
    assert (job.state, job.done, job.changed) == (State.DONE, _MANY + 1, _MANY + 1)
    labels = list(changes(job).values_list("label", flat=True))
    assert len(labels) == len(set(labels)) == _MANY + 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("signum", [signal.SIGTERM, signal.SIGINT])
def test_worker__ends_cleanly_after_its_batch(world: World, signum: signal.Signals) -> None:
    many_users(world, _MANY)
    (job,) = started(world, User.objects.filter(context=24), ("users.suspend", {}))
    with worker_process() as process:
        wait_until(lambda: BulkJob.objects.get(pk=job.pk).done > 0, process)
        process.send_signal(signum)
        assert process.wait(PATIENCE) == 0
    job.refresh_from_db()
    assert changes(job).count() == job.done < job.total


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_worker__outlives_a_lost_connection(world: World) -> None:
    many_users(world, 300)
    with worker_process("--poll", "0.05") as process:
        wait_until(lambda: _workers_connected() == 1, process)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = %s",
                [WORKER],
            )
        job = prepare(world.administrators["alpha"], "users.suspend", User.objects.filter(context=24))
        wait_until(lambda: BulkJob.objects.get(pk=job.pk).state == State.READY, process)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENCE) == 0
        assert process.stderr is not None
        assert "have to wait for the database" in process.stderr.read()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_worker__two_share_the_work_and_no_row_is_done_twice(world: World) -> None:
    many_users(world, 300)
    chosen = User.objects.filter(context=24)
    made = started(world, chosen, *[("users.set_quota", {"quota": 1000 + number}) for number in range(3)])
    with worker_process("--once") as first, worker_process("--once") as second:
        assert (first.wait(PATIENCE), second.wait(PATIENCE)) == (0, 0)
    call_command("worker", once=True)
    for job in made:
        job.refresh_from_db()
        assert (job.state, job.changed) == (State.DONE, 301)
        assert len(set(changes(job).values_list("label", flat=True))) == job.done


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_jobs__same_rows_in_opposite_order_at_once_meet_without_a_deadlock(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two bulk edits, a third that locks rows alone, and the API's own writes, all on the same aliases."""
    monkeypatch.setattr(transactions, "_TRIES", 1)
    many_aliases(world, 120)
    chosen = ForwardingAlias.objects.filter(address__startswith="a")
    made = started(
        world,
        chosen,
        ("forwards.add_recipient", {"recipient": "kk@y.example"}),
        ("forwards.add_recipient", {"recipient": "zz@y.example"}),
        ("forwards.suspend", {}),
    )
    _reverse(made[1])
    actor, context = Actor(world.administrators["alpha"], Channel.API), world.contexts[24]
    writes = [
        partial(_write, actor=actor, context=context, addresses=[f"a{n}@acme.example" for n in order])
        for order in (range(95, 0, -5), range(60, 120, 4), range(119, 20, -7))
    ]
    race(*[partial(_finish, job.pk) for job in made], *writes)
    for job in made:
        job.refresh_from_db()
        # What the API has added first is already so.
        assert (job.state, job.changed + job.unchanged, job.refused) == (State.DONE, 120, 0)
    assert Recipient.objects.filter(address__in=["kk@y.example", "zz@y.example"]).count() == 240
    assert not chosen.filter(is_active=True).exists()


def _finish(key: int) -> None:
    jobs.finish_in_request(BulkJob.objects.get(pk=key))


def _write(actor: Actor, context: Any, addresses: list[str]) -> None:
    for address in addresses:
        add_recipients(actor=actor, context=context, alias=address, recipients=["kk@y.example", "api@y.example"])


def _reverse(job: BulkJob) -> None:
    """Let the job go through its rows from the last to the first."""
    keys = list(job.items.order_by("-position").values_list("object_pk", flat=True))
    for position, key in enumerate(keys):
        job.items.filter(position=position).update(object_pk=key)


def _workers_connected() -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = %s",
            [WORKER],
        )
        return int(cursor.fetchone()[0])
