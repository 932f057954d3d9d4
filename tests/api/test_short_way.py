"""What a request of the API does not pass, and what its answers have all the same."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import connection, connections
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware

from core.patience import PatientConnection
from oxaas.gate import Slots, make_ready
from tests.api.raw import send
from tests.client import FORWARDS, Api
from tests.world import World

SALES = f"{FORWARDS}/24/sales@acme.example"


def test_request__passes_no_middleware_of_the_web_admin(
    world: World, api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    def passed(*_arguments: Any) -> None:
        raise AssertionError("the API has no business here")

    for middleware in (SessionMiddleware, MessageMiddleware, LocaleMiddleware):
        monkeypatch.setattr(middleware, "__call__", passed)
    monkeypatch.setattr(CsrfViewMiddleware, "process_view", passed)

    response = api(
        "POST", f"{FORWARDS}/24/new@acme.example", "alpha", ["a@far.example"], headers={"Cookie": "sessionid=x"}
    )

    assert response.status_code == 201
    assert not response.cookies


@pytest.mark.parametrize("path", [SALES, f"{FORWARDS}/24", f"{FORWARDS}/24/none@acme.example", "/oxaas/v1/nowhere"])
def test_answer__is_nothing_for_a_browser_to_run_or_frame(world: World, path: str) -> None:
    _status, headers, _body = send("GET", path, "alpha")

    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Language"] == "en"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_connection__that_the_server_closed_is_asked_for_and_opened_anew() -> None:
    """A silent one is trusted, without a statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    make_ready(connection)
    assert connection.health_check_done  # type: ignore[attr-defined]

    def end() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        connections.close_all()

    other = threading.Thread(target=end)
    other.start()
    other.join()
    make_ready(connection)

    assert not connection.health_check_done  # type: ignore[attr-defined]
    connection.close()


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_connection__that_the_driver_has_closed_by_itself_is_opened_anew() -> None:
    connection.ensure_connection()
    connection.connection.close()

    make_ready(connection)

    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_connection__lost_while_it_is_asked_for_a_pooler_is_503_and_then_all_is_well(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lose(raw: PatientConnection) -> bool:
        with raw.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return False

    slots = Slots(1, patience=1)

    def status() -> int:
        with slots.taken():
            return send("GET", SALES, "alpha")[0]

    def close() -> None:
        with slots.taken():
            connections.close_all()

    # A thread of its own has connections of its own: the test keeps the one that it began with.
    with ThreadPoolExecutor(1) as pool:
        with monkeypatch.context() as patched:
            patched.setattr(PatientConnection, "is_pooled", property(lose))
            assert pool.submit(status).result() == 503
        assert pool.submit(status).result() == 200
        pool.submit(close).result()
