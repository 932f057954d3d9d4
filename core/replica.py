"""Reading from a standby of the database: what is much and may be a few seconds old, never what its reader has written.

Where DATABASE_REPLICA_URL is set, `read` and `reading` let the statements of a search, a list, an export or an overview
go there. All else stays with the primary: whatever is not inside of them, every write, and every transaction. A standby
that is away or too far behind is left out, and one that fails in the middle is replaced by the primary.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any, Final, TypeVar

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, connections, transaction
from django.db.models import Model

from core.database_errors import DatabaseState, state_of

_Result = TypeVar("_Result")
logger = logging.getLogger(__name__)

ALIAS: Final = "replica"
LOOK_SECONDS: Final = 1.0
"""How often a process asks how far behind the standby is."""
NOTE_SECONDS: Final = 1.0
"""How often a process notes that somebody writes."""
REST_SECONDS: Final = 5.0
"""For how long a standby that has failed is left alone."""
_SLACK: Final = 5.0
# Where it inserts: what is committed without waiting for the disk has not been written there yet.
_PRIMARY: Final = "SELECT pg_current_wal_insert_lsn()"
# One that was promoted is no standby any more: who is the primary is not for us to find out.
_STANDBY: Final = "SELECT pg_last_wal_replay_lsn() WHERE pg_is_in_recovery()"
_PAUSES: Final = (0.0, 0.01, 0.03)
_PAGE: Final = 8192
_HEAD: Final = 40
_PASSING: Final = frozenset({DatabaseState.UNREACHABLE, DatabaseState.GAVE_WAY, DatabaseState.READ_ONLY})

_is_reading: ContextVar[bool] = ContextVar("is_reading", default=False)
_noted: Final[dict[int, float]] = {}
_writes: Final[list[tuple[Callable[[int], None], Callable[[int, float], bool]]]] = []


def register_writes(note: Callable[[int], None], wrote: Callable[[int, float], bool]) -> None:
    """How it is kept for all nodes that an administrator wrote, and asked whether in the last seconds."""
    _writes[:] = [(note, wrote)]


def alias() -> str:
    """Where the statement at hand is to read."""
    if _is_reading.get() and not connections[DEFAULT_DB_ALIAS].in_atomic_block:
        return ALIAS
    return DEFAULT_DB_ALIAS


class Router:
    """Django's way of asking where; what was read from the standby is written to the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str:
        """Where a queryset reads."""
        return alias()

    def db_for_write(self, model: type[Model], **hints: Any) -> str:
        """The primary."""
        return DEFAULT_DB_ALIAS

    def allow_relation(self, one: Model, other: Model, **hints: Any) -> bool:
        """They are the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        """The standby gets its tables from the primary."""
        return db == DEFAULT_DB_ALIAS


class Freshness:
    """What this process knows of the standby. One thread at a time asks; the others go by what was found."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._next_look = 0.0
        self._good_until = 0.0
        self._is_used = True
        # Where the primary's log was, and when that was asked.
        self._primary: deque[tuple[float, int]] = deque()

    def is_fresh(self) -> bool:
        """Whether the standby has all that the primary had REPLICA_LAG_SECONDS ago."""
        now = time.monotonic()
        with self._lock:
            looks = now >= self._next_look
            if looks:
                self._next_look = now + LOOK_SECONDS
        return self._look(now) if looks else now < self._good_until

    def leave_out(self, why: object) -> None:
        """It has failed."""
        self._good_until, self._next_look = 0.0, time.monotonic() + REST_SECONDS
        self._tell(False, why)
        connections[ALIAS].close()

    def forget(self) -> None:
        """As when the process began."""
        self._next_look = self._good_until = 0.0
        self._primary.clear()

    def _look(self, now: float) -> bool:
        try:
            self._primary.append((now, _position(DEFAULT_DB_ALIAS, _PRIMARY) or 0))
        except Error:
            # Whoever asked will meet the same, and be answered for it.
            self._good_until = 0.0
            return False
        while self._primary[0][0] < now - settings.REPLICA_LAG_SECONDS:
            self._primary.popleft()
        try:
            good = self._has_come_far_enough()
        except Error as error:
            self.leave_out(error)
            return False
        self._good_until = time.monotonic() + 2 * LOOK_SECONDS if good else 0.0
        self._tell(good, "it is no standby, or too far behind")
        return good

    def _has_come_far_enough(self) -> bool:
        """Whether it has what the primary had at one of the moments that are remembered.

        Where reads are few the one moment is now, and what was written just before is given the time to arrive.
        """
        for pause in _PAUSES:
            time.sleep(pause)
            standby = _position(ALIAS, _STANDBY)
            if standby is None:
                return False
            if any(position <= standby for _when, position in self._primary):
                return True
        return False

    def _tell(self, good: bool, why: object) -> None:
        if good != self._is_used:
            if good:
                logger.info("The replica is read from again.")
            else:
                logger.warning("The replica is left out: %s", " ".join(str(why).split()))
        self._is_used = good


freshness: Final = Freshness()


def is_there() -> bool:
    """Whether there is a standby to read from at all."""
    return ALIAS in connections


def wrote(administrator: int) -> None:
    """Somebody has written, and it is committed: for a while they read from the primary."""
    if not is_there():
        return
    now = time.monotonic()
    if now - _noted.get(administrator, -NOTE_SECONDS) < NOTE_SECONDS:
        return
    for note, _wrote in _writes:
        note(administrator)
    if len(_noted) > 10_000:
        _noted.clear()
    _noted[administrator] = now


def wrote_on_commit(administrator: int) -> None:
    """The same, once the transaction at hand is committed."""
    if is_there():
        transaction.on_commit(partial(wrote, administrator))


@contextmanager
def reading(reader: int | None) -> Iterator[bool]:
    """Within, statements read from the standby if that will do for this administrator; None has written nothing."""
    good = _may_read(reader)
    token = _is_reading.set(good)
    try:
        yield good
    finally:
        _is_reading.reset(token)


def read(reader: int | None, work: Callable[[], _Result]) -> _Result:
    """What `work`, which only reads, returns. It is called again for the primary when the standby fails."""
    with reading(reader) as there:
        try:
            return work()
        except Error as error:
            if not there or not failed(error):
                raise
    return work()


def failed(error: BaseException) -> bool:
    """Whether the primary should be asked the same: the standby is away, or has to forget rows that were being read."""
    state = state_of(error)
    if state is DatabaseState.UNREACHABLE:
        freshness.leave_out(error)
    return state in _PASSING


def _may_read(reader: int | None) -> bool:
    if not is_there() or connections[DEFAULT_DB_ALIAS].in_atomic_block or not freshness.is_fresh():
        return False
    seconds = settings.REPLICA_LAG_SECONDS + _SLACK
    return reader is None or not any(wrote_lately(reader, seconds) for _note, wrote_lately in _writes)


def _position(where: str, statement: str) -> int | None:
    """A place in the log, as a number; None for no row."""
    with connections[where].cursor() as cursor:
        cursor.execute(statement)
        row = cursor.fetchone()
    if row is None:
        return None
    high, _slash, low = str(row[0]).partition("/")
    position = (int(high, 16) << 32) + int(low, 16)
    # Behind a page's head and before its first record it is where the page before has ended.
    beyond = position % _PAGE
    return position - beyond if beyond <= _HEAD else position
