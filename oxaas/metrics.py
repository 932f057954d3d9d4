"""What is measured, for Prometheus. Each process of a machine puts its figures down in a file; who is asked adds up.

A process has the lowest number that no other one has (a lock on a file says so), and goes on with what was counted
under that number before: nothing that was counted is lost with a process, and there are never more files than
processes at a time. With METRICS_TOKEN unset nothing of this happens, and prometheus_client is not even loaded.
"""

from __future__ import annotations

import fcntl
import logging
import os
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final

from django.conf import settings

from core import trace

if TYPE_CHECKING:
    from prometheus_client.metrics import MetricWrapperBase

logger = logging.getLogger(__name__)

PREFIX: Final = "oxaas"
SECONDS: Final = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
# By the name under which the lower floors tell of it: what it is, its words for a person, its labels.
COUNTED: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "requests": ("requests", "Answers", ("method", "route", "status")),
    "statements": ("statements", "Statements to the database", ()),
    "database_seconds": ("database_seconds", "Seconds that the database was waited for", ()),
    "database_failures": ("database_failures", "Statements and commits that failed", ()),
    "mail_calls": ("mail_store_calls", "What became of calls to the mail store", ("outcome",)),
    "logins": ("logins", "Logins and refusals of them", ("channel", "outcome")),
    "job_rows": ("job_rows", "Rows that the worker has done", ("edit", "phase")),
}
TIMED: Final[dict[str, tuple[str, str, tuple[str, ...]]]] = {
    "request": ("request_seconds", "Time until the answer, waiting for a turn included", ("route",)),
    "mail_store": ("mail_store_seconds", "Time of a call to the mail store", ()),
    "job_batch": ("job_batch_seconds", "Time of a worker's batch", ("edit", "phase")),
    "chore": ("chore_seconds", "Time of one of the worker's chores", ("chore",)),
}
STANDING: Final[dict[str, tuple[str, str]]] = {
    "mail_store_left_alone": (
        "mail_store_left_alone",
        "Processes that leave the mail store alone, as it has not answered",
    ),
}


class Recorder:
    """Writes down what it is told, in the process's own file."""

    def __init__(self, folder: Path, number: str) -> None:
        from prometheus_client import Counter, Gauge, Histogram, values

        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
        values.ValueClass = values.MultiProcessValue(lambda: number)
        self._metrics: dict[str, MetricWrapperBase] = {}
        for told, (name, words, labels) in COUNTED.items():
            self._metrics[told] = Counter(f"{PREFIX}_{name}", words, labels, registry=None)
        for told, (name, words, labels) in TIMED.items():
            self._metrics[told] = Histogram(f"{PREFIX}_{name}", words, labels, registry=None, buckets=SECONDS)
        for told, (name, words) in STANDING.items():
            gauge = Gauge(f"{PREFIX}_{name}", words, registry=None, multiprocess_mode="livesum")
            gauge.set(0)
            self._metrics[told] = gauge
        self._children: dict[tuple[str, ...], Any] = {}

    def count(self, name: str, number: float, **labels: str) -> None:
        """Adds to a counter."""
        self._child(name, labels).inc(number)

    def took(self, name: str, seconds: float, **labels: str) -> None:
        """Observes a time. Of a request all is counted, but its time is kept by route alone: a series is dear."""
        if name == "request":
            self.count("requests", 1, **labels)
            labels = {"route": labels["route"]}
        self._child(name, labels).observe(seconds)

    def stands(self, name: str, value: float) -> None:
        """Sets a gauge."""
        self._child(name, {}).set(value)

    def _child(self, name: str, labels: dict[str, str]) -> Any:
        key = (name, *labels.values())
        found = self._children.get(key)
        if found is None:
            metric = self._metrics[name]
            found = self._children[key] = metric.labels(**labels) if labels else metric
        return found


# The file that says that this process's number is taken, as long as it is open.
_taken: list[IO[bytes]] = []


def begin() -> None:
    """From now on this process measures, once METRICS_TOKEN is set. A folder that cannot be written stops nothing."""
    if not settings.METRICS_TOKEN or _taken:
        return
    folder = Path(settings.METRICS_FOLDER)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        trace.measure(Recorder(folder, _take_number(folder)))
    except OSError as error:
        logger.error("nothing is measured: %s", error)


def _take_number(folder: Path) -> str:
    number = 1
    while (lock := _locked(folder / f"{number}.lock")) is None:
        number += 1
    _taken.append(lock)
    return str(number)


def _locked(path: Path) -> IO[bytes] | None:
    """The file, when nobody else holds it."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def forget_the_dead(folder: Path) -> None:
    """What stood so in a process is so no more when it is gone; what it has counted stays."""
    for gauge in folder.glob("gauge_*.db"):
        lock = _locked(folder / f"{gauge.stem.rpartition('_')[2]}.lock")
        if lock is not None:
            gauge.unlink(missing_ok=True)
            lock.close()
