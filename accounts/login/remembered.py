"""Logins that this process has verified a short while ago, so that a caller's password is not hashed with each request.

What is kept is a keyed digest of the password and the stored hash: nothing that can be turned back, and worth nothing
once the password is changed. Who the administrator is, and whether they may act, is read again with every request.
"""

from __future__ import annotations

import hashlib
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib.auth.hashers import check_password

# Some 200 bytes each.
MAX_REMEMBERED: Final = 10_000
_KEY: Final = secrets.token_bytes(32)

_until: Final[OrderedDict[bytes, float]] = OrderedDict()
_table: Final = threading.Lock()
_verifying: Final = tuple(threading.Lock() for _ in range(64))


def verify(password: str, stored: str, turn: Callable[[], None]) -> bool:
    """Whether it is the password of the stored hash. A right one is remembered for LOGIN_CACHE_SECONDS.

    One thread at a time verifies the same login: when it expires, the others wait for the first one's answer. Another
    password for that login does not wait, so that nobody holds up its owner by guessing. Before a hash is
    computed `turn` is asked, which may raise.
    """
    if not settings.LOGIN_CACHE_SECONDS:
        turn()
        return check_password(password, stored)
    # A keyed BLAKE2b is what an HMAC is, in a tenth of the time. No stored hash has a line break.
    digest = hashlib.blake2b(f"{stored}\n{password}".encode(), key=_KEY, digest_size=32).digest()
    if _is_remembered(digest):
        return True
    with _verifying[digest[0] % len(_verifying)]:
        if _is_remembered(digest):
            return True
        turn()
        if not check_password(password, stored):
            return False
        _remember(digest)
        return True


def forget_all() -> None:
    """Forget every login."""
    with _table:
        _until.clear()


def _is_remembered(digest: bytes) -> bool:
    return _until.get(digest, 0.0) > time.monotonic()


def _remember(digest: bytes) -> None:
    """The oldest go first, for all are kept for the same time."""
    now = time.monotonic()
    with _table:
        _until.pop(digest, None)
        _until[digest] = now + settings.LOGIN_CACHE_SECONDS
        while len(_until) > MAX_REMEMBERED or next(iter(_until.values())) <= now:
            _until.popitem(last=False)
