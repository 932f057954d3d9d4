"""What a thread is at right now: a request, a batch of a job, a chore. For the log and for what is measured.

The lower floors tell what they do (`asked`, `count`, `took`); whoever began the trace reads it in the end, and whoever
measures has registered with `measure`. Without either of them nothing is kept.
"""

from __future__ import annotations

import logging
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from time import perf_counter
from typing import Any, Final, Protocol

logger = logging.getLogger("oxaas.statement")

MAX_ID: Final = 64
# No blank, no quote, no bracket and no @: an id cannot be taken for another part of a line, nor be somebody's address.
_ID: Final = re.compile(rf"[A-Za-z0-9._:=/+-]{{1,{MAX_ID}}}", re.ASCII)
_LONGEST_STATEMENT: Final = 500


class Trace:
    """What was done so far. `id` names it in the log; the change log has `request_id`, which is a request's alone."""

    __slots__ = ("began", "database_failures", "database_seconds", "id", "request_id", "statements")

    def __init__(self, name: str, request_id: str = "") -> None:
        self.id, self.request_id = name, request_id
        self.began = perf_counter()
        self.statements = 0
        self.database_seconds = 0.0
        self.database_failures = 0

    @property
    def seconds(self) -> float:
        """Since it began."""
        return perf_counter() - self.began

    def figures(self) -> dict[str, float]:
        """What it took so far, for a line of the log."""
        return {
            "duration_ms": ms(self.seconds),
            "statements": self.statements,
            "database_ms": ms(self.database_seconds),
        }


class Meter(Protocol):
    """Who measures."""

    def count(self, name: str, number: float, **labels: str) -> None:
        """Something happened so many times more."""

    def took(self, name: str, seconds: float, **labels: str) -> None:
        """Something took so long."""

    def stands(self, name: str, value: float) -> None:
        """Something is so in this process from now on."""


_current: Final[ContextVar[Trace | None]] = ContextVar("trace", default=None)
_meters: Final[list[Meter]] = []
_slow: Final = [0.0]


def measure(meter: Meter) -> None:
    """Tell the meter from now on."""
    _meters.append(meter)


def tell_slow_statements(seconds: float) -> None:
    """From now on a statement that takes so long is a line in the log; 0: none is."""
    _slow[0] = seconds


def taken_or_made(given: str | None) -> str:
    """The caller's id of a request where it is one, else one of our own."""
    return given if given is not None and _ID.fullmatch(given) else secrets.token_hex(12)


def begin(trace: Trace) -> Token[Trace | None]:
    """From now on this thread works on that; what is returned ends it."""
    return _current.set(trace)


def end(token: Token[Trace | None]) -> None:
    """Back to what was before."""
    _current.reset(token)


@contextmanager
def traced(name: str) -> Iterator[Trace]:
    """Work on something that is no request."""
    trace = Trace(name)
    token = begin(trace)
    try:
        yield trace
    finally:
        end(token)


def current_id() -> str:
    """The name of what this thread is at; empty for none."""
    trace = _current.get()
    return "" if trace is None else trace.id


def current_request_id() -> str:
    """The id of the request that this thread is at; empty for none."""
    trace = _current.get()
    return "" if trace is None else trace.request_id


def asked(seconds: float, statement: object = None, *, failed: bool = False) -> None:
    """The database was asked for so long; a `statement` of None is only a part of one, or the end of a transaction."""
    trace = _current.get()
    if trace is not None:
        trace.database_seconds += seconds
        trace.statements += statement is not None
        trace.database_failures += failed
    if seconds >= _slow[0] > 0:
        logger.warning("slow: %.0f ms for %s", seconds * 1000, _shortened(statement))


def measure_database(one: Trace) -> None:
    """Tell the meters, once for a trace, what it asked of the database."""
    if one.statements:
        count("statements", one.statements)
        count("database_seconds", one.database_seconds)
    if one.database_failures:
        count("database_failures", one.database_failures)


def count(name: str, number: float = 1, **labels: str) -> None:
    """Something happened so many times more."""
    for meter in _meters:
        meter.count(name, number, **labels)


def took(name: str, seconds: float, **labels: str) -> None:
    """Something took so long."""
    for meter in _meters:
        meter.took(name, seconds, **labels)


def stands(name: str, value: float) -> None:
    """Something is so in this process from now on."""
    for meter in _meters:
        meter.stands(name, value)


def ms(seconds: float) -> float:
    """Milliseconds, for a line of the log."""
    return round(seconds * 1000, 1)


def _shortened(statement: object) -> str:
    """A statement as it was written, on one line: its values are sent apart from it and are not shown."""
    if statement is None:
        return "the end of a transaction, or further rows"
    text = statement.decode(errors="replace") if isinstance(statement, bytes) else str(statement)
    text = " ".join(text[: 2 * _LONGEST_STATEMENT].split())
    return text if len(text) <= _LONGEST_STATEMENT else f"{text[:_LONGEST_STATEMENT]}…"


def tell(logger: logging.Logger, level: int, what: str, **fields: Any) -> None:
    """A line of the log that is made of fields; those of None are left out."""
    if logger.isEnabledFor(level):
        logger.handle(logger.makeRecord(logger.name, level, "", 0, what, (), None, extra={"fields": fields}))
