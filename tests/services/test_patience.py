"""Connections to a PostgreSQL that does not answer any more."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg2
import pytest
from django.db import connection

from core import patience
from core.patience import PatientConnection, Watch, answers, servers_of


@pytest.fixture
def silent() -> Iterator[str]:
    """The port of a server that accepts connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield str(listener.getsockname()[1])


@pytest.mark.parametrize(
    ("dsn", "servers"),
    [
        ("host=db dbname=oxaas", {("db", "5432")}),
        ("host=one,two port=5433", {("one", "5433"), ("two", "5433")}),
        ("host=one,two port=5433,5434", {("one", "5433"), ("two", "5434")}),
        ("host=/run/postgresql port=5433", {("/run/postgresql", "5433")}),
        ("dbname=oxaas", {("localhost", "5432")}),
    ],
)
def test_servers__are_those_that_a_connection_may_be_made_to(dsn: str, servers: set[tuple[str, str]]) -> None:
    assert servers_of(dsn) == servers


def test_server_that_says_nothing__does_not_answer(silent: str) -> None:
    assert not answers(("127.0.0.1", silent), 0.1)


def test_server_that_is_not_there__does_not_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    assert not answers(("127.0.0.1", port), 0.1)
    assert not answers(("/nowhere", "5432"), 0.1)


@pytest.mark.postgres
def test_server_that_is_there__answers_and_is_waited_for(watch: Watch) -> None:
    settings = connection.settings_dict
    assert answers((settings["HOST"], str(settings["PORT"])))
    with closing(raw()) as other, other.cursor() as cursor:
        watch.during(other, cursor.execute, "SELECT pg_sleep(0.8)")
    assert not watch.dead


@pytest.fixture
def watch() -> Iterator[Watch]:
    """It asks about every server at once."""
    watch = Watch(patience=0.0)
    watch.start()
    yield watch
    watch.stop()


def raw(**more: Any) -> Any:
    """A connection to the tests' database beside Django's."""
    return psycopg2.connect(**{**connection.get_connection_params(), **more})


def end_session(pid: int) -> None:
    """It notices only when its statement is over that nobody is there."""
    with closing(raw()) as another, another.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [pid])


@pytest.mark.postgres
def test_statement__ends_when_its_server_is_found_dead(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patience, "answers", lambda server: False)
    with closing(raw()) as other:
        pid = other.info.backend_pid
        with pytest.raises(psycopg2.OperationalError), other.cursor() as cursor:
            watch.during(other, cursor.execute, "SELECT pg_sleep(60)")
        assert watch.dead == {other.server}
        with pytest.raises(psycopg2.OperationalError, match="does not answer"):
            watch.during(other, other.rollback)
        end_session(pid)


@pytest.mark.postgres
def test_session_of_a_web_process__has_its_limits(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(patience, "_session_options", settings.WEB_SESSION_OPTIONS)
    with closing(raw()) as other, other.cursor() as cursor:
        assert isinstance(other, PatientConnection)
        found = {}
        for name in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "application_name"):
            cursor.execute(f"SHOW {name}")
            found[name] = cursor.fetchone()[0]
    assert found == {
        "statement_timeout": "30s",
        "lock_timeout": "4s",
        "idle_in_transaction_session_timeout": "1min",
        "application_name": "oxaas web",
    }
