"""What was seen, judged and as a table."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from bench.torture.faults import Fault
from bench.torture.jobs import Told
from bench.torture.load import LIVE, Seen

RIGHT_WITHIN: Final = 5.0
"""Seconds until what is documented is answered."""
BACK_WITHIN: Final = 10.0
LIVE_WITHIN: Final = 2.0
"""`/health/live` waits for nothing; a machine that is busy with all this does."""
HEAD: Final = """\
# What breaks when everything else does

Written by `make torture` on {date}, in {took:.0f} seconds, on {cores} cores; the load average was {before} before and
{after} in the end. A private PostgreSQL with 10,000 users, 110,000 aliases and fsync on; two web processes as the
systemd unit starts them; nginx in front with the site of `deploy/nginx`, on ports of loopback; a worker. All is asked
over TLS through nginx, but where it says “past nginx”. Writers, readers and attackers have addresses of their own.
"""
FAULTS: Final = """
## Faults under load

Sixteen writers, each of whom makes one forward after the other, and readers of a forward, of `/health` and of
`/health/live`. *Answers*: what they were answered while it lasted; after that, what those were answered who caused it,
and how long the slowest of these answers took.
*Right answer*: seconds until reads were answered 503 where nothing else is possible, otherwise the slowest
read: at most {right:g}; one that is told 503 by then, as there is too much to do, is answered as documented.
*Live*: the slowest answer of `/health/live` meanwhile, at most {live:g}. *Back*: seconds from the end of the
fault to the first read answered 200, at most {back:g}. *Promised*: forwards answered with 201, each looked for
in the end, with its recipient and its one line in the change log. *Refused*: writes answered with 503, and how
many of them are there all the same: where a connection is lost at the commit, nobody can know.

| fault | answers | right answer, s | live, s | back, s | promised | lost | refused | of these there |
|---|---|---|---|---|---|---|---|---|
"""
JOBS: Final = """
## Large jobs, killed

The import begins before the faults and goes on through all of them and the bulk edit, until it is done or ten minutes
are almost over. *Killed* and *seconds*: while the file was read, in the preview, in the run; `kill -9` of the worker,
and once, in the run of the bulk edit, of PostgreSQL with all its processes. Each time the next worker took it up; a
file that was being read is taken up after ten seconds. *Lost, twice*: of the rows that the run says it has done, those
that are not there or not in the change log; and whatever is there, or in the change log, more often than that. *Reads*:
of one forward, beside it; beside the import while nothing else goes wrong.

| job | beside it | killed | seconds | how far | lost, twice | reads: median, 99th %, ms | not 200 |
|---|---|---|---|---|---|---|---|
"""
END: Final = """
## Not as promised in this run

"""


@dataclass
class Line:
    """A row of the first table."""

    fault: Fault
    reads: list[Seen]
    others: list[Seen]
    writes: Counter[int]
    right: float
    live: float
    back: float
    promised: int
    lost: int
    refused: int
    there: int

    @property
    def broken(self) -> list[str]:
        """The promises that were not kept."""
        others = {one.status for one in self.others} - self.fault.others
        reads = {one.status for one in self.reads}
        found = {
            f"{self.lost} of what was promised is not there": self.lost > 0,
            f"the right answer took {self.right:.1f} s": self.right > RIGHT_WITHIN,
            f"{LIVE} took {self.live:.1f} s": self.live > LIVE_WITHIN,
            f"it was back after {self.back:.1f} s": self.back > BACK_WITHIN,
            f"reads were answered {sorted(reads)}": not reads <= {200, 503},
            "no read was answered 200": self.fault.expected == 200 and 200 not in reads,
            f"writes were answered {sorted(self.writes)}": bool(set(self.writes) - {201, 503}),
            f"others were answered {sorted(others)}": bool(others),
            f"others waited {self.slowest_other:.1f} s": self.slowest_other > RIGHT_WITHIN,
        }
        return [what for what, is_so in found.items() if is_so]

    @property
    def slowest_other(self) -> float:
        return max((one.seconds for one in self.others), default=0.0)

    def text(self) -> str:
        """As Markdown."""
        answers = f"reads {_counts(one.status for one in self.reads)}; writes {_counts(self.writes.elements())}"
        if self.others:
            answers += f"; others {_counts(one.status for one in self.others)}, {self.slowest_other:.1f} s"
        lost = "nothing" if self.lost == 0 else f"**{self.lost}**"
        return (
            f"| {self.fault.name} | {answers} | {self.right:.1f} | {self.live:.2f} | {self.back:.1f} "
            f"| {self.promised:,} | {lost} | {self.refused:,} | {self.there:,} |"
        )


def _counts(statuses: object) -> str:
    found = Counter(statuses)  # type: ignore[call-overload]
    return ", ".join(f"{number:,} of {status or 'no answer'}" for status, number in sorted(found.items()))


def report(lines: list[Line], told: list[Told], broken: list[str], took: float, load: float) -> str:
    """Both tables, and what was not as promised."""
    head = HEAD.format(
        date=f"{datetime.now(UTC):%d %B %Y}",
        took=took,
        cores=os.cpu_count(),
        before=f"{load:.1f}",
        after=f"{os.getloadavg()[0]:.1f}",
    )
    faults = FAULTS.format(right=RIGHT_WITHIN, live=LIVE_WITHIN, back=BACK_WITHIN)
    return "".join([head, faults, *(f"{one.text()}\n" for one in lines), JOBS, *(f"{one.text()}\n" for one in told)])
