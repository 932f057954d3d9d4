"""`manage.py worker`: does the bulk edits that are too large for a request. Several may run; each batch is one's."""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, connection

from bulk.jobs import delete_old_jobs, work_once
from core.database_errors import DatabaseState, state_of

logger = logging.getLogger(__name__)

_SIGNALS: Final = {signal.SIGTERM, signal.SIGINT}
_TIDY_SECONDS: Final = 3600
# SQLite has one writer: without a pause between batches nobody else would get a turn.
_SQLITE_PAUSE: Final = 0.1


class Command(BaseCommand):
    """A loop that ends with SIGTERM or SIGINT after the batch at hand, and outlives a restart of the database."""

    help = "Do the bulk edits that wait, batch by batch, until SIGTERM or SIGINT."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="end when nothing is left to do")
        parser.add_argument("--poll", type=float, default=1.0, help="seconds between two looks for work (default: 1)")

    def handle(self, *args: Any, once: bool, poll: float, **options: Any) -> None:
        tidy_at = time.monotonic()
        with _signals_blocked():
            while True:
                worked = _guarded(work_once)
                if worked is False and once:
                    return
                if worked is False and time.monotonic() >= tidy_at:
                    tidy_at = time.monotonic() + _TIDY_SECONDS
                    _guarded(_tidy)
                pause = poll if not worked else _SQLITE_PAUSE if connection.vendor == "sqlite" else 0
                if signal.sigtimedwait(_SIGNALS, pause) is not None:
                    return


def _guarded(step: Callable[[], bool]) -> bool | None:
    """Whether the step did anything; None when the database did not let it."""
    try:
        return step()
    except (OperationalError, InterfaceError) as error:
        if state_of(error) is DatabaseState.GAVE_WAY:
            return True  # one of two had to give way; the batch is tried again at once
        logger.warning("bulk edits have to wait for the database: %s", str(error).strip())
        connection.close()
        return None


def _tidy() -> bool:
    count = delete_old_jobs()
    if count:
        logger.info("deleted %d old bulk edits", count)
    return count > 0


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
