"""The machines go, one after the other: `python -m bench.ha`; writes bench/results/torture-ha.md.

Three database machines with Patroni, etcd and HAProxy, two application nodes behind another HAProxy, one of which goes
through PgBouncer, Postfix and Dovecot: all real, all from the files of `deploy/`. The primary is killed three times
under sixteen writers, and once its PostgreSQL alone. Takes less than
ten minutes, and ends with status 1 when a promise was not kept.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg2

from bench import cluster
from bench.ha.load import MailServers, OwnWrites, Refusals
from bench.ha.machines import PASSWORDS, Machines
from bench.ha.table import Kill, report
from bench.torture.load import FORWARDS, LOOKING, READ, WRITERS, Caller, Clock, Door, Threads, Writers
from bench.torture.machine import Application
from tests.ha.balancer import WebBalancer
from tests.ha.pooler import Pooler
from tests.mail.stack import Database, Stack

RESULTS: Final = Path(__file__).resolve().parent.parent / "results" / "torture-ha.md"
ROWS: Final = 10_000
KILLS: Final = 4
PEOPLE: Final = 3
SMALL: Final = 2
WAIT: Final = 60.0
BUDGET: Final = 570.0
_POOL: Final = "default_pool_size = 20\n"
_READERS: Final = (
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'oxaas web' AND pg_is_in_recovery()"
    " AND query NOT LIKE '%wal%'"
)


@dataclass
class Place:
    """Everything that runs."""

    machines: Machines
    door: Door
    small: Door
    """A node that is told of all three machines, and knows nothing of HAProxy."""
    stack: Stack
    database: Database

    def kept(self, aliases: list[str]) -> int:
        """How many of them are in the database, with their recipient."""
        with closing(psycopg2.connect(self.database.url)) as connection, connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(DISTINCT a.id) FROM forwards_forwardingalias a JOIN forwards_recipient r"
                " ON r.alias_id = a.id WHERE a.normalized = ANY (%s)",
                [aliases],
            )
            return int(cursor.fetchone()[0])

    def read_from_standbys(self) -> int:
        """How many web processes' connections to a standby have just read there more than how far it is."""
        found = 0
        for machine in self.machines.all:
            url = self.database.url.replace(f":{self.machines.port}/", f":{machine.port}/")
            with closing(psycopg2.connect(url)) as connection, connection.cursor() as cursor:
                cursor.execute(_READERS)
                found += int(cursor.fetchone()[0])
        return found


def kill(place: Place, number: int) -> Kill:
    """One death of the primary under load, and what was seen of it; the last is PostgreSQL's alone."""
    writers, clock = Writers(place.door), Clock(place.door)
    several = Writers(place.small)
    own, refusals, mail = OwnWrites(place.door, PEOPLE), Refusals(place.door), MailServers(place.stack)
    primary, alone = place.machines.primary(), number == KILLS
    with ExitStack() as load:
        load.enter_context(Threads(WRITERS, writers.step))
        load.enter_context(Threads(len(clock.PATHS), clock.step, 0.1))
        load.enter_context(Threads(PEOPLE, own.step, 0.2))
        load.enter_context(Threads(1, refusals.step, 0.3))
        load.enter_context(Threads(1, reading_a_list(place.door), 0.02))
        load.enter_context(Threads(2, mail.step))
        load.enter_context(Threads(SMALL, several.step, 0.2))
        time.sleep(4)
        reading = max(place.read_from_standbys() for _ in range(10))
        begun = time.monotonic()
        primary.kill_postgres() if alone else primary.kill()
        time.sleep(3)
        goals = [(one, len(one.promised) + count) for one, count in ((writers, WRITERS), (several, 1))]
        written, by_hosts = (seconds + 3 for seconds in first_times(goals))
        read = clock.first(READ, 200, begun + 3) + 3
        time.sleep(6)
    if not alone:
        primary.start()
    dies = f"PostgreSQL of {primary.name}" if alone else primary.name
    return Kill(
        name=f"{number}: {dies} dies, {place.machines.primary().name} takes over",
        writes=dict(writers.statuses + several.statuses), promised=writers.promised + several.promised,
        written=written, by_hosts=by_hosts, read=read, reading=reading,
        live=max((one.seconds for one in clock.seen if one.what == "/health/live"), default=0.0),
        refused=refusals.refused, without=refusals.without,
        postfix=mail.back("Postfix", begun), dovecot=mail.back("Dovecot", begun),
        bounced=mail.wrong(),
        own=dict(own.seen), missed=len(own.missed), cut=len(own.cut),
        whole=place.machines.wait_until_whole(),
    )  # fmt: skip


def reading_a_list(door: Door) -> Callable[[int], None]:
    """Somebody who never writes, and reads a list again and again."""
    caller = Caller(door, LOOKING, "r6")

    def step(_number: int) -> None:
        caller("GET", f"{FORWARDS}/95")

    return step


def first_times(goals: list[tuple[Writers, int]]) -> list[float]:
    """The seconds until each has been promised so much; infinite when it took too long."""
    begun, found = time.monotonic(), [float("inf")] * len(goals)
    while float("inf") in found and time.monotonic() < begun + WAIT:
        time.sleep(0.05)
        for place, (writers, goal) in enumerate(goals):
            if found[place] == float("inf") and len(writers.promised) >= goal:
                found[place] = time.monotonic() - begun
    return found


def build(stack: ExitStack) -> Place:
    """Start everything."""
    machines = Machines()
    stack.callback(machines.stop)
    machines.start()
    server = f"postgres://postgres:{PASSWORDS['superuser']}@127.0.0.1:{machines.port}/"
    database = Database.of_url(cluster.build(server, ROWS))
    mail = Stack(database)
    stack.callback(mail.stop)
    mail.prepare()
    mail.start()
    pooler = Pooler(database, share=_POOL)
    stack.callback(pooler.stop)
    pooler.start()
    standby = Database("127.0.0.1", machines.standby_port, database.name, database.user, database.password)
    ports = []
    hosts = ",".join(f"127.0.0.1:{one.port}" for one in machines.all)
    several = database.url.replace(f"127.0.0.1:{machines.port}", hosts) + "?target_session_attrs=read-write"
    for number, url in enumerate((database.url, pooler.url, several)):
        folder = machines.folder / f"node{number + 1}"
        folder.mkdir()
        more = {"DATABASE_REPLICA_URL": standby.url, "TRUSTED_PROXIES": "1", "LOGIN_FAILURE_LIMIT": "0"}
        node = Application(url, folder, **more)
        stack.callback(node.stop)
        node.start()
        ports.append(node.port)
    balancer = WebBalancer(*ports[:2])
    stack.callback(balancer.stop)
    balancer.start()
    return Place(machines, Door(balancer.port), Door(ports[2]), mail, database)


def main() -> int:
    """Kill, look, write down."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # whatever runs is ended all the same
    started, load = time.monotonic(), os.getloadavg()[0]
    kills: list[Kill] = []
    with ExitStack() as stack:
        place = build(stack)
        sys.stdout.write(f"Everything runs after {time.monotonic() - started:.0f} seconds.\n")
        for number in range(1, KILLS + 1):
            if time.monotonic() - started > BUDGET - 2 * WAIT:
                sys.stdout.write("There is no time for more.\n")
                break
            kills.append(kill(place, number))
            kills[-1].lost = len(kills[-1].promised) - place.kept(kills[-1].promised)
            sys.stdout.write(kills[-1].text() + "\n")
            sys.stdout.flush()
        for one in kills:  # those of the first, too, have outlived the last
            one.lost = len(one.promised) - place.kept(one.promised)
    text = report(kills, time.monotonic() - started, load)
    RESULTS.write_text(text)
    broken = [problem for one in kills for problem in one.problems()]
    broken += [f"only {len(kills)} of {KILLS}"] * (len(kills) < KILLS)
    for problem in broken:
        sys.stdout.write(f"NOT AS PROMISED: {problem}\n")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
