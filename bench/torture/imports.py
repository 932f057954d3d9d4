"""An import of 200,000 lines beside reads, its worker killed now and then."""

from __future__ import annotations

import statistics
import time
from typing import Final

from bench.torture.faults import Place
from bench.torture.load import READ, Clock, Threads

LINES: Final = 200_000
MOST_SECONDS: Final = 100
"""Then it is ended where it is: all of the torture takes less than ten minutes."""
KILL_EVERY: Final = 20
_UPLOAD: Final = f"""
import io
from accounts.models import Administrator
from bulk import edits, jobs
one = Administrator.objects.get(login="r1")
text = "".join(f"30,import{{n}}@d30.example,x{{n}}@far.example\\n" for n in range({LINES}))
job = jobs.create_upload_job(
    administrator=one, edit=edits.edit_named("import.forwards"), params={{"file": "x.csv", "skip_bad": True}},
    name="x.csv", file=io.BytesIO(("context,alias,recipients\\n" + text).encode()), language="en",
)
print(job.pk)
"""
_START: Final = """
from bulk import jobs
from bulk.models import BulkJob
job = BulkJob.objects.get(pk={job})
jobs.start_job(administrator=job.administrator, job=job, typed=str(job.changed))
"""


def beside_reads(place: Place) -> str:
    """A sentence about how it went."""
    job = int(place.application.script(_UPLOAD))
    clock, kills, begun, is_started = Clock(place.application.port), 0, time.monotonic(), False
    with Threads(len(clock.PATHS), clock.step, 0.02):
        while time.monotonic() - begun < MOST_SECONDS:
            time.sleep(1)
            state, done = _state(place, job)
            if state == "ready" and not is_started:
                is_started = True
                place.application.script(_START.format(job=job))
            if state == "done":
                break
            if time.monotonic() - begun > KILL_EVERY * (kills + 1):
                kills += 1
                place.application.kill_worker()
                place.application.start_worker()
    took = time.monotonic() - begun
    place.application.kill_worker()
    state, done = _state(place, job)
    there = place.postgres.run(
        "SELECT count(*) FROM forwards_forwardingalias WHERE context_id = 30 AND address LIKE 'import%'",
        database=place.database,
    )[0][0]
    reads = sorted(one.seconds for one in clock.seen if one.what == READ)
    wrong = sum(one.status != 200 for one in clock.seen)
    phase = "run" if is_started else "file" if state == "reading" else "preview"
    expected = done if is_started else 0
    return (
        f"An import of {LINES:,} lines, its worker killed {kills} times with kill -9: {done:,} lines of the {phase} "
        f"done after {took:.0f} s{' (then it was ended)' if state != 'done' else ''}, {there:,} aliases there"
        f"{', none lost and none twice' if there == expected else f' where {expected:,} belong'}. "
        f"{len(reads):,} reads beside it: median {1000 * statistics.median(reads):.0f} ms, 99th percentile "
        f"{1000 * reads[int(len(reads) * 0.99)]:.0f} ms; {wrong} of all {len(clock.seen):,} answers were not 200."
    )


def _state(place: Place, job: int) -> tuple[str, int]:
    ((state, done),) = place.postgres.run(
        f"SELECT state, done FROM bulk_bulkjob WHERE id = {job:d}",
        database=place.database,
    )
    return str(state), int(done)
