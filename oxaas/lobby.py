"""Callers who wait for news: they hold a thread, which costs little, and neither a slot nor a connection.

There are few seats, and few for one caller. Whoever gets none is answered at once. For all who wait, one looks.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.db import Error

from core.waiting import Wait
from oxaas.leaving import is_closing

SEATS: Final = 16
"""In each process, of the threads that the gate lets in."""
SEATS_OF_CALLER: Final = 4
LOOK_SECONDS: Final = 0.5


class Lobby:
    """Who waits in this process. `ask` calls a function on a database connection; None where there is none free."""

    def __init__(self, ask: Callable[[Callable[[], Any]], Any]) -> None:
        self._ask = ask
        self._lock = threading.Lock()
        self._seated: Counter[int] = Counter()
        self._looking = threading.Lock()
        self._looked = 0.0
        self._newest: Any = None

    @contextmanager
    def seat(self, caller: int) -> Iterator[bool]:
        """Wait within; False where there is no seat."""
        with self._lock:
            has_seat = self._seated.total() < SEATS and self._seated[caller] < SEATS_OF_CALLER
            self._seated[caller] += has_seat
        try:
            yield has_seat
        finally:
            with self._lock:
                self._seated[caller] -= has_seat
                if not self._seated[caller]:
                    del self._seated[caller]

    def has_news(self, wait: Wait, until: float) -> bool:
        """Whether there is something that the caller has not seen, once there is; False at that time, or at the end."""
        while (left := until - time.monotonic()) > 0 and not is_closing():
            time.sleep(min(LOOK_SECONDS, left))
            newest = self._look(wait.look)
            if newest is not None and newest != wait.seen:
                return True
        return False

    def _look(self, look: Callable[[], Any]) -> Any:
        """What is newest, as whoever looked last has found it."""
        if self._looking.acquire(blocking=False):
            try:
                if time.monotonic() - self._looked >= LOOK_SECONDS:
                    self._newest = self._ask(look)
                    self._looked = time.monotonic()
            except Error:
                self._newest = None  # whoever asks will be answered for it
            finally:
                self._looking.release()
        return self._newest
