"""One slow thing stops nothing else: a mail store that hangs, bodies that do not come, answers that nobody takes."""

from __future__ import annotations

import http.client
import json
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings
from django.http import HttpResponse, StreamingHttpResponse

from oxaas.gate import HEALTH, KEPT_FREE, LIVE, REFUSED, THREADS, Gate, Turns
from tests.client import FORWARDS, MAIL, basic
from tests.mail.imap_server import GREETING, FakeServer
from tests.serving import BASE, serving

pytestmark = pytest.mark.sqlite

PATIENCE: Final = 60
NO_ANSWER: Final = "The mail server does not answer in time."
NO_TURN: Final = "Too many calls wait for the mail server already. Try again shortly."
LEFT_ALONE: Final = "The mail server has not answered lately. It is asked again in a few seconds."
USER: Final = f"{MAIL}/johndoe@acme.example/quota"


@pytest.fixture(scope="module")
def silent() -> Iterator[FakeServer]:
    """A mail server that accepts every connection and says nothing."""
    with FakeServer() as server:
        server.greeting = None
        yield server


@pytest.fixture(scope="module")
def port(silent: FakeServer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Granian with the world behind it, and the silent mail server. DEBUG: no page needs collected static files."""
    with serving(tmp_path_factory.mktemp("server"), MAIL_STORE=silent.url, DEBUG="true") as number:
        yield number


def ask(port: int, path: str, login: str | None = None, **headers: str) -> tuple[int, Any]:
    """Status and body of one GET on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path, headers=headers | ({"Authorization": basic(login)} if login else {}))
        response = connection.getresponse()
        content = response.read()
        is_json = response.headers.get_content_type() == "application/json"
        return response.status, json.loads(content) if is_json else content.decode()
    finally:
        connection.close()


class Calls:
    """Many calls at the same time, each in a thread."""

    def __init__(self, count: int, call: Callable[[], Any]) -> None:
        self.answers: list[Any] = []
        self._call = call
        self._threads = [threading.Thread(target=self._run) for _ in range(count)]

    def __enter__(self) -> Calls:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join()

    @property
    def under_way(self) -> int:
        return sum(thread.is_alive() for thread in self._threads)

    def _run(self) -> None:
        self.answers.append(self._call())


def until(true: Callable[[], bool], what: str) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)


@pytest.mark.parametrize("count", [8, 40])
def test_mail_store_that_hangs__holds_up_its_own_calls_alone(silent: FakeServer, port: int, count: int) -> None:
    until(lambda: ask(port, USER, "portal-alpha")[1]["error"] == NO_ANSWER, "the store is asked")
    before = silent.connections
    with Calls(count, lambda: ask(port, USER, "portal-alpha")) as calls:
        until(lambda: silent.connections > before or calls.under_way == 0, "the store is asked again")
        waiting = calls.under_way
        assert ask(port, "/health")[0] == ask(port, LIVE)[0] == 200
        assert ask(port, f"{FORWARDS}/24", "alpha")[0] == 200
        assert waiting == 0 or calls.under_way > 0, "they were answered while the store was waited for"
    assert {status for status, _body in calls.answers} == {500}
    said = [body["error"] for _status, body in calls.answers]
    assert set(said) <= {NO_ANSWER, NO_TURN, LEFT_ALONE}
    assert said.count(NO_ANSWER) <= settings.WEB_CONNECTIONS // 2
    assert silent.connections - before <= settings.WEB_CONNECTIONS // 2


def test_mail_store_that_is_back__is_asked_again_without_a_restart(silent: FakeServer, port: int) -> None:
    silent.greeting = GREETING
    try:
        until(lambda: ask(port, USER, "portal-alpha")[0] == 200, "the figures are there again")
    finally:
        silent.greeting = None


def test_bodies_that_do_not_come__hold_no_slot_and_not_every_thread(port: int) -> None:
    head = f"POST {FORWARDS}/24/slow@acme.example HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n["
    with ExitStack() as stack:

        def begin() -> None:
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", port), PATIENCE))
            slow.sendall(head.encode())

        for _ in range(settings.WEB_CONNECTIONS + 2):
            begin()
        assert ask(port, f"{FORWARDS}/24", "alpha")[0] == 200
        for _ in range(THREADS):
            begin()

        def no_room() -> bool:
            # One that was still on its way out when the others came may have left a place.
            begin()
            return ask(port, f"{FORWARDS}/24", "alpha")[0] == 503

        until(no_room, "there is no room")
        status, body = ask(port, f"{FORWARDS}/24", "alpha")
        assert (status, set(body)) == (503, {"error"})
        status, page = ask(port, "/admin/login/", **{"Accept-Language": "de"})
        assert status == 503
        assert '<html lang="de">' in page
        assert ask(port, LIVE)[0] == ask(port, "/health")[0] == 200
    until(lambda: ask(port, f"{FORWARDS}/24", "alpha")[0] == 200, "there is room again")


@pytest.mark.parametrize("path", [LIVE, *sorted(HEALTH)])
def test_health__is_asked_for_by_any_name_and_in_http_1_0(port: int, path: str) -> None:
    status = ask(port, path, Host="10.1.2.3:8000")[0]
    assert status != 400
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as plain:
        plain.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        answer = plain.makefile("rb").read().decode()
    assert re.match(rf"HTTP/1\.[01] {status} ", answer)


class Door:
    """An application that notes who was let in and waits where it is told to."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        self.inside = threading.Semaphore(0)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        if environ.get(REFUSED):
            return HttpResponse(status=503)
        if environ["PATH_INFO"] == "/wait":
            self.inside.release()
            self.go_on.wait(PATIENCE)
        if environ["PATH_INFO"] == "/stream":
            return StreamingHttpResponse([b"one", b"two"])
        return HttpResponse(b"done")


def test_gate__answer_that_nobody_takes_holds_no_slot() -> None:
    door = Door()
    gate = Gate(door, longest_body=lambda path: 0)
    taken = [gate({"PATH_INFO": "/stream"}, print) for _ in range(settings.WEB_CONNECTIONS + 1)]
    assert gate({"PATH_INFO": "/"}, print) == [b"done"]
    for answer in taken:
        assert b"".join(answer) == b"onetwo"
        answer.close()  # type: ignore[attr-defined]


def test_gate__streams_that_are_never_closed_leave_room_for_health() -> None:
    gate = Gate(Door(), longest_body=lambda path: 0)
    kept = [gate({"PATH_INFO": "/stream"}, print) for _ in range(THREADS - KEPT_FREE)]
    for path, status in (("/", 503), (LIVE, 200), ("/health", 200)):
        environ = {"PATH_INFO": path}
        gate(environ, print)
        assert (REFUSED in environ) == (status == 503)
    kept[0].close()  # type: ignore[attr-defined]
    assert gate({"PATH_INFO": "/"}, print) == [b"done"]


def test_gate__only_so_many_work_at_a_time_and_the_others_have_their_turn() -> None:
    door = Door()
    gate = Gate(door, longest_body=lambda path: 0)
    with Calls(settings.WEB_CONNECTIONS + 3, lambda: gate({"PATH_INFO": "/wait"}, print)) as calls:
        for _ in range(settings.WEB_CONNECTIONS):
            assert door.inside.acquire(timeout=PATIENCE)
        assert not door.inside.acquire(blocking=False)
        door.go_on.set()
    assert calls.answers == [[b"done"]] * (settings.WEB_CONNECTIONS + 3)


def test_turns__who_waits_too_long_leaves_the_queue() -> None:
    turns = Turns(1)
    assert turns.acquire(0)
    assert not turns.acquire(0)
    turns.release()
    assert turns.acquire(0)


def test_commands_of_the_server__give_as_many_threads_as_the_gate_counts() -> None:
    starting = ("deploy/systemd/oxaas-web.service", "scripts/run.py", "docs/configuration.md", "tests/mail/platform.py")
    for name in starting:
        found = re.findall(r'--blocking-threads(?: |", ")(\d+)', Path(BASE / name).read_text())
        assert set(found) == {str(THREADS)}, name
