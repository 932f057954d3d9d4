"""What goes wrong: each is begun, lasts for a while, and is over."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from typing import Final

import psycopg2

from bench.torture.load import FORWARDS, Caller, Threads
from bench.torture.machine import Application, Postgres
from tests.mail.imap_server import FakeServer

_PIECE: Final = b"x" * (1024 * 1024)


@dataclass
class Place:
    """Everything that can be hurt."""

    postgres: Postgres
    application: Application
    store: FakeServer
    database: str


@dataclass(frozen=True)
class Fault:
    """`expected` is what the API's read answers meanwhile: 200 where it is to go on."""

    name: str
    expected: int
    seconds: float
    happen: Callable[[Place], object]


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
def disk_full(place: Place) -> Iterator[None]:
    """The tables have no room of their own left, and there is no other."""
    place.postgres.run("VACUUM FULL", database=place.database)
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
    callers = [Caller(place.application.port, "portal") for _ in range(40)]

    def step(number: int) -> None:
        callers[number]("GET", f"/api/oxaas/mail/user{number * 100 + 9}@d10.example")

    with Threads(len(callers), step):
        yield


@contextmanager
def slow_readers(place: Place) -> Iterator[None]:
    """Six that ask for a list of 5 MB and take none of it, without nginx in front."""
    from bench.torture.load import basic

    with ExitStack() as stack:
        for _ in range(6):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", place.application.port)))
            line.sendall(
                f"GET {FORWARDS}/20 HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {basic('r1')}\r\n\r\n".encode()
            )
        yield


@contextmanager
def slow_bodies(place: Place) -> Iterator[None]:
    """Sixty that announce a body and send a byte of it, without nginx in front."""
    head = f"POST {FORWARDS}/20/slow@d20.example HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n["
    with ExitStack() as stack:
        for _ in range(60):
            line = stack.enter_context(socket.create_connection(("127.0.0.1", place.application.port)))
            line.sendall(head.encode())
        yield


@contextmanager
def spraying(place: Place) -> Iterator[None]:
    """Eight that try ever-new names."""

    def step(_number: int) -> None:
        caller = Caller(place.application.port, f"nobody{random.random()}")  # noqa: S311 - no secret
        caller("GET", f"{FORWARDS}/20/a@d20.example")
        caller.close()

    with Threads(8, step):
        yield


@contextmanager
def worker_killed(place: Place) -> Iterator[None]:
    """A bulk edit of 11,112 rows, whose worker is killed three times."""
    place.application.script(_BULK)
    for _ in range(3):
        time.sleep(2)
        place.application.kill_worker()
        place.application.start_worker()
    yield


_BULK: Final = """
from accounts.models import Administrator
from bulk import edits, jobs
from forwards.models import ForwardingAlias
one = Administrator.objects.get(login="r1")
chosen = ForwardingAlias.objects.filter(context=20, address__startswith="long1")
jobs.create_job(administrator=one, edit=edits.edit_named("forwards.suspend"), params={}, chosen=chosen, language="en")
"""

FAULTS: Final = (
    Fault("web processes killed (kill -9)", 0, 6, web_killed),
    Fault("PostgreSQL killed (kill -9), back after 5 s", 503, 5, killed),
    Fault("PostgreSQL stopped for 5 s", 503, 5, stopped),
    Fault("PostgreSQL paused (SIGSTOP) for 10 s", 503, 10, paused),
    Fault("PostgreSQL read-only for 5 s", 200, 5, read_only),
    Fault("no connection left for 6 s", 503, 6, out_of_connections),
    Fault("disk of the tables full for 6 s", 200, 6, disk_full),
    Fault("mail store hangs, 40 calls of it at a time", 200, 12, store_hangs),
    Fault("6 slow readers of 100,000 aliases, no nginx", 200, 8, slow_readers),
    Fault("60 slow bodies, no nginx", 200, 8, slow_bodies),
    Fault("log-ins sprayed over ever-new names", 200, 8, spraying),
    Fault("worker of a bulk edit killed three times", 200, 4, worker_killed),
)
