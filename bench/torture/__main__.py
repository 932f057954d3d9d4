"""What breaks when everything else does: `python -m bench.torture [--only TEXT]`; writes bench/results/torture.md.

Sixteen writers make forwards without a pause, others look at the clock, and one thing after the other goes wrong. What
a writer was told is done (201) must be there in the end, whatever happened. Then large jobs are run while their worker
is killed. Takes less than ten minutes, and ends with status 1 when a promise was not kept.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from bench.torture import table
from bench.torture.faults import FAULTS, Fault, Place
from bench.torture.jobs import EDIT, IMPORT, Told, Torment, torment
from bench.torture.load import LIVE, READ, Clock, Threads, Writers
from bench.torture.machine import Application, Postgres, database
from bench.torture.proxy import Proxy
from bench.torture.table import Line
from tests.mail.imap_server import FakeServer

RESULTS: Final = Path(__file__).resolve().parent.parent / "results" / "torture.md"
ROWS: Final = 10_000
BUDGET: Final = 570.0
"""Seconds for all of it: the import is ended where it is then."""
QUIET: Final = 15.0
"""Seconds in which nothing but the import and readers is there."""


def hurt(place: Place, fault: Fault) -> Line:
    """One fault under load."""
    place.others.clear()
    writers, clock = Writers(place.door), Clock(place.door)
    with fault.around(place), Threads(len(clock.PATHS), clock.step, 0.05), Threads(16, writers.step):
        time.sleep(1)
        begun = time.monotonic()
        with fault.happen(place):
            time.sleep(fault.seconds)
            over = time.monotonic()
        ended = time.monotonic()
        time.sleep(4)
    reads, live = (clock.between(what, begun, over) for what in (READ, LIVE))
    slowest = max((one.seconds for one in reads), default=0.0)
    return Line(
        fault=fault,
        reads=reads,
        others=list(place.others),
        writes=writers.statuses,
        right=slowest if fault.expected == 200 else clock.first(READ, fault.expected, begun),
        live=max((one.seconds for one in live), default=0.0),
        back=clock.first(READ, 200, ended),
        promised=len(writers.promised),
        lost=len(writers.promised) - place.kept(writers.promised),
        refused=len(writers.refused),
        there=place.kept(writers.refused),
    )


def place_for(stack: ExitStack) -> Place:
    """An installation that is gone in the end."""
    postgres = Postgres()
    stack.callback(postgres.remove)
    postgres.start()
    url = stack.enter_context(database(postgres, ROWS))
    store = stack.enter_context(FakeServer())
    store.greeting = None
    application = Application(url, postgres.folder, MAIL_STORE=store.url, TRUSTED_PROXIES="1")
    stack.callback(application.stop)
    application.start()
    proxy = Proxy(application.port)
    stack.callback(proxy.stop)
    proxy.start()
    return Place(postgres, application, proxy.door, store, url.rpartition("/")[2])


def say(text: str) -> None:
    """At once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Hurt, look, write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="what has this in its name; nothing is written")
    only = parser.parse_args().only
    # Whoever ends it leaves nothing behind either.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    started, load = time.monotonic(), os.getloadavg()[0]
    lines: list[Line] = []
    told: list[Told] = []
    broken: list[str] = []
    with ExitStack() as stack:
        place = place_for(stack)
        beside = Torment(place, IMPORT, started + BUDGET) if only in IMPORT.name else None
        if beside:
            beside.start()
            beside.watch(QUIET)
        for fault in (one for one in FAULTS if only in one.name):
            if fault.name.startswith("disk") and not place.postgres.has_small:
                broken.append("The full disk was left out: no small file system can be mounted here (that takes root).")
                continue
            lines.append(hurt(place, fault))
            say(f"{time.monotonic() - started:4.0f} s {lines[-1].text()}")
        if only in EDIT.name:
            told.append(torment(place, EDIT, started + BUDGET))
            say(f"{time.monotonic() - started:4.0f} s {told[-1].text()}")
        if beside:
            beside.watch(BUDGET)
            told.append(beside.finish())
            say(f"{time.monotonic() - started:4.0f} s {told[-1].text()}")
    took = time.monotonic() - started
    broken += [f"{one.fault.name}: {what}" for one in lines for what in one.broken]
    broken += [f"{one.large.name}: {what}" for one in told for what in one.broken]
    if not only:
        RESULTS.write_text(table.report(lines, told, broken, took, load))
    for what in broken:
        say(f"NOT AS PROMISED: {what}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
