"""What one write, one connection and one index cost: `python -m bench.costs [ROWS]`. Writes bench/results/costs.md.

Writes go through the services of the application, one after the other, from a checkpoint on: PostgreSQL then writes
whole pages to its log, as it does for most writes of a large installation; without them it is what a
write adds by itself.
"""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg2

from bench import cluster

ROOT: Final = Path(__file__).resolve().parent.parent
ROWS: Final = 200_000
WRITES: Final = 1000
SESSIONS: Final = 20
_WRITE: Final = """
import random, sys, django
django.setup()
from accounts.models import Context, User
from accounts.services.users import update_user
from core.actor import Actor, Channel
from forwards.models import ForwardingAlias
from forwards.services import create_forward, delete_forward
what, first, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
actor = Actor(None, Channel.COMMAND)
pick = random.Random(first)
contexts = list(Context.objects.all())
for number in range(first, first + count):
    context = pick.choice(contexts)
    if what == "create":
        create_forward(actor=actor, context=context, alias=f"x{pick.random()}@d{context.pk}.example",
                       recipients=[f"one{pick.random()}@far.example", f"two{pick.random()}@far.example"])
    elif what == "update":
        user = User.objects.filter(context=context).order_by("?").first()
        update_user(actor=actor, user=user, msisdn=f"+4930{pick.randrange(10**9)}")
    else:
        alias = ForwardingAlias.objects.filter(context=context).first()
        if alias is not None:
            delete_forward(actor=actor, context=context, alias=alias.address)
"""
_KINDS: Final = {
    "create": "a forward with two recipients is made",
    "update": "a user's phone number is changed",
    "delete": "a forward with two recipients is deleted",
}
_LIST: Final = "SELECT * FROM forwards_forwardingalias WHERE context_id = %s ORDER BY normalized"


def asked(cursor: Any, statement: str, *values: Any) -> Any:
    """The first row."""
    cursor.execute(statement, values)
    return cursor.fetchone()


def bytes_of_wal(cursor: Any, url: str, what: str, first: int) -> float:
    """Of one write, on average."""
    cursor.execute("CHECKPOINT")
    (begun,) = asked(cursor, "SELECT pg_current_wal_insert_lsn()")
    environment = cluster.environment(url) | {"DJANGO_SETTINGS_MODULE": "oxaas.settings"}
    command = [sys.executable, "-c", _WRITE, what, str(first), str(WRITES)]
    subprocess.run(command, env=environment, cwd=ROOT, check=True)
    (written,) = asked(cursor, "SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), %s)", begun)
    return float(written) / WRITES


def log_of_writes(cursor: Any, url: str) -> list[str]:
    """Rows of the table: with whole pages and without."""
    measured: dict[str, list[float]] = {what: [] for what in _KINDS}
    for place, pages in enumerate(("on", "off")):
        cursor.execute(f"ALTER SYSTEM SET full_page_writes = {pages}")
        cursor.execute("SELECT pg_reload_conf()")
        time.sleep(1)
        for what in _KINDS:
            measured[what].append(bytes_of_wal(cursor, url, what, place * WRITES))
    return [f"| {_KINDS[what]} | {whole:,.0f} | {alone:,.0f} |" for what, (whole, alone) in measured.items()]


def memory_of_sessions(url: str) -> float:
    """Megabytes that are a session's alone, after it has read some lists."""
    sessions = [psycopg2.connect(url) for _ in range(SESSIONS)]
    private = []
    for number, session in enumerate(sessions):
        cursor = session.cursor()
        for context in range(30):
            cursor.execute(_LIST, [1 + number * 30 + context])
            cursor.fetchall()
        (process,) = asked(cursor, "SELECT pg_backend_pid()")
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
        private.append(sum(int(line.split()[1]) for line in lines if line.startswith("Private_")) / 1000)
    for session in sessions:
        session.close()
    return sum(private) / len(private)


def rebuilt(cursor: Any) -> list[str]:
    """Rows of the table: the largest indexes, rebuilt while others may write."""
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_relation_size(indexrelid), c.reltuples FROM pg_index"
        " JOIN pg_class c ON c.oid = indrelid WHERE c.relname ~ '^(accounts|forwards|changelog)_'"
        " ORDER BY pg_relation_size(indexrelid) DESC LIMIT 8"
    )
    lines = []
    for name, size, rows in cursor.fetchall():
        begun = time.monotonic()
        cursor.execute(f"REINDEX INDEX CONCURRENTLY {name}")
        seconds = time.monotonic() - begun
        lines.append(f"| `{name}` | {size / 1e6:,.0f} | {seconds:.1f} | {seconds / rows * 1e6:.1f} |")
    return lines


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with cluster.running() as server:
        url = cluster.build(server, rows)
        with closing(psycopg2.connect(url)) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            writes, memory, indexes = log_of_writes(cursor, url), memory_of_sessions(url), rebuilt(cursor)
    lines = [
        "# What writes, connections and indexes cost",
        "",
        f"Written by `python -m bench.costs`, {datetime.now(UTC):%d %B %Y}, with {rows:,} users and as many aliases,",
        f"on 2 cores that others used as well; {WRITES:,} writes of each kind, each with its line of the change log.",
        "",
        "| write | bytes of WAL, with whole pages | without |",
        "|---|---|---|",
        *writes,
        "",
        f"A session of PostgreSQL that has read 30 lists has {memory:.1f} MB of its own, beside what all share.",
        "",
        "| index, `REINDEX INDEX CONCURRENTLY` | MB | seconds | seconds a million rows |",
        "|---|---|---|---|",
        *indexes,
        "",
    ]
    (ROOT / "bench/results/costs.md").write_text("\n".join(lines))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
