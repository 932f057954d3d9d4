"""Callers that never stop, and what became of each of their calls."""

from __future__ import annotations

import http.client
import json
import secrets
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from tests.client import FORWARDS, basic

PATIENCE: Final = 60
_PAUSE: Final = 0.02


class Load:
    """So many readers and writers, each on a kept connection or on a new one for every call."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._name = secrets.token_hex(4)  # no other load has written these aliases
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self.found: Counter[str] = Counter()
        self.written = 0

    @contextmanager
    def running(self) -> Iterator[Load]:
        """All of them at work."""
        kinds: list[Callable[[], None]] = [
            *[lambda: self._calls("GET", kept=True), lambda: self._calls("GET", kept=False)],
            *[lambda: self._calls("POST", kept=True), lambda: self._calls("POST", kept=False)],
        ]
        threads = [threading.Thread(target=kind) for kind in kinds]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            for thread in threads:
                thread.join(PATIENCE)

    def _calls(self, method: str, *, kept: bool) -> None:
        connection, number, name = self._connection(), 0, f"{self._name}{int(kept)}"
        while not self._stop.wait(_PAUSE):
            number += 1
            writes = method == "POST"
            path = f"{FORWARDS}/24/{name}x{number}@acme.example" if writes else f"{FORWARDS}/24/sales@acme.example"
            body = json.dumps({"recipient": "a@elsewhere.example"}) if writes else None
            headers = {"Authorization": basic("alpha"), "Content-Type": "application/json"}
            if not kept:
                headers["Connection"] = "close"
            try:
                connection.request(method, path, body, headers)
                answer = connection.getresponse()
                answer.read()
                outcome: Any = answer.status
            except (OSError, http.client.HTTPException) as error:
                outcome = f"{type(error).__name__} {'kept' if kept else 'new'}"
                connection.close()
            if not kept:
                connection.close()
            with self._lock:
                self.found[f"{method} {outcome}"] += 1
        connection.close()

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self._port, timeout=PATIENCE)

    @property
    def calls(self) -> int:
        """How many there were so far."""
        return sum(self.found.values())
