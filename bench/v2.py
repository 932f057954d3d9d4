"""What the API's second version costs beside what does the same: `python -m bench.v2` (ROWS, SECONDS and REPEATS).

A batch of new aliases against an import of the same lines, and GET of an alias against the published GET; on a
PostgreSQL of its own, the two of a pair in turn, in one run. Writes bench/results/v2.md.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import statistics
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from bench import api, bulk, cluster

ROWS: Final = int(os.environ.get("ROWS", "10000"))
SECONDS: Final = int(os.environ.get("SECONDS", "3"))
REPEATS: Final = int(os.environ.get("REPEATS", "3"))
RESULTS: Final = Path(__file__).parent / "results" / "v2.md"
MOST_TIME: Final = 1.5
LEAST_RATE: Final = 0.9
# The reseller of context 10.
LOGIN: Final = "r1"


def main() -> int:
    """Measure, write the table, and say whether a promise is missed."""
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    with cluster.running() as server, tempfile.TemporaryDirectory() as folder:
        url = cluster.build(server, 10_000)
        logins = Path(folder) / "logins"
        api.write_logins(logins)
        os.environ.update(cluster.environment(url), DJANGO_SETTINGS_MODULE="oxaas.settings", HOME=folder)
        import django

        django.setup()
        from bulk.management.commands.worker import settle

        settle()
        with api.serving(8700, "oxaas.wsgi:application", cluster.environment(url)) as address:
            pairs = [(_import(number), _batch(address, number)) for number in range(REPEATS)]
            rates = _rates(address, logins)
    time_ratio = statistics.median(batch / sum(imported) for imported, batch in pairs)
    run_ratio = statistics.median(batch / imported[1] for imported, batch in pairs)
    rate_ratio = statistics.median(v2 / published for published, v2 in rates)
    promises = [
        (f"{ROWS:,} creates in a batch, time against an import of them (at most)", time_ratio, MOST_TIME),
        ("GET of an alias, requests a second against the published GET (at least)", rate_ratio, LEAST_RATE),
    ]
    kept = [time_ratio <= MOST_TIME, rate_ratio >= LEAST_RATE]
    lines = ["| promise | measured | bound | kept |", "|---|---|---|---|"]
    for (name, ratio, bound), good in zip(promises, kept, strict=True):
        lines.append(f"| {name} | {ratio:.2f} | {bound} | {'yes' if good else 'no'} |")
    lines += ["", *_details(pairs, rates, run_ratio)]
    RESULTS.write_text("\n".join([*_head(load), *lines, ""]))
    print("\n".join(lines))
    return 0 if all(kept) else 1


def _head(load: str) -> list[str]:
    return [
        "# The second version beside what does the same",
        "",
        f"Written by `python -m bench.v2` on {datetime.now(UTC):%d %B %Y}. {api.machine()}",
        f"Load of the machine before the run: {load}. The two of a pair in turn, {REPEATS} times;",
        "a ratio is the median of those of neighbours.",
        "",
    ]


def _details(
    pairs: list[tuple[tuple[float, float], float]], rates: list[tuple[float, float]], run_ratio: float
) -> list[str]:
    """Each run."""
    lines = ["| run | import: reading and preview, s | import: run, s | batch, s | GET published, /s | GET v2, /s |"]
    lines += ["|---|---|---|---|---|---|"]
    for number, (((before, run), batch), (published, v2)) in enumerate(zip(pairs, rates, strict=True), start=1):
        lines.append(f"| {number} | {before:.1f} | {run:.1f} | {batch:.1f} | {published:.0f} | {v2:.0f} |")
    return [*lines, "", f"Against the run of the import alone, without its reading and preview: {run_ratio:.2f}."]


def _import(number: int) -> tuple[float, float]:
    """Seconds until a file is read and previewed, and until it is run, as the worker does it."""
    from accounts.models import Administrator
    from bulk import jobs

    owner: Any = Administrator.objects.with_owner().get(login=LOGIN)
    job = bulk.upload_of_aliases(owner, f"imported{number}x", ROWS)
    before = bulk._seconds(lambda: bulk._finish(job.pk))
    before += bulk._seconds(lambda: bulk._finish(job.pk))
    job.refresh_from_db()
    jobs.start_job(administrator=owner, job=job, typed=str(job.changed))
    run = bulk._seconds(lambda: bulk._finish(job.pk))
    job.refresh_from_db()
    if (job.state, job.changed) != ("done", ROWS):
        raise SystemExit(f"the import: {job.state}, {job.changed} changed, {job.refused} refused: {job.note}")
    return before, run


def _batch(address: str, number: int) -> float:
    """Seconds for the same lines in one call."""
    lines = (
        {
            "op": "create",
            "context": 10,
            "address": f"batched{number}x{n}@d10.example",
            "recipients": [f"a{n}@far.example", f"b{n}@far.example"],
        }
        for n in range(ROWS)
    )
    body = "".join(f"{json.dumps(line)}\n" for line in lines).encode()
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=600)
    began = time.perf_counter()
    connection.request("POST", "/api/v2/aliases/batch", body, _headers("application/x-ndjson"))
    answer = connection.getresponse().read()
    seconds = time.perf_counter() - began
    connection.close()
    outcomes = [json.loads(line)["status"] for line in answer.splitlines()]
    if outcomes != [201] * ROWS:
        raise SystemExit(f"the batch: {answer[:300]!r}")
    return seconds


def _headers(kind: str) -> dict[str, str]:
    secret = base64.b64encode(f"{LOGIN}:{cluster.PASSWORD}".encode()).decode()
    return {"Authorization": f"Basic {secret}", "Content-Type": kind}


def _rates(address: str, logins: Path) -> list[tuple[float, float]]:
    """Requests a second of the published GET and of the second version's, after a warm-up."""
    environment = {**os.environ, "LOGINS": str(logins)}
    found = []
    for repeat in range(-1, REPEATS):
        seconds = SECONDS if repeat >= 0 else 1
        published, v2 = (api.drive(address, kind, 10_000, environment, 0, seconds)[0] for kind in ("get", "v2"))
        if repeat >= 0:
            found.append((published, v2))
    return found


if __name__ == "__main__":
    sys.exit(main())
