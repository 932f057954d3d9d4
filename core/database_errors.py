"""What a failed statement means to whoever asked: which of the database's errors pass by themselves."""

from __future__ import annotations

import logging
from enum import Enum
from typing import Final

from django.db import Error, IntegrityError, InterfaceError, OperationalError

from core.errors import BUSY, FULL, READ_ONLY, UNAVAILABLE

logger = logging.getLogger(__name__)

_RACE: Final = "Somebody else changed the same data at this moment. Try again."
# PostgreSQL's SQLSTATE codes.
_GAVE_WAY: Final = frozenset({"40001", "40P01"})  # serialization_failure, deadlock_detected
_TIMED_OUT: Final = frozenset({"55P03", "57014"})  # lock_not_available, query_canceled (by statement_timeout)
_READ_ONLY: Final = "25006"
_FULL: Final = frozenset({"53100", "53200"})  # disk_full, out_of_memory
_SQLITE_LOCKED: Final = "database is locked"
_SQLITE_FULL: Final = "database or disk is full"
_SQLITE_READ_ONLY: Final = "attempt to write a readonly database"


class DatabaseState(Enum):
    """Why the database did not do what it was told."""

    GAVE_WAY = "gave a transaction up for another one's sake"
    BUSY = "was busy with other changes for too long"
    READ_ONLY = "takes no writes"
    FULL = "has no room left"
    UNREACHABLE = "is not reachable"

    @property
    def sentence(self) -> str:
        """For a person, to be translated."""
        return _SENTENCES[self]


_SENTENCES: Final = {
    DatabaseState.GAVE_WAY: BUSY,
    DatabaseState.BUSY: BUSY,
    DatabaseState.READ_ONLY: READ_ONLY,
    DatabaseState.FULL: FULL,
    DatabaseState.UNREACHABLE: UNAVAILABLE,
}


def state_of(error: BaseException) -> DatabaseState | None:
    """What an exception of Django's database layer says of the database; None for one that is the statement's fault."""
    if not isinstance(error, Error):
        return None
    code = getattr(error.__cause__, "pgcode", None)
    if code in _GAVE_WAY:
        return DatabaseState.GAVE_WAY
    if code in _TIMED_OUT or _SQLITE_LOCKED in str(error):
        return DatabaseState.BUSY
    if code == _READ_ONLY or _SQLITE_READ_ONLY in str(error):
        return DatabaseState.READ_ONLY
    if code in _FULL or _SQLITE_FULL in str(error):
        return DatabaseState.FULL
    return DatabaseState.UNREACHABLE if isinstance(error, OperationalError | InterfaceError) else None


def sentence_for_callers(error: Error) -> str | None:
    """Why the database did not do what a caller of an API asked, with a line in the log; None where we are mistaken.

    The sentence is English, as the APIs are.
    """
    state = state_of(error)
    if state is not None:
        logger.error("the database %s: %s", state.value, error)
        return state.sentence
    if isinstance(error, IntegrityError):
        # The last to notice a race, such as a context that was deleted before this transaction could commit.
        logger.error("refused by the database: %s", error)
        return _RACE
    return None
