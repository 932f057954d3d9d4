"""`manage.py worker`: the bulk edits that are too large for a request, and the chores. Several may run.

A batch is one worker's. Between batches, and while there are none, what is due of the chores is done.
"""

from __future__ import annotations

import gc
import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, connection

from bulk.jobs import work_once
from core import trace
from core.chores import Chore, all_chores
from core.database_errors import DatabaseState, state_of

logger = logging.getLogger(__name__)
job_logger = logging.getLogger("oxaas.job")

_SIGNALS: Final = {signal.SIGTERM, signal.SIGINT}
# SQLite has one writer: without a pause between batches nobody else would get a turn.
_SQLITE_PAUSE: Final = 0.1


class Command(BaseCommand):
    """A loop that ends with SIGTERM or SIGINT after the batch at hand, and outlives a restart of the database."""

    help = "Do the bulk edits that wait, batch by batch, until SIGTERM or SIGINT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing is left to do")
        parser.add_argument("--poll", type=float, default=1.0, help="seconds between two looks for work (default: 1)")

    def handle(self, *args: Any, once: bool, poll: float, **options: Any) -> None:
        chores = _Chores()
        if not once:
            settle()
        with _signals_blocked():
            while True:
                worked = _guarded(work_once)
                if worked is False and once:
                    return
                if worked is not None and not once:
                    worked = chores.do_due() or worked
                pause = poll if not worked else _SQLITE_PAUSE if connection.vendor == "sqlite" else 0
                if signal.sigtimedwait(_SIGNALS, pause) is not None:
                    return


def settle() -> None:
    """Have the collector of garbage leave out what there is from the start: a batch makes it look many times."""
    gc.collect()
    gc.freeze()


def _guarded(step: Callable[[], bool]) -> bool | None:
    """Whether the step did anything; None when the database did not let it."""
    try:
        return step()
    except Error as error:
        state = state_of(error)
        if state is None:
            raise
        if state is DatabaseState.GAVE_WAY:
            return True  # one of two had to give way; the batch is tried again at once
        logger.warning("bulk edits have to wait for the database: %s", str(error).strip())
        connection.close()
        return None


class _Chores:
    """When which chore is due. One that fails waits as one that is done: it keeps no other from its turn."""

    def __init__(self) -> None:
        self._due: dict[str, float] = {}

    def do_due(self) -> bool:
        """Do a part of each chore that is due; whether one of them has more to do at once."""
        more = False
        for chore in all_chores():
            if self._due.get(chore.name, 0) <= time.monotonic():
                goes_on = _guarded(partial(_done, chore)) is True
                # Counted from its end: what takes long must not be due again at once.
                self._due[chore.name] = time.monotonic() + (0 if goes_on else chore.seconds)
                more = more or goes_on
        return more


def _done(chore: Chore) -> bool:
    with trace.traced(f"chore-{chore.name}") as one:
        try:
            return chore.run()
        except Error:
            raise
        except Exception:
            logger.exception("%s: that went wrong", chore.name)
            return False
        finally:
            _told(chore, one)


def _told(chore: Chore, one: trace.Trace) -> None:
    slow = one.seconds * 1000 >= settings.LOG_SLOW_JOB_MS > 0
    trace.took("chore", one.seconds, chore=chore.name)
    trace.measure_database(one)
    trace.tell(
        job_logger,
        logging.WARNING if slow else logging.DEBUG,
        "slow chore" if slow else "chore",
        name=chore.name,
        **one.figures(),
    )


@contextmanager
def _signals_blocked() -> Iterator[None]:
    """No signal interrupts a batch; they are asked for between batches, and those answered by the end are taken."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        yield
    finally:
        while signal.sigtimedwait(_SIGNALS, 0) is not None:
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
