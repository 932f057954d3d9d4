"""What memory a context's list takes: `python -m bench.memory`.

The most that the whole process has while it answers the list of 200,000 aliases with two recipients each, against one
of 200: a process of its own for each, without and with gzip, the pieces read and forgotten as a server does. Writes
bench/results/memory.md.
"""

from __future__ import annotations

import json
import subprocess
import sys
from base64 import b64encode
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import psycopg2

from bench import cluster
from bench.api import BASE, RESULTS, machine
from bench.web import environment

FEW, MANY = 200, 200_000
MOST: Final = 1.2
# A context's id -> its aliases.
CONTEXTS: Final = {900_001: FEW, 900_002: MANY}
_FILL: Final = """
INSERT INTO accounts_context SELECT (jsonb_populate_record(c, new)).*
    FROM accounts_context c, LATERAL (SELECT 'memory_' || %(context)s AS called) x,
        LATERAL (SELECT jsonb_build_object('id', %(context)s, 'name', called, 'name_normalized', called) AS new) y
    WHERE c.id = 10;
WITH made AS (
    INSERT INTO forwards_forwardingalias (context_id, address, normalized, domain, is_active)
        SELECT %(context)s, name, name, 'd1.example', true FROM generate_series(1, %(number)s) i,
            LATERAL (SELECT 'list' || i || '@d1.example' AS name) x
    RETURNING id
)
INSERT INTO forwards_recipient (alias_id, address, normalized, domain)
    SELECT id, name, name, 'remote.example' FROM made, generate_series(1, 2) k,
        LATERAL (SELECT 'r' || k || '.' || id || '@remote.example' AS name) x;
"""


def child(context: str, encoding: str) -> None:
    """Bytes of the process at most, and of the answer, as JSON."""
    import django

    django.setup()
    from django.conf import settings
    from django.test import Client

    settings.DEBUG = False
    settings.ALLOWED_HOSTS = ["testserver"]
    login = b64encode(f"r1:{cluster.PASSWORD}".encode()).decode()
    client = Client(headers={"Authorization": f"Basic {login}", "Accept-Encoding": encoding})

    def read(key: int | str) -> int:
        answer: Any = client.get(f"/api/oxaas/v1/admin/forwards/{key}")
        if answer.status_code != 200:
            sys.exit(f"{answer.status_code}: {answer.content!r}")
        return sum(map(len, answer))

    # What is loaded once, and the hash of the password, which takes more memory than any list.
    read(min(CONTEXTS))
    Path("/proc/self/clear_refs").write_text("5")
    length = read(context)
    status = Path("/proc/self/status").read_text()
    (peak,) = (int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmHWM"))
    sys.stdout.write(json.dumps([peak, length]))


def main() -> None:
    """Build, measure, print, write."""
    lines = [
        "# Memory of a context's list",
        "",
        f"Written by `python -m bench.memory`. {machine()}",
        "The most that the process had in memory (VmHWM), and the length of the answer.",
        "",
        f"| list | {FEW:,} aliases, MB | {MANY:,} aliases, MB | answer, MB | times | at most | kept |",
        "|---|---|---|---|---|---|---|",
    ]
    with cluster.running() as server:
        url = cluster.build(server, 10_000)
        with closing(psycopg2.connect(url)) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            for context, number in CONTEXTS.items():
                cursor.execute(_FILL, {"context": context, "number": number})
            cursor.execute("VACUUM ANALYZE")
        for name, encoding in (("as it is", "identity"), ("gzip", "gzip")):
            (few, _), (many, length) = (_measured(url, context, encoding) for context in CONTEXTS)
            lines.append(
                f"| {name} | {few / 1e6:.0f} | {many / 1e6:.0f} | {length / 1e6:.1f} | {many / few:.2f} | {MOST} |"
                f" {'yes' if many <= MOST * few else 'no'} |"
            )
    text = "\n".join([*lines, ""])
    (RESULTS / "memory.md").write_text(text)
    sys.stdout.write(text)


def _measured(url: str, context: int, encoding: str) -> tuple[int, int]:
    command = [sys.executable, "-m", "bench.memory", "child", str(context), encoding]
    done = subprocess.run(command, check=True, cwd=BASE, env=environment(url), stdout=subprocess.PIPE, text=True)
    peak, length = json.loads(done.stdout)
    return peak, length


if __name__ == "__main__":
    child(*sys.argv[2:]) if sys.argv[1:2] == ["child"] else main()
