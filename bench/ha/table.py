"""What was seen of the deaths of a primary, judged and as a table."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

BACK_WITHIN: Final = 30.0
"""Seconds from the death of the primary to the first write that is kept again."""
MAIL_WITHIN: Final = 90.0
"""The same for the mail servers: a process of Postfix that saw the database fail asks it again after a minute."""
HEAD: Final = """\
# When machines go

Written by `make torture-ha` on {date}, in {took:.0f} seconds, on {cores} cores; the load average was {before} before
and {after} in the end. Three database machines on loopback with Debian's Patroni, etcd and PostgreSQL (10,000 users
and aliases, synchronous mode, fsync on), HAProxy before them; two application nodes of two web processes and a worker
each, the second through PgBouncer in transaction mode, both reading lists from a standby; HAProxy before the nodes;
Postfix and Dovecot. A third node has all three machines in its `DATABASE_URL` instead, with
`target_session_attrs=read-write`. All of them are configured by the files in `deploy/`.

Sixteen writers make one forward after the other; three people write one and look for it in the context's list at
once; others read lists and single forwards, ask how it is, and ask Postfix for a recipient and Dovecot for a user.
Then Patroni and PostgreSQL of the primary are killed (`kill -9`), as when the machine goes; etcd stays. The last time
it is PostgreSQL alone. *Written*, *read*: seconds from then to the sixteenth write answered 201 and to the first read
answered 200 (at most {back:g}), without a restart of anything. *Hosts*: the same for the first of two writers at the
third node. *Postfix*, *Dovecot*: until the last time that they could not say (at most {mail:g}; they say “later”
meanwhile). *Promised*: forwards answered with 201, each looked for in the end, with its recipient. *503*: refusals
that were looked at, and how many of them did not say when to come again (Retry-After). *Own*: lists in which somebody
looked for what they had written, how many of them did not have it, and how many were cut off. *Whole*: seconds until
the killed machine follows as a standby again.

| who | writes | written, s | hosts, s | read, s | Postfix, s | Dovecot, s | promised | lost | 503 | own | whole, s |
|---|---|---|---|---|---|---|---|---|---|---|---|
"""


@dataclass
class Kill:
    """One death."""

    name: str
    writes: dict[int, int]
    promised: list[str]
    written: float
    by_hosts: float
    read: float
    live: float
    refused: int
    without: int
    postfix: float
    dovecot: float
    bounced: list[str]
    own: dict[str, int]
    missed: int
    cut: int
    whole: float
    reading: int
    lost: int = -1

    def text(self) -> str:
        """As a row of the table."""
        writes = ", ".join(f"{number:,} of {status or 'no answer'}" for status, number in sorted(self.writes.items()))
        cells = [
            self.name, writes, f"{self.written:.1f}", f"{self.by_hosts:.1f}", f"{self.read:.1f}",
            f"{self.postfix:.1f}", f"{self.dovecot:.1f}",
            f"{len(self.promised):,}", "nothing" if self.lost == 0 else f"**{self.lost}**",
            f"{self.refused}, {self.without}", f"{self.own.get('listed 200', 0)}, {self.missed}, {self.cut}",
            f"{self.whole:.0f}",
        ]  # fmt: skip
        return f"| {' | '.join(cells)} |"

    def problems(self) -> Iterator[str]:
        """What was not as promised."""
        judged = {
            f"{self.lost} of {len(self.promised)} acknowledged writes are lost": self.lost != 0,
            f"nothing was written for {self.written:.1f} seconds": self.written > BACK_WITHIN,
            f"nothing was written by way of several hosts for {self.by_hosts:.1f} seconds": self.by_hosts > BACK_WITHIN,
            "no web process had read from the standby": self.reading == 0,
            f"nothing was read for {self.read:.1f} seconds": self.read > BACK_WITHIN,
            f"writes were answered {sorted(self.writes)}": not set(self.writes) <= {201, 503},
            "nobody was told 503": 503 not in self.writes,
            f"{self.without} of {self.refused} refusals are without Retry-After": self.without > 0,
            f"Postfix could not say for {self.postfix:.1f} seconds": self.postfix > MAIL_WITHIN,
            f"Dovecot could not say for {self.dovecot:.1f} seconds": self.dovecot > MAIL_WITHIN,
            f"mail would have bounced: {self.bounced}": bool(self.bounced),
            f"{self.missed} own writes were not in the list": self.missed > 0,
            f"{self.cut} lists were cut off": self.cut > 0,
        }
        yield from (f"{self.name}: {what}" for what, is_so in judged.items() if is_so)


def report(kills: list[Kill], took: float, load: float) -> str:
    """The table."""
    head = HEAD.format(
        date=f"{datetime.now(UTC):%d %B %Y}", took=took, cores=os.cpu_count(), before=f"{load:.1f}",
        after=f"{os.getloadavg()[0]:.1f}", back=BACK_WITHIN, mail=MAIL_WITHIN,
    )  # fmt: skip
    return head + "".join(f"{one.text()}\n" for one in kills)
