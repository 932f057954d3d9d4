"""Codes of authenticator apps (RFC 6238, with the SHA-1, 6 digits and 30 seconds that all apps know)."""

from __future__ import annotations

import base64
import hmac
import secrets
from typing import Final
from urllib.parse import quote, urlencode

SECONDS: Final = 30
_DIGITS: Final = 6
# Clocks differ: the code of the step before and of the next one are taken as well.
_DRIFT: Final = 1


def new_secret() -> bytes:
    """160 bits, as RFC 4226 asks."""
    return secrets.token_bytes(20)


def as_text(secret: bytes) -> str:
    """The secret as people type it into an app that cannot scan."""
    return base64.b32encode(secret).decode()


def uri(secret: bytes, *, login: str, issuer: str) -> str:
    """What the QR code says."""
    values = {"secret": as_text(secret), "issuer": issuer, "algorithm": "SHA1", "digits": _DIGITS, "period": SECONDS}
    return f"otpauth://totp/{quote(f'{issuer}:{login}', safe='')}?{urlencode(values, quote_via=quote)}"


def code_at(secret: bytes, step: int) -> str:
    """The code of a step of 30 seconds since 1970."""
    digest = hmac.digest(secret, step.to_bytes(8), "sha1")
    offset = digest[-1] & 15
    number = int.from_bytes(digest[offset : offset + 4]) & 0x7FFFFFFF
    return f"{number % 10**_DIGITS:0{_DIGITS}}"


def step_of(secret: bytes, code: str, now: float) -> int | None:
    """The step whose code this is, around `now`; None for a wrong one."""
    given, current = code.replace(" ", ""), int(now) // SECONDS
    steps = range(current - _DRIFT, current + _DRIFT + 1)
    # All are compared: the time tells nothing.
    found = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), given.encode())]
    return found[0] if found else None
