"""Connections to PostgreSQL that are given up when their server does not answer any more.

A server that hangs (a stopped process, a dead disk, a network that swallows packets) sends nothing, and no timeout of
its own can help: whoever asked would wait for ever. So, in a process that serves requests, a thread looks at the
statements under way. Behind one that has lasted for a while it asks the server itself a question that every server
answers at once. Without an answer the connections to it are cut, which is an error like any other, and further ones
are refused until it answers again. A server that answers is only slow, and is waited for.
"""

from __future__ import annotations

import os
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any, Final, TypeVar

import psycopg2
from django.conf import settings
from psycopg2 import extensions

from core import trace

_Result = TypeVar("_Result")
Server = tuple[str, str]

PATIENCE: Final = 1.5
"""Seconds after which it is asked whether the server of a statement is still there."""
_PROBE_SECONDS: Final = 1.0
_EVERY: Final = 0.25
# PostgreSQL's SSLRequest: the one question that needs no credentials and leaves no line in the server's log.
_QUESTION: Final = struct.pack("!ii", 8, 80877103)
_DEFAULT_PORT: Final = "5432"
# How a pooler says that it shares sessions, and so takes no options for one.
_NO_OPTIONS: Final = "unsupported startup parameter"


class Watch:
    """The statements under way in this process, and the servers that do not answer."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self.dead: frozenset[Server] = frozenset()
        self._patience = patience
        self._lock = threading.Lock()
        self._under_way: dict[int, tuple[PatientConnection, float]] = {}
        self._suspects: set[Server] = set()
        self._thread_of = 0

    def start(self) -> None:
        """Begin to look, once in a process: a fork of it begins anew."""
        with self._lock:
            if self._thread_of == os.getpid():
                return
            self._thread_of, self._under_way = os.getpid(), {}
        threading.Thread(target=self._look, name="database-watch", daemon=True).start()

    def stop(self) -> None:
        """Look no more."""
        self._thread_of = 0

    def during(self, connection: PatientConnection, work: Callable[..., _Result], *arguments: Any) -> _Result:
        """What `work` returns; it waits for the server. OperationalError when that does not answer."""
        if self.dead and connection.server in self.dead:
            raise psycopg2.OperationalError("the server does not answer")
        key = id(connection)
        with self._lock:
            self._under_way[key] = connection, time.monotonic()
        try:
            return work(*arguments)
        finally:
            with self._lock:
                del self._under_way[key]

    def connecting(self, dsn: str, connect: Callable[[], None]) -> None:
        """Open a connection, for which libpq has a timeout of its own. OperationalError."""
        servers = servers_of(dsn)
        if self.dead and servers <= self.dead:
            raise psycopg2.OperationalError("the server does not answer")
        started = time.monotonic()
        try:
            connect()
        except psycopg2.OperationalError:
            if time.monotonic() - started > self._patience:
                with self._lock:
                    self._suspects |= servers
            raise

    def _look(self) -> None:
        while self._thread_of == os.getpid():
            time.sleep(_EVERY)
            now = time.monotonic()
            with self._lock:
                slow = {one.server for one, since in self._under_way.values() if now - since > self._patience}
                asked, self._suspects = slow | self._suspects | self.dead, set()
            if asked:
                self.dead = frozenset(server for server in asked if not answers(server))
                self._cut()

    def _cut(self) -> None:
        """End the waiting for dead servers. Under the lock: whose work is over may have closed its connection."""
        with self._lock:
            for connection, _since in self._under_way.values():
                if connection.server in self.dead:
                    connection.cut()


watch: Final = Watch()
_watched = False
_session_options = ""
# Poolers that have refused them.
_without_options: Final[set[frozenset[Server]]] = set()


def serve_requests(session_options: str = "") -> None:
    """From now on no statement of this process waits for a server that does not answer.

    `session_options` are given to every new session, as in `-c statement_timeout=30s`.
    """
    global _watched, _session_options
    _watched, _session_options = True, session_options


def connect(dsn: str, *arguments: Any) -> PatientConnection:
    """A connection; its session has this process's options, unless a pooler takes none."""
    if not _session_options or " options=" in f" {dsn}" or servers_of(dsn) in _without_options:
        return PatientConnection(dsn, *arguments)
    try:
        return PatientConnection(extensions.make_dsn(dsn, options=_session_options), *arguments)
    except psycopg2.OperationalError as error:
        if _NO_OPTIONS not in str(error):
            raise
    _without_options.add(servers_of(dsn))
    return PatientConnection(dsn, *arguments)


class PatientConnection(extensions.connection):  # type: ignore[misc]  # psycopg2 has no types
    """A connection that `watch` can cut. `prepared` are the names of the session's prepared statements."""

    def __init__(self, dsn: str, *arguments: Any) -> None:
        self.prepared: set[str] = set()
        self.server: Server = ("", "")
        self._watched = _watched
        self._is_pooled: bool | None = settings.TRANSACTION_POOLER
        parent = super()

        def open_it() -> None:
            parent.__init__(dsn, *arguments)  # type: ignore[misc]

        if self._watched:
            watch.start()
            watch.connecting(dsn, open_it)
        else:
            open_it()
        self.server = self.info.host, str(self.info.port)

    @property
    def is_pooled(self) -> bool:
        """Whether a pooler may give each transaction another session; looked for where TRANSACTION_POOLER is "auto".

        A pooler's connections have numbers of its own making, which are not those of the server's processes.
        """
        if self._is_pooled is None:
            with super().cursor() as cursor:
                cursor.execute("SELECT pg_backend_pid()")
                ((number,),) = cursor.fetchall()
            self._is_pooled = number != self.info.backend_pid
        return self._is_pooled

    def cursor(self, name: str | None = None, *arguments: Any, **more: Any) -> Any:
        """A cursor. One of the server's that is to outlive its transaction needs a session that stays.

        Behind a pooler its rows are all fetched at once instead; it would be looked for in somebody else's session.
        """
        if name is not None and more.get("withhold") and self.is_pooled:
            return super().cursor()
        return super().cursor(name, *arguments, **more)

    def commit(self) -> None:
        """Commits."""
        self.waiting(super().commit)

    def rollback(self) -> None:
        """Rolls back."""
        self.waiting(super().rollback)

    def waiting(self, work: Callable[..., _Result], *arguments: Any) -> _Result:
        """What `work`, which asks the server, returns. The first of the arguments, if there are any, is a statement."""
        began, failed = time.perf_counter(), True
        try:
            result = watch.during(self, work, *arguments) if self._watched else work(*arguments)
            failed = False
        finally:
            statement = arguments[0] if arguments else None
            trace.asked(time.perf_counter() - began, statement, failed=failed)
        return result

    def cut(self) -> None:
        """Let whoever waits for an answer of the server see that none will come."""
        with suppress(OSError, psycopg2.Error), socket.socket(fileno=os.dup(self.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)


class PatientCursor(extensions.cursor):  # type: ignore[misc]
    """A cursor of a connection that `watch` can cut."""

    def execute(self, *arguments: Any) -> None:
        """Executes."""
        self.connection.waiting(super().execute, *arguments)

    def executemany(self, *arguments: Any) -> None:
        """Executes many times."""
        self.connection.waiting(super().executemany, *arguments)

    def fetchmany(self, *arguments: Any) -> list[Any]:
        """Rows; those of a named cursor are asked for now."""
        if self.name is None:
            return list(super().fetchmany(*arguments))
        return list(self.connection.waiting(partial(super().fetchmany, *arguments)))


def servers_of(dsn: str) -> frozenset[Server]:
    """The hosts and ports that a connection may be made to."""
    parts = extensions.parse_dsn(dsn)
    hosts = parts.get("hostaddr", parts.get("host", "localhost")).split(",")
    ports = str(parts.get("port", "") or _DEFAULT_PORT).split(",")
    if len(ports) == 1:
        ports *= len(hosts)
    return frozenset((host, port or _DEFAULT_PORT) for host, port in zip(hosts, ports, strict=False))


def answers(server: Server, seconds: float = _PROBE_SECONDS) -> bool:
    """Whether a PostgreSQL, or a pooler before one, answers there."""
    host, port = server
    try:
        with _connected(host, port, seconds) as wire:
            wire.settimeout(seconds)
            wire.sendall(_QUESTION)
            return wire.recv(1) in {b"S", b"N"}
    except OSError:
        return False


def _connected(host: str, port: str, seconds: float) -> socket.socket:
    if not host.startswith("/"):
        return socket.create_connection((host, int(port)), seconds)
    wire = socket.socket(socket.AF_UNIX)
    try:
        wire.settimeout(seconds)
        wire.connect(f"{host}/.s.PGSQL.{port}")
    except OSError:
        wire.close()
        raise
    return wire
