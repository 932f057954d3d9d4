"""All of it through the real PgBouncer in transaction mode, where each transaction is in another session."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TypeVar

import psycopg2
import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client

from accounts.models import Context
from bulk import jobs
from changelog.feed import lines_after
from changelog.models import Change
from core import patience
from forwards.models import ForwardingAlias, Recipient
from forwards.services import create_forward
from tests.api.raw import send
from tests.calls import SUCCESS, operations
from tests.client import FORWARDS, Api
from tests.ha.pooler import SESSIONS, Pooler
from tests.mail.stack import Database
from tests.services.bulk import prepare
from tests.services.test_feed import until_settled
from tests.services.test_large import fill
from tests.services.threads import PATIENCE, race
from tests.world import CONTEXTS, OPERATOR, World

_Result = TypeVar("_Result")

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.xdist_group("pgbouncer")]

ROUNDS: Final = 4 * SESSIONS
MANY: Final = 5_000
# What no other call may find gone.
PLACES: Final = {"deleteForward": 25, "deleteRecipient": 34, "postUids": 35}


@pytest.fixture(scope="module")
def pooler(database: Database) -> Iterator[Pooler]:
    """PgBouncer before the tests' database."""
    pooler = Pooler(database)
    try:
        pooler.start()
        yield pooler
    finally:
        pooler.stop()


@pytest.fixture(autouse=True)
def pooled(pooler: Pooler, transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Everything goes through the pooler."""
    connection.close()
    for name, value in {"HOST": "127.0.0.1", "PORT": pooler.port, "NAME": "oxaas"}.items():
        monkeypatch.setitem(connection.settings_dict, name, value)
    yield
    connection.close()


def sessions() -> set[int]:
    """The numbers of PostgreSQL's processes that answer."""
    found = set()
    for _ in range(ROUNDS):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            found.add(cursor.fetchone()[0])
    return found


def listed() -> int:
    """How many aliases the API's list of a context has, which must be whole."""
    status, _headers, body = send("GET", f"{FORWARDS}/24", "alpha")
    assert status == 200
    return len(json.loads(body))


def test_pooler__is_noticed_and_gives_each_transaction_another_session() -> None:
    assert len(sessions()) == SESSIONS
    assert connection.connection.is_pooled


def test_session_options__that_a_pooler_refuses_come_from_its_own_configuration(
    monkeypatch: pytest.MonkeyPatch, pooler: Pooler
) -> None:
    monkeypatch.setattr(patience, "_session_options", "-c statement_timeout=30s")
    limits = {}
    for name in ("oxaas", "oxaas_work"):
        with closing(psycopg2.connect(**{**connection.get_connection_params(), "dbname": name})) as one:
            one.autocommit = True
            with one.cursor() as cursor:
                cursor.execute("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
                limits[name] = cursor.fetchone()
    assert limits == {"oxaas": ("30s", "4s"), "oxaas_work": ("0", "0")}


@pytest.mark.usefixtures("override")
def test_api__every_operation(api: Api, settings: Any, tmp_path: Path) -> None:
    settings.MAIL_STORE = f"maildir://{tmp_path}"
    found = {}
    for operation in sorted(operations().values(), key=lambda one: one.writes):
        context = PLACES.get(operation.name, 24)
        domain = CONTEXTS[context][2]
        login = "portal-alpha" if operation.scheme == "tennantAuth" else "alpha"
        answer = api(operation.method, operation.path(context, domain), login, operation.body(domain))
        found[operation.name] = answer.status_code
    assert found == SUCCESS


def test_lists__are_whole_with_other_callers_beside(world: World) -> None:
    fill(Context.objects.get(pk=24), MANY)
    found = race(*[lambda: [listed() for _ in range(3)]] * 4)
    assert found == [[MANY] * 3] * 4


def test_list__would_break_without_being_told(world: World, settings: Any) -> None:
    """Why the pooler has to be noticed: this is what a server-side cursor meets behind it."""
    fill(Context.objects.get(pk=24), MANY)
    connection.close()
    settings.TRANSACTION_POOLER = False
    with pytest.raises(Exception, match=r'cursor "_django_curs_\w+" does not exist'):
        list(Recipient.objects.iterator(chunk_size=100))


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_export__is_whole(world: World, form: str) -> None:
    fill(Context.objects.get(pk=24), MANY)
    client = Client()
    client.force_login(world.administrators["alpha"], backend="accounts.login.backends.LoginBackend")
    answer = client.get(f"/admin/forwards/forwardingalias/export/{form}", {"context__id__exact": 24})
    assert answer.status_code == 200
    body = b"".join(answer) if answer.streaming else answer.content
    if form == "csv":
        assert body.count(b"\n") > MANY


def test_bulk_edit__is_previewed_and_run_by_a_worker(world: World) -> None:
    fill(Context.objects.get(pk=24), MANY)
    alpha, chosen = world.administrators["alpha"], ForwardingAlias.objects.filter(context=24)
    job = prepare(alpha, "forwards.add_recipient", chosen, recipient="new@elsewhere.example")
    call_command("worker", once=True)
    job.refresh_from_db()
    jobs.start_job(administrator=alpha, job=job, typed=str(job.changed))
    call_command("worker", once=True)
    job.refresh_from_db()
    assert (job.state, job.changed) == (job.State.DONE, MANY)
    assert Recipient.objects.filter(address="new@elsewhere.example").count() == MANY


def test_provision__writes_and_reads_a_world(world: World, tmp_path: Path) -> None:
    fill(Context.objects.get(pk=24), MANY)
    first, file = io.StringIO(), tmp_path / "world.yaml"
    call_command("provision", export=True, stdout=first)
    file.write_text(first.getvalue())
    Recipient.objects.all().delete()
    ForwardingAlias.objects.all().delete()
    call_command("provision", str(file), stdout=io.StringIO())
    second = io.StringIO()
    call_command("provision", export=True, stdout=second)
    assert second.getvalue() == first.getvalue()


def test_feed__tells_each_change_once_while_others_write(world: World) -> None:
    """Transactions, by which the feed counts, are the cluster's, whichever session they are in."""
    place = until_settled()
    context, count = Context.objects.get(pk=24), 20
    done = threading.Event()

    def write(lane: int) -> Callable[[], None]:
        def aliases() -> None:
            for number in range(count):
                alias = f"feed{lane}-{number}@acme.example"
                create_forward(actor=OPERATOR, context=context, alias=alias, recipients=["a@far.example"])

        return aliases

    def follow() -> list[str]:
        found, here = [], place
        while True:
            was_done = done.is_set()
            part = lines_after(Change.objects.filter(kind="forward"), here, 7)
            found += [line.label for line in part.lines]
            here = part.place
            if was_done and part.is_last:
                return found

    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(closing_connection(follow))
        race(*[write(lane) for lane in range(4)])
        until_settled()
        done.set()
        found = following.result(PATIENCE)
    assert sorted(found) == sorted(f"feed{lane}-{number}@acme.example" for lane in range(4) for number in range(count))


def closing_connection(work: Callable[[], _Result]) -> Callable[[], _Result]:
    """For a thread, whose connection nobody else closes."""

    def call() -> _Result:
        try:
            return work()
        finally:
            connection.close()

    return call
