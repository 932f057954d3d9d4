"""What keeps a mail store that hangs from taking the application with it: a bulkhead and a circuit breaker.

Only so many calls are at the store at a time, in each process. Where those before are quick, one more waits for its
turn for a moment; where they hang, it is told so at once. And a store that has failed as a whole several times in a row
is left alone for a few seconds, after which a single call finds out whether it is back.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Final

from django.utils.translation import gettext_noop

from core import trace
from mailstats.stores import StoreError

logger = logging.getLogger(__name__)

FAILURES: Final = 3
"""So many times in a row the store as a whole must fail before it is left alone."""
PAUSE: Final = 3.0
"""Seconds until it is asked again."""
_TURN: Final = 0.5
"""Seconds that a call waits for its turn, and after which one that is at the store hangs."""
_BUSY: Final = gettext_noop("Too many calls wait for the mail server already. Try again shortly.")
_AWAY: Final = gettext_noop("The mail server has not answered lately. It is asked again in a few seconds.")


class RefusedError(StoreError):
    """The store was not even asked."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, whole=True)


class Guard:
    """Of one store in this process. `calls` are at it at a time."""

    def __init__(self, calls: int) -> None:
        self._calls = calls
        self._condition = threading.Condition()
        self._begun: list[float] = []
        self._failures = 0
        self._asked_again = 0.0

    @property
    def state(self) -> str:
        """For whoever watches: "ok", or "no answer" while the store is left alone."""
        return "no answer" if self._failures >= FAILURES else "ok"

    @contextmanager
    def call(self) -> Iterator[None]:
        """Ask the store. RefusedError at once, or soon, where that would only be waiting."""
        try:
            begun = self._enter()
        except RefusedError:
            trace.count("mail_calls", outcome="refused")
            raise
        try:
            yield
        except StoreError as error:
            self._leave(begun, failed=error.whole)
            _told(begun, "store failed" if error.whole else "mailbox failed")
            raise
        except BaseException:
            self._leave(begun, failed=None)
            _told(begun, "broken off")
            raise
        else:
            self._leave(begun, failed=False)
            _told(begun, "answered")

    def _enter(self) -> float:
        with self._condition:
            self._check_circuit()
            end = time.monotonic() + _TURN
            while len(self._begun) >= self._calls:
                now = time.monotonic()
                if now >= end or now - self._begun[0] > _TURN:
                    raise RefusedError(_BUSY)
                self._condition.wait(end - now)
                self._check_circuit()
            begun = time.monotonic()
            self._begun.append(begun)
            return begun

    def _check_circuit(self) -> None:
        if self._failures < FAILURES:
            return
        now = time.monotonic()
        if now < self._asked_again:
            raise RefusedError(_AWAY)
        # This one finds out; the others wait for what it says.
        self._asked_again = now + PAUSE

    def _leave(self, begun: float, *, failed: bool | None) -> None:
        with self._condition:
            self._begun.remove(begun)
            self._condition.notify()
            if failed is None:
                return
            was, self._failures = self._failures, self._failures + 1 if failed else 0
            if failed:
                self._asked_again = time.monotonic() + PAUSE
            if failed and self._failures == FAILURES:
                trace.stands("mail_store_left_alone", 1)
                logger.error("the mail store failed %d times in a row and is asked every %g s only", FAILURES, PAUSE)
            if not failed and was >= FAILURES:
                trace.stands("mail_store_left_alone", 0)
                logger.warning("the mail store answers again")


def _told(begun: float, outcome: str) -> None:
    trace.count("mail_calls", outcome=outcome)
    trace.took("mail_store", time.monotonic() - begun)


@lru_cache(maxsize=8)
def guard_of(url: str, calls: int) -> Guard:
    """The one guard of the store that `MAIL_STORE` names."""
    return Guard(calls)
