"""How many slow hashes a process computes in a second for logins from where their account is not known.

A hash keeps a processor busy for some 20 ms. Who comes with ever new names and from ever new addresses meets no other
limit; beyond this one they are told to come again. Logins from known addresses do not ask.
"""

from __future__ import annotations

import threading
import time
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_noop

from core.errors import Busy

BURST_SECONDS: Final = 3
TOO_MANY: Final = gettext_noop("Too many logins at once. Try again shortly.")

_lock: Final = threading.Lock()
_bucket: Final = {"tokens": 0.0, "filled": float("-inf")}


class TooManyLogins(Busy):
    """More logins at once than hashes are computed for strangers."""

    sentence = TOO_MANY


def take_turn() -> None:
    """Before a hash is computed for somebody unknown. TooManyLogins."""
    rate = settings.LOGIN_HASHES_PER_SECOND
    if not rate:
        return
    with _lock:
        now = time.monotonic()
        _bucket["tokens"] = min(rate * BURST_SECONDS, _bucket["tokens"] + rate * (now - _bucket["filled"]))
        _bucket["filled"] = now
        if _bucket["tokens"] < 1:
            raise TooManyLogins
        _bucket["tokens"] -= 1


def forget() -> None:
    """Begin anew, with the whole burst."""
    with _lock:
        _bucket["filled"] = float("-inf")
