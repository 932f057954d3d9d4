"""What goes wrong: each is begun, lasts for a while, and is over."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Final

import psycopg2

from bench.torture.load import FORWARDS, OTHERS, Caller, Door, Seen, Threads, basic, timed
from bench.torture.machine import Application, Postgres
from tests.mail.imap_server import FakeServer

_PIECE: Final = b"x" * (1024 * 1024)
# Those that the writers write to.
_TABLES: Final = ("forwards_forwardingalias", "forwards_recipient", "changelog_change")


@dataclass
class Place:
    """Everything that can be hurt. `door` is nginx, `bare` the application itself."""

    postgres: Postgres
    application: Application
    door: Door
    store: FakeServer
    database: str
    others: list[Seen] = field(default_factory=list)
    """What those were answered who do the hurting."""

    @property
    def bare(self) -> Door:
        return Door(self.application.port)

    def kept(self, aliases: Sequence[object]) -> int:
        """How many of these are there, each once, with its recipient and its one line in the change log."""
        named = self._column("SELECT id FROM forwards_forwardingalias WHERE normalized IN ({})", aliases)
        once = "{} IN ({{}}) GROUP BY 1 HAVING count(*) = 1"
        recipients = self._column(f"SELECT alias_id FROM forwards_recipient WHERE {once.format('alias_id')}", named)
        lines = f"SELECT key FROM changelog_change WHERE kind = 'forward' AND {once.format('key')}"
        return len(set(recipients) & set(self._column(lines, named)))

    def _column(self, statement: str, values: Sequence[object]) -> list[object]:
        listed = ", ".join(f"'{value}'" for value in values) or "NULL"
        return [row[0] for row in self.postgres.run(statement.format(listed), database=self.database)]


def _calm(_place: Place) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass(frozen=True)
class Fault:
    """What the API's read answers meanwhile (200 where it is to go on), and those who do the hurting, within 5 s."""

    name: str
    expected: int
    seconds: float
    happen: Callable[[Place], AbstractContextManager[None]]
    others: frozenset[int] = frozenset()
    around: Callable[[Place], AbstractContextManager[None]] = _calm
    """Prepared before there is load, and put right when there is none any more."""


@contextmanager
def stopped(place: Place) -> Iterator[None]:
    place.postgres.stop()
    yield
    place.postgres.start()


@contextmanager
def killed(place: Place) -> Iterator[None]:
    place.postgres.kill()
    yield
    place.postgres.start()


@contextmanager
def paused(place: Place) -> Iterator[None]:
    place.postgres.pause()
    yield
    place.postgres.pause(over=True)


@contextmanager
def read_only(place: Place) -> Iterator[None]:
    place.postgres.run("ALTER SYSTEM SET default_transaction_read_only = on", "SELECT pg_reload_conf()")
    yield
    place.postgres.run(
        "SET default_transaction_read_only = off",
        "ALTER SYSTEM RESET default_transaction_read_only",
        "SELECT pg_reload_conf()",
    )


_END_SESSIONS: Final = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'oxaas web'"


@contextmanager
def out_of_connections(place: Place) -> Iterator[None]:
    """Somebody else has taken them all."""
    first = psycopg2.connect(f"{place.postgres.url}postgres")
    first.autocommit = True
    taken = [first]
    for _ in range(20):
        with suppress(psycopg2.OperationalError):
            while True:
                taken.append(psycopg2.connect(f"{place.postgres.url}postgres"))
        first.cursor().execute(_END_SESSIONS)
    yield
    for one in taken:
        one.close()


@contextmanager
def on_a_small_disk(place: Place) -> Iterator[None]:
    """What is written to lies on a file system of 256 MB, without room of its own in the files."""
    _move(place, "small")
    yield
    _move(place, "pg_default")


def _move(place: Place, where: str) -> None:
    statements = [f"ALTER TABLE {table} SET TABLESPACE {where}" for table in _TABLES]
    place.postgres.run(*statements, *(f"VACUUM FULL {table}" for table in _TABLES), database=place.database)


@contextmanager
def disk_full(place: Place) -> Iterator[None]:
    """The tables can take no further page."""
    filler = place.postgres.small / "filler"
    with suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(_PIECE)
    yield
    filler.unlink()


@contextmanager
def web_killed(place: Place) -> Iterator[None]:
    place.application.kill_web()
    yield


@contextmanager
def store_hangs(place: Place) -> Iterator[None]:
    """Forty callers of the mail operations, and a mail server that accepts and says nothing."""
    callers = [Caller(place.door, OTHERS, "portal") for _ in range(40)]

    def step(number: int) -> None:
        place.others.append(timed(callers[number], f"/api/oxaas/mail/user{number * 100 + 9}@d10.example"))

    with Threads(len(callers), step):
        yield


@contextmanager
def spraying(place: Place) -> Iterator[None]:
    """Eight that try ever-new names."""

    def step(_number: int) -> None:
        caller = Caller(place.door, OTHERS, f"nobody{random.random()}")  # noqa: S311 - no secret
        place.others.append(timed(caller, f"{FORWARDS}/20/a@d20.example"))
        caller.close()

    with Threads(8, step):
        yield


def _slow(door: Door, count: int, request: str) -> AbstractContextManager[None]:
    """So many that begin like this and then neither send nor read."""

    @contextmanager
    def slow() -> Iterator[None]:
        with ExitStack() as stack:
            for _ in range(count):
                stack.enter_context(door.socket()).sendall(request.encode())
            yield

    return slow()


_LONG_LIST: Final = f"GET {FORWARDS}/20 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {basic('r1')}\r\n\r\n"
_BODY: Final = f"POST {FORWARDS}/20/slow@d20.example HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n["

FAULTS: Final = (
    Fault("disk of the tables full for 6 s", 200, 6, disk_full, around=on_a_small_disk),
    Fault("web processes killed (kill -9)", 503, 6, web_killed),
    Fault("PostgreSQL killed (kill -9), back after 5 s", 503, 5, killed),
    Fault("PostgreSQL stopped for 5 s", 503, 5, stopped),
    Fault("PostgreSQL paused (SIGSTOP) for 10 s", 503, 10, paused),
    Fault("PostgreSQL read-only for 5 s", 200, 5, read_only),
    Fault("no connection left for 6 s", 503, 6, out_of_connections),
    Fault("mail store hangs, 40 calls of it at a time", 200, 12, store_hangs, frozenset({500})),
    Fault("8 slow readers of 100,000 aliases", 200, 8, lambda place: _slow(place.door, 8, _LONG_LIST)),
    Fault("6 slow readers of 100,000 aliases, past nginx", 200, 8, lambda place: _slow(place.bare, 6, _LONG_LIST)),
    Fault("60 slow bodies", 200, 8, lambda place: _slow(place.door, 60, _BODY)),
    Fault("60 slow bodies, past nginx", 200, 8, lambda place: _slow(place.bare, 60, _BODY)),
    Fault("log-ins sprayed over ever-new names by 8 at a time", 200, 8, spraying, frozenset({403, 429, 503})),
)
