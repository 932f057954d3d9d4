"""What people and callers see while the database does not do what it is asked."""

from __future__ import annotations

import logging
from typing import Any

import psycopg2.errors
import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.db import DatabaseError, InternalError, OperationalError
from django.test import Client
from psycopg2 import errorcodes

from core.database_errors import DatabaseState, state_of
from core.errors import Busy
from oxaas.logs import NoTracebackOfRefusal
from tests.client import FORWARDS, Api
from tests.web.conftest import Enter
from tests.web.person import Person
from tests.world import PASSWORD, World


def failure(code: str) -> DatabaseError:
    """What Django raises when PostgreSQL answers with this code."""
    kind = psycopg2.errors.lookup(code)
    error = (InternalError if issubclass(kind, psycopg2.InternalError) else OperationalError)("the server's words")
    error.__cause__ = type("Coded", (kind,), {"pgcode": code})()
    return error


STATES = [
    (errorcodes.READ_ONLY_SQL_TRANSACTION, DatabaseState.READ_ONLY, "takes no changes at the moment"),
    (errorcodes.DEADLOCK_DETECTED, DatabaseState.GAVE_WAY, "busy with other changes"),
    (errorcodes.LOCK_NOT_AVAILABLE, DatabaseState.BUSY, "busy with other changes"),
    (errorcodes.QUERY_CANCELED, DatabaseState.BUSY, "busy with other changes"),
    (errorcodes.DISK_FULL, DatabaseState.FULL, "has no room for changes"),
    (errorcodes.OUT_OF_MEMORY, DatabaseState.FULL, "has no room for changes"),
    (errorcodes.TOO_MANY_CONNECTIONS, DatabaseState.UNREACHABLE, "not reachable at the moment"),
    (errorcodes.ADMIN_SHUTDOWN, DatabaseState.UNREACHABLE, "not reachable at the moment"),
]


@pytest.mark.parametrize(("code", "state", "sentence"), STATES)
def test_page__says_what_is_the_matter_and_loads_itself_again(
    alpha: Person, monkeypatch: pytest.MonkeyPatch, caplog: Any, code: str, state: DatabaseState, sentence: str
) -> None:
    def fail(*_arguments: Any) -> None:
        raise failure(code)

    assert state_of(failure(code)) is state
    monkeypatch.setattr("web.site.dashboard_for", fail)
    response = alpha.client.get("/admin/")
    text = " ".join(response.content.decode().split())
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert sentence in text
    assert '<meta http-equiv="refresh" content="5">' in text
    assert "oxaas/error.css" in text
    assert "the server's words" not in text
    assert not [record for record in caplog.records if record.exc_info]


def test_page__speaks_the_readers_language(enter: Enter, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.administrators["alpha"].language = "de"
    world.administrators["alpha"].save()
    person = enter("alpha")

    def fail(*_arguments: Any) -> None:
        raise Busy

    monkeypatch.setattr("web.site.dashboard_for", fail)
    response = person.client.get("/admin/")
    assert response.status_code == 503
    assert "Diese Seite versucht es in 5 Sekunden von selbst noch einmal." in response.content.decode()


def test_page__that_was_sent_a_form_does_not_send_it_again(
    alpha: Person, monkeypatch: pytest.MonkeyPatch, world: World
) -> None:
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise failure(errorcodes.DISK_FULL)

    monkeypatch.setattr("django.contrib.admin.options.ModelAdmin.changeform_view", fail)
    response = alpha.client.post("/admin/accounts/user/add/", {"x": "1"})
    text = " ".join(response.content.decode().split())
    assert response.status_code == 503
    assert "refresh" not in text
    assert "Nothing of what you sent was saved." in text


@pytest.mark.django_db
def test_log_in__while_no_session_can_be_written_is_503(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It fails in a middleware, after the view."""

    def fail(*_arguments: Any, **_named: Any) -> None:
        raise failure(errorcodes.READ_ONLY_SQL_TRANSACTION)

    client = Client(raise_request_exception=False)
    monkeypatch.setattr(SessionStore, "save", fail)
    response = client.post("/admin/login/", {"username": "alpha", "password": PASSWORD})
    assert response.status_code == 503
    assert "takes no changes at the moment" in response.content.decode()


def test_api__while_the_disk_is_full_is_503(api: Api, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise failure(errorcodes.DISK_FULL)

    monkeypatch.setattr("forwards.services.create_forward", fail)
    response: Any = api("POST", f"{FORWARDS}/24/new@acme.example", "alpha", {"recipient": "a@elsewhere.example"})
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert response.json() == {"error": "The database has no room for changes at the moment. Try again shortly."}


def test_refused_page__is_one_line_in_the_log(enter: Enter, caplog: pytest.LogCaptureFixture) -> None:
    """As the handler of the settings writes it, thirty lines of traceback would say no more."""
    enter("admin@alpha_acme").get("/admin/domains/explicitdomain/", 403)
    found = [record for record in caplog.records if record.name == "django.request"]
    assert found
    for record in found:
        NoTracebackOfRefusal().filter(record)
        assert "\n" not in logging.Formatter().format(record)
