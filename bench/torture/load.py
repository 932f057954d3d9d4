"""Whoever asks while something goes wrong: writers who remember what they were promised, and a clock."""

from __future__ import annotations

import base64
import http.client
import json
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Final

from bench import cluster

WRITERS: Final = 16
PATIENCE: Final = 30.0
FORWARDS: Final = "/api/oxaas/v1/admin/forwards"
READ: Final = f"{FORWARDS}/10/alias9@d10.example"
LIVE: Final = "/health/live"
# Whose connections these are: nginx counts the calls of each address, and oxaas its failed logins.
WRITING, LOOKING, OTHERS = "127.0.0.2", "127.0.0.3", "127.0.0.66"
_numbers: Final = count(1)


def basic(login: str, password: str = cluster.PASSWORD) -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()


@dataclass(frozen=True)
class Door:
    """A port of loopback to come in by, with TLS or without."""

    port: int
    tls: ssl.SSLContext | None = None

    def line(self, source: str) -> http.client.HTTPConnection:
        """To ask from that address."""
        origin = (source, 0)
        if self.tls is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE, source_address=origin)
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=PATIENCE, source_address=origin, context=self.tls
        )

    def socket(self, source: str = OTHERS) -> socket.socket:
        """For those who do not talk as they should."""
        plain = socket.create_connection(("127.0.0.1", self.port), 10, (source, 0))
        return plain if self.tls is None else self.tls.wrap_socket(plain, server_hostname="127.0.0.1")


class Caller:
    """One connection, made anew when it is lost. A status of 0 says that there was no answer."""

    def __init__(self, door: Door, source: str, login: str = "r1") -> None:
        self._door, self._source = door, source
        self._headers = {"Authorization": basic(login), "Content-Type": "application/json"}
        self._line: http.client.HTTPConnection | None = None

    def __call__(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        try:
            if self._line is None:
                self._line = self._door.line(self._source)
            self._line.request(method, path, None if body is None else json.dumps(body), self._headers)
            response = self._line.getresponse()
            return response.status, response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return 0, b""

    def close(self) -> None:
        """Hang up."""
        if self._line is not None:
            self._line.close()
            self._line = None


class Threads:
    """Threads that call something until they are told to stop."""

    def __init__(self, count: int, step: Callable[[int], None], pause: float = 0.0) -> None:
        self._over = threading.Event()
        self._step, self._pause = step, pause
        self._threads = [threading.Thread(target=self._run, args=(number,)) for number in range(count)]

    def __enter__(self) -> Threads:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _run(self, number: int) -> None:
        while not self._over.is_set():
            self._step(number)
            self._over.wait(self._pause)


class Writers:
    """Each makes one forward after the other; kept is what each was told of it."""

    def __init__(self, door: Door) -> None:
        self.promised: list[str] = []
        """Answered with 201."""
        self.refused: list[str] = []
        """Answered with 503."""
        self.statuses: Counter[int] = Counter()
        self._callers = [Caller(door, WRITING) for _ in range(WRITERS)]

    def step(self, number: int) -> None:
        """Write once."""
        context = 10 * (1 + number % 9)
        alias = f"torture{next(_numbers)}@d{context}.example"
        status, _body = self._callers[number]("POST", f"{FORWARDS}/{context}/{alias}", ["a@far.example"])
        self.statuses[status] += 1
        if status == 201:
            self.promised.append(alias)
            return
        if status == 503:
            self.refused.append(alias)
        time.sleep(0.1)


@dataclass(frozen=True)
class Seen:
    """One answer: when it was asked for, how long it took, and what it was."""

    what: str
    asked: float
    seconds: float
    status: int


def timed(caller: Caller, path: str) -> Seen:
    """Ask for it."""
    asked = time.monotonic()
    status, _body = caller("GET", path)
    return Seen(path, asked, time.monotonic() - asked, status)


class Clock:
    """Asks the API and the health checks again and again, each from a thread of its own."""

    PATHS: Final = (READ, "/health", LIVE)

    def __init__(self, door: Door) -> None:
        self.seen: list[Seen] = []
        self._callers = [Caller(door, LOOKING) for _ in self.PATHS]

    def step(self, number: int) -> None:
        """Ask once."""
        self.seen.append(timed(self._callers[number], self.PATHS[number]))

    def between(self, what: str, begin: float, end: float) -> list[Seen]:
        """The answers to what was asked for in that time."""
        return [one for one in self.seen if one.what == what and begin <= one.asked < end]

    def first(self, what: str, status: int, after: float) -> float:
        """The seconds until an answer with this status was there; infinite when none was."""
        found = [one for one in self.seen if one.what == what and one.asked >= after and one.status == status]
        return min((one.asked + one.seconds for one in found), default=float("inf")) - after
