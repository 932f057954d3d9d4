"""Large jobs whose worker is killed in the preview and in the run, each time to be taken up by the next."""

from __future__ import annotations

import statistics
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import psycopg2

from bench.torture.faults import Place
from bench.torture.load import READ, WRITERS, Clock, Seen, Threads, Writers
from bench.torture.machine import ScriptError

LINES: Final = 200_000
PHASES: Final = ("reading", "previewing", "running")
_IMPORT: Final = f"""
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
_SUSPEND: Final = """
from accounts.models import Administrator
from bulk import edits, jobs
from forwards.models import ForwardingAlias
one = Administrator.objects.get(login="r1")
chosen = ForwardingAlias.objects.filter(context=20, address__regex="^long[12]")
job = jobs.create_job(
    administrator=one, edit=edits.edit_named("forwards.suspend"), params={}, chosen=chosen, language="en"
)
print(job.pk)
"""
_START: Final = """
from bulk import jobs
from bulk.models import BulkJob
job = BulkJob.objects.get(pk={job})
jobs.start_job(administrator=job.administrator, job=job, typed=str(job.changed))
"""
# What a run says that it has done; all of that must be there, and nothing else: what is not done is as before.
_SAID: Final = (
    "SELECT count(*) FROM bulk_bulkjobitem i JOIN bulk_bulkjob j ON j.id = i.job_id"
    " WHERE j.id = {job} AND j.started_at IS NOT NULL AND i.outcome = 'changed' AND i.position < j.done"
)
_IMPORTED: Final = """
    SELECT count(*) FROM (
        SELECT a.id FROM forwards_forwardingalias a LEFT JOIN forwards_recipient r ON r.alias_id = a.id
        WHERE a.context_id = 30 AND a.address LIKE 'import%' GROUP BY a.id HAVING count(r.id) = 1
    ) x
"""
_SUSPENDED: Final = "SELECT count(*) FROM forwards_forwardingalias WHERE context_id = 20 AND NOT is_active"
_LINES_OF_THE_LOG: Final = (
    "SELECT count(*), count(DISTINCT c.key) FROM changelog_change c JOIN bulk_bulkjob j ON j.batch = c.batch"
    " WHERE j.id = {job} AND c.kind = 'forward'"
)


@dataclass(frozen=True)
class Large:
    """A job: how it is made, how many of its rows are as it wants them, and who works beside it."""

    name: str
    script: str
    there: str
    beside: str
    kills: tuple[tuple[str, float, Callable[[Place], None]], ...]
    """The phase, the part of it that is done by then, and what is killed."""


@dataclass
class Told:
    """What became of it."""

    large: Large
    total: int = 0
    state: str = ""
    done: int = 0
    killed: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=lambda: dict.fromkeys(PHASES, 0.0))
    lost: int = 0
    twice: int = 0
    reads: list[Seen] = field(default_factory=list)
    promises_lost: int = 0

    @property
    def broken(self) -> list[str]:
        """The promises that were not kept. Not to be at the end when time is up is none of them."""
        statuses = {one.status for one in self.reads} - {200, 503}
        found = {
            f"{self.lost} are lost": self.lost > 0,
            f"{self.twice} are there twice": self.twice > 0,
            f"{self.promises_lost} of what was promised beside it are lost": self.promises_lost > 0,
            f"reads beside it were answered {sorted(statuses)}": bool(statuses),
            f"it was {self.state}": self.state not in {"running", "done"},
            f"it was killed {dict(self.killed)} times": not {"previewing", "running"} <= set(self.killed),
        }
        return [what for what, is_so in found.items() if is_so]

    def text(self) -> str:
        """As a row of a Markdown table."""
        seconds = sorted(one.seconds for one in self.reads)
        wrong = sum(one.status != 200 for one in self.reads)
        end = "to the end" if self.state == "done" else f"**{self.state}** when time was up, {self.done:,} rows done"
        return (
            f"| {self.large.name} of {self.total:,} rows | {self.large.beside} | "
            f"{', '.join(str(self.killed[one]) for one in PHASES)} | "
            f"{', '.join(f'{self.seconds[one]:.0f}' for one in PHASES)} | {end} "
            f"| {self.lost or 'nothing'}, {self.twice or 'nothing'} | {1000 * statistics.median(seconds):.0f}, "
            f"{1000 * seconds[int(len(seconds) * 0.99)]:.0f} | {wrong:,} of {len(seconds):,} |"
        )


def worker(place: Place) -> None:
    """`kill -9`, and started again as systemd would."""
    place.application.replace_worker()


def server(place: Place) -> None:
    """PostgreSQL with all its processes; the worker is left to find out by itself."""
    place.postgres.kill()
    time.sleep(1)
    place.postgres.start()


class Torment:
    """A large job from its making to its end, or to the end of the time: killed, followed, counted."""

    def __init__(self, place: Place, large: Large, until: float) -> None:
        self._place, self._until = place, until
        self.told = Told(large)
        self._job = int(place.application.script(large.script))
        self._kills = list(large.kills)
        self._last = time.monotonic()
        self._thread = threading.Thread(target=self._follow)

    def start(self) -> None:
        """Follow it from now on, beside whatever else happens."""
        self._thread.start()

    def watch(self, seconds: float) -> None:
        """What readers are answered beside it, for so long or until it is over."""
        clock = Clock(self._place.door)
        with Threads(len(clock.PATHS), clock.step, 0.02):
            self._thread.join(min(seconds, max(self._until - time.monotonic(), 0)) + 1)
        self.told.reads += [one for one in clock.seen if one.what == READ]

    def finish(self) -> Told:
        """Wait for its end, and look what is there."""
        self._thread.join()
        told, place = self.told, self._place
        if told.state != "done":
            place.application.kill_worker()
            time.sleep(1)  # until the server has noticed and undone the batch at hand
        self._look()
        _count(place, self._job, told)
        return told

    def _look(self) -> None:
        self.told.state, self.told.done, self.told.total = _state(self._place, self._job)

    def _follow(self) -> None:
        while time.monotonic() < self._until:
            time.sleep(0.1)
            with suppress(psycopg2.Error, ScriptError):  # it goes on when the database is back
                if self._step():
                    return

    def _step(self) -> bool:
        """Whether it is over."""
        told = self.told
        self._look()
        now = time.monotonic()
        if told.state in told.seconds:
            told.seconds[told.state] += now - self._last
        self._last = now
        if told.state == "ready":
            self._place.application.script(_START.format(job=self._job))
            self._last = time.monotonic()
            return False
        kill = next((one for one in self._kills if one[0] == told.state and told.done > one[1] * told.total), None)
        if kill is not None:
            self._kills.remove(kill)
            kill[2](self._place)
            told.killed[told.state] += 1
        return told.state not in told.seconds


def torment(place: Place, large: Large, until: float) -> Told:
    """One that has the place to itself, but for writers and readers."""
    writers, one = Writers(place.door), Torment(place, large, until)
    with Threads(WRITERS, writers.step):
        one.start()
        one.watch(until - time.monotonic())
        told = one.finish()
    told.promises_lost = len(writers.promised) - place.kept(writers.promised)
    return told


def _count(place: Place, job: int, told: Told) -> None:
    """Lost: said to be done and not there, or not in the change log. Twice: there or in the log too often."""
    ((said,),) = _ask(place, _SAID.format(job=job))
    ((there,),) = _ask(place, told.large.there)
    ((lines, keys),) = _ask(place, _LINES_OF_THE_LOG.format(job=job))
    told.lost = max(said - there, 0) + max(said - keys, 0)
    told.twice = max(there - said, 0) + max(lines - said, 0)


def _ask(place: Place, statement: str) -> list[tuple[int, ...]]:
    return place.postgres.run(statement, database=place.database)


def _state(place: Place, job: int) -> tuple[str, int, int]:
    ((state, done, total),) = place.postgres.run(
        f"SELECT state, done, total FROM bulk_bulkjob WHERE id = {job:d}", database=place.database
    )
    return str(state), int(done), int(total)


EDIT: Final = Large(
    "a bulk edit (suspend aliases)",
    _SUSPEND,
    _SUSPENDED,
    "16 writers, readers",
    (("previewing", 0.3, worker), ("running", 0.2, worker), ("running", 0.4, server), ("running", 0.6, worker)),
)
IMPORT: Final = Large(
    "an import of aliases",
    _IMPORT,
    _IMPORTED,
    "all of the above",
    (
        *(("reading", 0.3, worker), ("previewing", 0.3, worker)),
        *(("running", part, worker) for part in (0.05, 0.4, 0.7)),
    ),
)
