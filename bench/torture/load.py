"""Whoever asks while something goes wrong: writers who remember what they were promised, and a clock."""

from __future__ import annotations

import base64
import http.client
import json
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
_numbers: Final = count(1)


def basic(login: str, password: str = cluster.PASSWORD) -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{login}:{password}".encode()).decode()


class Caller:
    """One connection, made anew when it is lost. A status of 0 says that there was no answer."""

    def __init__(self, port: int, login: str = "r1") -> None:
        self._port, self._headers = port, {"Authorization": basic(login), "Content-Type": "application/json"}
        self._line: http.client.HTTPConnection | None = None

    def __call__(self, method: str, path: str, body: object = None) -> tuple[int, bytes]:
        try:
            if self._line is None:
                self._line = http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)
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
    """Each makes one forward after the other; `promised` are those that were answered with 201."""

    def __init__(self, port: int) -> None:
        self.promised: list[str] = []
        self.statuses: Counter[int] = Counter()
        self._callers = [Caller(port) for _ in range(WRITERS)]

    def step(self, number: int) -> None:
        """Write once."""
        context = 10 * (1 + number % 9)
        alias = f"torture{next(_numbers)}@d{context}.example"
        status, _body = self._callers[number]("POST", f"{FORWARDS}/{context}/{alias}", ["a@far.example"])
        self.statuses[status] += 1
        if status == 201:
            self.promised.append(alias)
        else:
            time.sleep(0.1)


@dataclass(frozen=True)
class Seen:
    """One answer: when it was asked for, how long it took, and what it was."""

    what: str
    asked: float
    seconds: float
    status: int


class Clock:
    """Asks the API and the health checks again and again, each from a thread of its own."""

    PATHS: Final = (READ, "/health", "/health/live")

    def __init__(self, port: int) -> None:
        self.seen: list[Seen] = []
        self._callers = [Caller(port) for _ in self.PATHS]

    def step(self, number: int) -> None:
        """Ask once."""
        asked = time.monotonic()
        status, _body = self._callers[number]("GET", self.PATHS[number])
        self.seen.append(Seen(self.PATHS[number], asked, time.monotonic() - asked, status))

    def between(self, what: str, begin: float, end: float) -> list[Seen]:
        """The answers to what was asked for in that time."""
        return [one for one in self.seen if one.what == what and begin <= one.asked < end]

    def first(self, what: str, status: int, after: float) -> float:
        """The seconds until an answer with this status was there; infinite when none was."""
        found = [one for one in self.seen if one.what == what and one.asked >= after and one.status == status]
        return min((one.asked + one.seconds for one in found), default=float("inf")) - after
