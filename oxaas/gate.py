"""Who is let in to the application: so many calls at a time, and never so many that nobody could ask how it is.

The server gives every call a thread (`THREADS`), which costs little while it waits. Only as many as there are slots
work at the same time, each with the database connection of its slot: threads that fight for the interpreter make all of
them slower, and connections are dear. A body is read before a slot is taken and an answer is sent after it was given
back, so a client that reads or writes slowly holds a thread and nothing else. Of the threads some are kept free of
work: `/health/live` is answered at once however much there is to do, and so is a call that cannot be served now.
"""

from __future__ import annotations

import select
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from tempfile import SpooledTemporaryFile
from time import monotonic, perf_counter
from typing import Any, Final

from django.conf import settings
from django.core.cache import close_caches
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connections, reset_queries
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpResponseBase

from core.waiting import ATTRIBUTE, Wait
from oxaas.lobby import Lobby

Environ = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environ, Start], Iterable[bytes]]

THREADS: Final = 64
"""Threads of the server in each process: `--blocking-threads`."""
KEPT_FREE: Final = 8
PATIENCE: Final = 4.0
"""Seconds that a call waits for a slot."""
HEALTH_PATIENCE: Final = 1.0
LIVE: Final = "/health/live"
HEALTH: Final = frozenset({"/health", "/health/ready", "/metrics"})
"""What whoever watches asks: on a connection of its own, so that it is not queued behind work."""
REFUSED: Final = "oxaas.refused"
"""In a request's environment: there is no slot for it. `oxaas.middleware.DoorMiddleware` answers."""
BEGAN: Final = "oxaas.began"
"""In a request's environment: when it came here, as `perf_counter` has it."""
_BLOCK: Final = 64 * 1024
_IN_MEMORY: Final = 1024 * 1024
_DISCARDED: Final = 8 * 1024 * 1024


class Turns:
    """So many at a time, in the order in which they came: none is overtaken by those that come all the time."""

    def __init__(self, count: int) -> None:
        self._left = count
        self._lock = threading.Lock()
        self._waiting: deque[Any] = deque()

    def acquire(self, timeout: float) -> bool:
        """Whether it was one's turn in time."""
        with self._lock:
            if self._left:
                self._left -= 1
                return True
            mine = threading.Lock()
            mine.acquire()
            self._waiting.append(mine)
        if mine.acquire(timeout=timeout):
            return True
        with self._lock:
            if mine in self._waiting:
                self._waiting.remove(mine)
                return False
        return True  # it was given at the last moment

    def release(self) -> None:
        """Give one's turn to who has waited longest."""
        with self._lock:
            if self._waiting:
                self._waiting.popleft().release()
            else:
                self._left += 1


def look_after_connections() -> None:
    """From now on the slots look after their connections: Django's handlers search for them in each request.

    Those for the cache go as well: it is in the process's memory, and has nothing to close.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    request_started.disconnect(reset_queries)
    request_finished.disconnect(close_caches)


def make_ready(connection: BaseDatabaseWrapper) -> None:
    """Close the connection if it is too old or of no use; one that is silent is trusted.

    Django would ask by a statement whether it is still there. But where the server has closed it, there is something to
    read: only then it is asked, and another is opened. One that the driver has closed without Django's knowing is of no
    use any more.
    """
    if connection.connection is None:
        return
    if settings.DEBUG:
        connection.queries_log.clear()
    connection.close_if_unusable_or_obsolete()
    if connection.connection is None or connection.vendor != "postgresql":
        return
    if connection.connection.closed:
        connection.close()
    else:
        readable, _writable, _failed = select.select([connection.connection], [], [], 0)
        connection.health_check_done = not readable  # type: ignore[attr-defined]


class Slots:
    """Database connections, each for one call at a time. The one used last is taken first.

    With a replica each slot has a connection to that one too, which is made when it is first read from.
    """

    def __init__(self, count: int, patience: float) -> None:
        self._patience = patience
        self._turns = Turns(count)
        self._free: list[dict[str, Any]] = []

    @contextmanager
    def taken(self) -> Iterator[bool]:
        """Work on a connection of the slots; or, when none becomes free in time, without one: False."""
        if not self._turns.acquire(timeout=self._patience):
            yield False
            return
        try:
            held = self._free.pop()
        except IndexError:
            held = {alias: connections.create_connection(alias) for alias in connections}
            for connection in held.values():
                connection.inc_thread_sharing()
        for alias, connection in held.items():
            connections[alias] = connection
            make_ready(connection)
        try:
            yield True
        finally:
            for alias, connection in held.items():
                if connection.errors_occurred or not connection.autocommit:
                    connection.close_if_unusable_or_obsolete()
                del connections[alias]
            self._free.append(held)
            self._turns.release()


class Gate:
    """The WSGI application before Django's: counts, waits, refuses."""

    def __init__(
        self, inner: Callable[[Environ, Start], HttpResponseBase], *, longest_body: Callable[[str], int]
    ) -> None:
        self._inner = inner
        self._longest_body = longest_body
        self._work = Slots(settings.WEB_CONNECTIONS, PATIENCE)
        self._health = Slots(1, HEALTH_PATIENCE)
        self._lobby = Lobby(self._on_a_connection)
        self._lock = threading.Lock()
        self._inside = 0

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        environ[BEGAN] = perf_counter()
        path = environ.get("PATH_INFO", "")
        if path == LIVE:
            return _at_once(self._inner(environ, start_response))
        if path in HEALTH:
            return self._answered(self._health, environ, start_response)
        if not self._enter():
            environ[REFUSED] = True
            return _at_once(self._inner(environ, start_response))
        try:
            read_body(environ, self._longest_body(path))
            answer = self._answered_in_time(environ, start_response)
        except BaseException:
            self._leave()
            raise
        if isinstance(answer, list):
            try:
                discard_body(environ)
            finally:
                self._leave()
            return answer
        return Sending(answer, self._leave)

    def _answered_in_time(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """The answer; where it is that there is nothing yet, and the caller would wait, the one after there is."""
        call = Call(self._inner, environ)
        with self._work.taken() as taken:
            call.make(refused=not taken)
        if call.wait is not None:
            with self._lobby.seat(call.wait.caller) as has_seat:
                if has_seat:
                    self._wait(call, monotonic() + call.wait.seconds)
        return call.handed_over(start_response)

    def _wait(self, call: Call, until: float) -> None:
        while call.wait is not None and self._lobby.has_news(call.wait, until):
            with self._work.taken() as taken:
                if not taken:
                    return
                call.make()

    def _on_a_connection(self, ask: Callable[[], Any]) -> Any:
        with self._work.taken() as taken:
            return ask() if taken else None

    def _answered(self, slots: Slots, environ: Environ, start_response: Start) -> Iterable[bytes]:
        with slots.taken() as taken:
            if not taken:
                environ[REFUSED] = True
            return _at_once(self._inner(environ, start_response))

    def _enter(self) -> bool:
        with self._lock:
            if self._inside >= THREADS - KEPT_FREE:
                return False
            self._inside += 1
            return True

    def _leave(self) -> None:
        with self._lock:
            self._inside -= 1


class Call:
    """One call, which may be made again with the same request. The answer is kept until it is handed over."""

    def __init__(self, inner: Callable[[Environ, Start], HttpResponseBase], environ: Environ) -> None:
        self._inner, self._environ = inner, environ
        self._started: tuple[Any, ...] = ()
        self._answer: Iterable[bytes] = []
        self.wait: Wait | None = None

    def make(self, *, refused: bool = False) -> None:
        """Have the request answered; what it was answered before is forgotten."""
        environ = dict(self._environ)
        if refused:
            environ[REFUSED] = True
        if self._started:
            environ[BEGAN] = perf_counter()
        response = self._inner(environ, self._start)
        self.wait = getattr(response, ATTRIBUTE, None)
        self._answer = _at_once(response)

    def handed_over(self, start_response: Start) -> Iterable[bytes]:
        """The answer that it is in the end."""
        start_response(*self._started)
        return self._answer

    def _start(self, *started: Any) -> None:
        self._started = started


class Sending:
    """An answer on its way; its thread is free when it was closed."""

    def __init__(self, answer: Any, leave: Callable[[], None]) -> None:
        self._answer, self._leave, self._closed = answer, leave, False

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        """Closes the answer."""
        if self._closed:
            return
        self._closed = True
        try:
            self._answer.close()
        finally:
            self._leave()


def _at_once(response: HttpResponseBase) -> Iterable[bytes]:
    """An answer that is complete is handed over whole, so that the server sends it without this thread."""
    if response.streaming:
        return response
    try:
        return [b"".join(response)]
    finally:
        response.close()


def read_body(environ: Environ, longest: int) -> None:
    """Have the body here before there is work on it. One that is too long stays where it is, to be refused."""
    stream, length = environ.get("wsgi.input"), environ.get("CONTENT_LENGTH") or ""
    if stream is None or not length.isdecimal() or not 0 < int(length) <= longest:
        return
    left = int(length)
    if left <= _BLOCK:
        body: Any = BytesIO()
    else:
        body = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - it lives as long as the request
    while left > 0 and (piece := stream.read(min(left, _BLOCK))):
        body.write(piece)
        left -= len(piece)
    environ["CONTENT_LENGTH"] = str(body.tell())
    body.seek(0)
    environ["wsgi.input"] = body


def discard_body(environ: Environ) -> None:
    """Read what is left of a body that was refused, unless it is huge.

    Closed while the caller still sends, the connection would be reset and the answer lost.
    """
    stream, length = environ.get("wsgi.input"), environ.get("CONTENT_LENGTH") or ""
    if stream is None or not length.isdecimal() or not _IN_MEMORY < int(length) <= _DISCARDED:
        return
    while stream.read(_BLOCK):
        pass
