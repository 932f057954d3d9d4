"""What a caller of the API feels of a running import: `python -m bench.beside` (SECONDS, REPEATS and ROWS).

wrk asks for one forward after the other, alone and while a worker process of its own, started as its systemd unit
starts it, imports aliases: by turns, in one run. Writes bench/results/beside.md.
"""

from __future__ import annotations

import base64
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from bench import cluster
from bench.api import BASE, CONNECTIONS, REPEATS, RESULTS, SECONDS, Runs, drive, machine, serving
from bench.bulk import upload_of_aliases

SIZE: Final = 10_000
ROWS: Final = int(os.environ.get("ROWS", "100000"))
# At most so many times as long as alone: the median, the 99th percentile.
MOST: Final = (1.5, 3.0)


def worker_command() -> list[str]:
    """The worker as the systemd unit starts it, as nice as that says."""
    unit = (BASE / "deploy" / "systemd" / "oxaas-worker.service").read_text()
    found = re.search(r"^Nice=(\d+)$", unit, re.MULTILINE)
    return ["nice", "-n", found[1] if found else "0", sys.executable, "manage.py", "worker", "--poll", "0.1"]


@contextmanager
def importing(environment: dict[str, str], turn: int) -> Iterator[Any]:
    """The job of an import that a worker is running; it is stopped in the end."""
    from accounts.models import Administrator
    from bulk import jobs

    root: Any = Administrator.objects.with_owner().get(login="root")
    job = upload_of_aliases(root, f"t{turn}n", ROWS)
    worker = subprocess.Popen(worker_command(), cwd=BASE, env=environment)
    try:
        _wait_for(job, lambda: job.state == "ready")
        jobs.start_job(administrator=root, job=job, typed=str(job.changed))
        _wait_for(job, lambda: job.done > 0 and job.state == "running")
        yield job
        jobs.cancel_job(job=job)
    finally:
        worker.terminate()
        worker.wait(120)


def _wait_for(job: Any, reached: Any) -> None:
    while not reached():
        time.sleep(0.2)
        job.refresh_from_db()
        if job.state in {"failed", "cancelled"}:
            raise SystemExit(f"the import: {job.state} {job.note}")


def main() -> int:
    """Measure by turns, write the table, and say whether somebody would notice."""
    load = " ".join(f"{one:.1f}" for one in os.getloadavg())
    alone, beside, lines = Runs(), Runs(), []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        server = stack.enter_context(cluster.running())
        environment = cluster.environment(cluster.build(server, SIZE))
        os.environ.update(environment, DJANGO_SETTINGS_MODULE="oxaas.settings")
        import django

        django.setup()
        logins = folder / "logins"
        names = [f"r{1 + number % cluster.RESELLERS}" for number in range(cluster.RESELLERS)]
        logins.write_text(
            "".join(f"Basic {base64.b64encode(f'{one}:{cluster.PASSWORD}'.encode()).decode()}\n" for one in names)
        )
        url = stack.enter_context(serving(8610, "oxaas.wsgi:application", environment))

        def get(runs: Runs, seconds: int = SECONDS) -> None:
            rate, median, tail = drive(url, "get", SIZE, os.environ | {"LOGINS": str(logins)}, 1, seconds)
            for kept, value in ((runs.rates, rate), (runs.medians, median), (runs.tails, tail)):
                kept.append(value)

        get(Runs(), 1)
        for turn in range(REPEATS):
            get(alone)
            with importing(environment, turn) as job:
                began, done = time.monotonic(), job.done
                get(beside)
                job.refresh_from_db()
                lines.append((job.done - done) / (time.monotonic() - began))
                if job.state != "running":
                    raise SystemExit("The import was over before the requests: more ROWS.")
    return _report(alone, beside, lines, load)


def _report(alone: Runs, beside: Runs, lines: list[float], load: str) -> int:
    ratios = [
        statistics.median(two / one for one, two in zip(before, after, strict=True))
        for before, after in ((alone.medians, beside.medians), (alone.tails, beside.tails))
    ]
    table = [
        "# A GET beside a running import",
        "",
        f"Written by `python -m bench.beside`. {machine()}",
        f"Load of the machine before the run: {load}.",
        f"wrk with {CONNECTIONS} connections, {REPEATS} times {SECONDS} seconds, by turns.",
        "",
        "| GET one forward | requests a second | median ms | 99th percentile ms |",
        "|---|---|---|---|",
        *(
            f"| {name} | {one.rate:,.0f} | {statistics.median(one.medians):.1f} | {statistics.median(one.tails):.1f} |"
            for name, one in (("alone", alone), ("beside the import", beside))
        ),
        f"| times as long (at most) | | {ratios[0]:.2f} ({MOST[0]}) | {ratios[1]:.2f} ({MOST[1]}) |",
        "",
        f"The import wrote {statistics.median(lines):,.0f} lines a second meanwhile.",
        "",
    ]
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "beside.md").write_text("\n".join(table))
    sys.stdout.write("\n".join(table))
    return 0 if all(ratio <= most for ratio, most in zip(ratios, MOST, strict=True)) else 1


if __name__ == "__main__":
    sys.exit(main())
