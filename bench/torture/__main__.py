"""What breaks when everything else does: `python -m bench.torture [--only TEXT]`; writes bench/results/torture.md.

Sixteen writers make forwards without a pause, two look at the clock, and one thing after the other goes wrong. What a
writer was told is done (201) must be there in the end, whatever happened. Ends with status 1 when something is not.
"""

from __future__ import annotations

import argparse
import sys
import time
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from bench.torture import imports
from bench.torture.faults import FAULTS, Fault, Place
from bench.torture.load import READ, Clock, Seen, Threads, Writers
from bench.torture.machine import Application, Postgres, database
from tests.mail.imap_server import FakeServer

RESULTS: Final = Path(__file__).resolve().parent.parent / "results" / "torture.md"
ROWS: Final = 10_000
RIGHT_WITHIN: Final = 5.0


@dataclass
class Line:
    """A row of the table."""

    fault: str
    meanwhile: str
    right: float
    slowest_live: float
    back: float
    promised: int
    lost: int

    @property
    def good(self) -> bool:
        """Whether the right answer came in time, and everything is there."""
        return self.lost == 0 and self.right <= RIGHT_WITHIN and self.back <= 2 * RIGHT_WITHIN

    def text(self) -> str:
        """As Markdown."""
        lost = "nothing" if self.lost == 0 else f"**{self.lost}**"
        return (
            f"| 16 writers, readers | {self.fault} | {self.meanwhile} | {self.right:.1f} | {self.slowest_live:.2f} "
            f"| {self.back:.1f} | {self.promised:,} | {lost} |"
        )


def hurt(place: Place, fault: Fault) -> Line:
    """One fault under load."""
    writers, clock = Writers(place.application.port), Clock(place.application.port)
    with Threads(len(clock.PATHS), clock.step, 0.05), Threads(16, writers.step):
        time.sleep(2)
        begun = time.monotonic()
        with fault.happen(place):  # type: ignore[attr-defined]
            time.sleep(fault.seconds)
            over = time.monotonic()
        ended = time.monotonic()
        time.sleep(5)
    answers = clock.between(READ, begun, over)
    live = [one.seconds for one in clock.between("/health/live", begun, over)]
    statuses = sorted({one.status for one in answers} - {200})
    right = _right(fault, clock, answers, begun)
    written = ", ".join(f"{number:,} of {named(status)}" for status, number in sorted(writers.statuses.items()))
    meanwhile = f"reads {', '.join(map(named, [200, *statuses]))}; writes {written}"
    lost = missing(place, writers.promised)
    back = clock.first(READ, 200, ended)
    return Line(fault.name, meanwhile, right, max(live, default=0.0), back, len(writers.promised), lost)


def _right(fault: Fault, clock: Clock, answers: list[Seen], begun: float) -> float:
    """Until the documented answer is there; the slowest where reads are to go on; the last lost where they are lost."""
    if fault.expected == 503:
        return clock.first(READ, 503, begun)
    if fault.expected == 200:
        return max((one.seconds for one in answers), default=0.0)
    return max((one.asked + one.seconds for one in answers if one.status != 200), default=begun) - begun


def named(status: int) -> str:
    """A status in words."""
    return str(status) if status else "no answer"


def missing(place: Place, promised: list[str]) -> int:
    """How many of the promised forwards are not there, or without their recipient."""
    listed = ", ".join(f"'{alias}'" for alias in promised) or "''"
    ((found,),) = place.postgres.run(
        "SELECT count(DISTINCT a.id) FROM forwards_forwardingalias a JOIN forwards_recipient r ON r.alias_id = a.id"
        f" WHERE a.normalized IN ({listed})",
        database=place.database,
    )
    return len(promised) - int(found)


def report(lines: list[Line], notes: list[str], took: float) -> str:
    """The table."""
    return "\n".join(
        [
            "# What breaks when everything else does",
            "",
            f"Written by `make torture` on {datetime.now(UTC):%d %B %Y}, in {took:.0f} seconds, on a machine that",
            "others used as well. A private PostgreSQL with 10,000 users, 110,000 aliases and fsync on; two web",
            "processes as the systemd unit starts them, without nginx; a worker. All is asked over HTTP on loopback.",
            "",
            "*Right answer*: seconds until reads were answered 503 where nothing else is possible, until the last read",
            "without an answer where the process itself ends, otherwise the slowest read. *Live*: the slowest answer",
            "of `/health/live` meanwhile. *Back*: seconds from the end of the fault to the first read answered 200.",
            "*Promised*: forwards answered with 201, each looked for in the end.",
            "",
            "| load | fault | answers | right answer, s | live, s | back, s | promised | lost |",
            "|---|---|---|---|---|---|---|---|",
            *(line.text() for line in lines),
            "",
            *notes,
            "",
        ]
    )


def main() -> int:
    """Hurt, look, write down."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="faults with this in their name; nothing is written")
    only = parser.parse_args().only
    started, lines, notes = time.monotonic(), [], []
    with ExitStack() as stack:
        postgres = Postgres()
        stack.callback(postgres.remove)
        postgres.start()
        url = stack.enter_context(database(postgres, ROWS))
        store = stack.enter_context(FakeServer())
        store.greeting = None
        application = Application(url, postgres.folder, MAIL_STORE=store.url)
        stack.callback(application.stop)
        application.start()
        place = Place(postgres, application, store, url.rpartition("/")[2])
        for fault in FAULTS:
            if only not in fault.name:
                continue
            if fault.name.startswith("disk") and not postgres.has_small:
                notes.append("The full disk was left out: no small file system can be mounted here (that takes root).")
                continue
            lines.append(hurt(place, fault))
            sys.stdout.write(lines[-1].text() + "\n")
            sys.stdout.flush()
        if not only or only in "import":
            notes.append(imports.beside_reads(place))
            sys.stdout.write(notes[-1] + "\n")
    if not only:
        RESULTS.write_text(report(lines, notes, time.monotonic() - started))
    for line in lines:
        if not line.good:
            sys.stdout.write(f"NOT AS PROMISED: {line.text()}\n")
    return 0 if all(line.good for line in lines) else 1


if __name__ == "__main__":
    sys.exit(main())
