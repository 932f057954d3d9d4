"""Transactions that the database gave up are tried again; what it says in the end is told apart."""

from __future__ import annotations

from typing import Any, NoReturn

import pytest
from django.db import IntegrityError, InterfaceError, OperationalError, connection

from core.database_errors import DatabaseState, state_of
from core.errors import Busy
from core.transactions import atomic
from tests.client import FORWARDS, Api
from tests.world import World

DEADLOCK, SERIALIZATION, LOCK_TIMEOUT, CANCELLED, READ_ONLY = "40P01", "40001", "55P03", "57014", "25006"


def failed(code: str | None, error: type[Exception] = OperationalError) -> Exception:
    """An error as Django raises it for PostgreSQL's `code`."""
    cause = Exception()
    cause.pgcode = code  # type: ignore[attr-defined]
    raised = error("the database said so")
    raised.__cause__ = cause
    return raised


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.transactions.time.sleep", lambda _seconds: None)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", [DEADLOCK, SERIALIZATION])
def test_atomic__is_tried_again_when_it_gave_way(code: str) -> None:
    tries = []

    @atomic
    def write() -> str:
        tries.append(connection.in_atomic_block)
        if len(tries) < 3:
            raise failed(code)
        return "written"

    assert write() == "written"
    assert tries == [True, True, True]


@pytest.mark.django_db(transaction=True)
def test_atomic__that_always_gives_way_is_busy() -> None:
    @atomic
    def write() -> NoReturn:
        raise failed(DEADLOCK)

    with pytest.raises(Busy, match="busy"):
        write()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("code", [LOCK_TIMEOUT, CANCELLED, READ_ONLY, None])
def test_atomic__passes_on_what_does_not_pass_by_itself(code: str | None) -> None:
    tries = []

    @atomic
    def write() -> NoReturn:
        tries.append(1)
        raise failed(code)

    with pytest.raises(OperationalError):
        write()
    assert tries == [1]


@pytest.mark.django_db
def test_atomic__inside_another_transaction_leaves_trying_to_that_one() -> None:
    tries = []

    @atomic
    def write() -> NoReturn:
        tries.append(1)
        raise failed(DEADLOCK)

    with pytest.raises(OperationalError):
        write()
    assert tries == [1]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (failed(DEADLOCK), DatabaseState.GAVE_WAY),
        (failed(LOCK_TIMEOUT), DatabaseState.BUSY),
        (OperationalError("database is locked"), DatabaseState.BUSY),
        (failed(READ_ONLY), DatabaseState.READ_ONLY),
        (failed("57P01"), DatabaseState.UNREACHABLE),
        (InterfaceError("connection already closed"), DatabaseState.UNREACHABLE),
        (failed("23505", IntegrityError), None),
        (ValueError("no error of a database"), None),
    ],
)
def test_state__tells_what_an_error_says_of_the_database(error: Exception, state: DatabaseState | None) -> None:
    assert state_of(error) is state


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (Busy(), "busy"),
        (failed(DEADLOCK), "busy"),
        (failed(READ_ONLY), "takes no changes"),
        (failed("57P01"), "not reachable"),
    ],
)
def test_api__says_what_is_the_matter_with_the_database(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch, error: Exception, sentence: str
) -> None:
    def fail(**_arguments: Any) -> NoReturn:
        raise error

    monkeypatch.setattr("forwards.services.add_recipients", fail)
    answer: Any = api("PUT", f"{FORWARDS}/24/sales@acme.example", "admin", ["a@b.example"])
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert sentence in answer.json()["error"]
