"""Reckons what 1, 10 and 100 million mailboxes and ten thousand calls a second need, from what was measured here.

`python -m bench.growth` reads the tables of bench/results (sizes, costs, restore, api), and writes growth.md beside
them. What cannot be measured on two cores is simulated: calls that come at random to nodes of eight processes each, the
balancer choosing the node with the fewest calls, the node's kernel any of its processes.
"""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
RESULTS: Final = ROOT / "bench/results"
MILLION: Final = 1_000_000
# Indexes that are written at random grow to this (bench/sizes.py).
GROWN: Final = 1.5
# What a mailbox brings along, beside its own row; lines of the change log that are kept, and written in a day.
ALIASES, RECIPIENTS, CHANGES, WRITES_A_DAY = 1, 2, 4, 0.05
PROCESSES: Final = 8
"""Of a node."""
WRITERS: Final = 0.05
"""The share of calls that write."""
CALLS: Final = 200_000
"""That are simulated."""
PATIENCE: Final = 4.0
"""Seconds after which a call that waits is refused (oxaas/gate.py)."""


def number(text: str) -> float:
    """Of a cell: `**1,234**`, `12.3 s`."""
    return float(re.sub(r"[^0-9.]", "", text))


def row(file: str, beginning: str) -> list[str]:
    """The cells of the row whose first cells are these."""
    for line in (RESULTS / file).read_text().splitlines():
        if line.startswith(f"| {beginning}"):
            return [cell.strip() for cell in line.strip("| ").split(" | ")]
    raise LookupError(f"{file} has no row {beginning!r}")


def bytes_of_a_mailbox() -> float:
    """On the disk, with what it brings along."""
    each = {name: number(row("sizes.md", f"**{name}**")[3]) for name in ("users", "aliases", "recipients", "changes")}
    grown = each["users"] + ALIASES * each["aliases"] + RECIPIENTS * each["recipients"] + CHANGES * each["changes"]
    return grown * GROWN


def by_mailboxes() -> list[str]:
    """A row for each number of them."""
    backed_up = number(row("restore.md", "the database, MB")[1])
    restoring = backed_up / number(row("restore.md", "files restored")[1])
    dumping = backed_up / number(row("restore.md", "`pg_restore")[1])
    log = number(row("costs.md", "a forward with two recipients is made")[1])
    index = number(row("costs.md", "`recipient_anywhere`")[3])
    lines = [
        "| mailboxes | database, GB | WAL a day, GB | files restored, minutes | `pg_restore`, hours "
        "| trigrams of recipients anew, minutes |",
        "|---|---|---|---|---|---|",
    ]
    for millions in (1, 10, 100):
        mailboxes = millions * MILLION
        megabytes = mailboxes * bytes_of_a_mailbox() / 1e6
        lines.append(
            f"| {millions} million | {megabytes / 1e3:,.0f} | {mailboxes * WRITES_A_DAY * log / 1e9:,.1f} "
            f"| {megabytes / restoring / 60:,.0f} | {megabytes / dumping / 3600:,.1f} "
            f"| {index * RECIPIENTS * millions / 60:,.0f} |"
        )
    return lines


def seconds_of_calls() -> tuple[float, float]:
    """What a process works on a reading call, and on a writing one: two processes answered as many in a second."""
    reading = number(row("api.md", "GET one forward | 1,000,000 | application")[3])
    writing = number(row("api.md", "POST a forward, two recipients, change line | 1,000,000 | application")[3])
    return 2 / reading, 2 / writing


def simulated(calls_a_second: float, nodes: int) -> tuple[float, float, float]:
    """How long a call waits in the median and at the 99th percentile, in seconds, and the share that is refused."""
    pick = random.Random(1)  # noqa: S311 - the same each time
    reading, writing = seconds_of_calls()
    # When each process has done what came to it so far.
    free = [[0.0] * PROCESSES for _ in range(nodes)]
    now, waits, refused = 0.0, [], 0
    for _ in range(CALLS):
        now += pick.expovariate(calls_a_second)
        # Its fewest calls: of a few that the balancer has just heard from.
        node = min(pick.sample(free, min(4, nodes)), key=lambda one: sum(max(end - now, 0.0) for end in one))
        place = pick.randrange(PROCESSES)
        wait = max(node[place] - now, 0.0)
        if wait > PATIENCE:
            refused += 1
            continue
        waits.append(wait)
        work = writing if pick.random() < WRITERS else reading
        node[place] = max(node[place], now) + pick.expovariate(1 / work)
    waits.sort()
    return waits[len(waits) // 2], waits[len(waits) * 99 // 100], refused / CALLS


def by_calls() -> list[str]:
    """Rows of how many nodes ten thousand calls a second need."""
    reading, writing = seconds_of_calls()
    busy = reading * (1 - WRITERS) + writing * WRITERS
    lines = [
        "| calls a second | nodes of 8 processes | busy, % | median wait, ms | 99th percentile, ms | refused, % |",
        "|---|---|---|---|---|---|",
    ]
    for calls in (1_000, 10_000):
        for share in (0.95, 0.8, 0.6, 0.4):
            nodes = max(round(calls * busy / share / PROCESSES), 1)
            median, slow, refused = simulated(calls, nodes)
            load = calls * busy / (nodes * PROCESSES)
            lines.append(
                f"| {calls:,} | {nodes} | {load * 100:.0f} | {median * 1000:,.1f} | {slow * 1000:,.0f} "
                f"| {refused * 100:.1f} |"
            )
    return list(dict.fromkeys(lines))


def main() -> None:
    reading, writing = seconds_of_calls()
    log = number(row("costs.md", "a forward with two recipients is made")[1])
    memory = re.search(r"has ([\d.]+) MB of its own", (RESULTS / "costs.md").read_text())
    assert memory
    text = [
        "# How it grows, reckoned",
        "",
        "Written by `python -m bench.growth` from sizes.md, costs.md, restore.md and api.md, all of them of two cores",
        "that did other work too: machines of one's own do better, so these are upper bounds.",
        "",
        f"A mailbox brings {ALIASES} alias with {RECIPIENTS} recipients and {CHANGES} lines of the change log, "
        f"together {bytes_of_a_mailbox():,.0f} bytes; one in {1 / WRITES_A_DAY:.0f} is changed in a day.",
        "",
        *by_mailboxes(),
        "",
        f"A process works {reading * 1000:.1f} ms on a reading call and {writing * 1000:.1f} ms on a writing one, "
        f"PostgreSQL's part and the load generator's included; {WRITERS:.0%} of the calls write.",
        "Simulated:",
        "",
        *by_calls(),
        "",
        f"At ten thousand calls a second {10_000 * WRITERS:.0f} writes give {10_000 * WRITERS * log / 1e6:.1f} MB "
        f"of WAL a second. Each session of PostgreSQL takes {memory[1]} MB.",
        "",
    ]
    (RESULTS / "growth.md").write_text("\n".join(text))
    print("\n".join(text))


if __name__ == "__main__":
    main()
