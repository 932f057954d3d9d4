"""What this process has seen a short while ago, so that a call a second writes no row a second."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from typing import Final

INTERVAL_SECONDS: Final = 300
_MOST: Final = 10_000

_seen: Final[OrderedDict[tuple[object, ...], float]] = OrderedDict()
_lock: Final = threading.Lock()


def is_news(*sighting: object) -> bool:
    """Whether this was not seen for INTERVAL_SECONDS; from now on it was."""
    now = time.monotonic()
    with _lock:
        if _seen.get(sighting, -INTERVAL_SECONDS) > now - INTERVAL_SECONDS:
            return False
        _seen[sighting] = now
        _seen.move_to_end(sighting)
        while len(_seen) > _MOST:
            _seen.popitem(last=False)
    return True


def forget_all() -> None:
    """Forget every sighting."""
    with _lock:
        _seen.clear()
