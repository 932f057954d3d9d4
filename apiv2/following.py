"""Places in a feed as callers have them, and what they ask of it."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from typing import Final

from django.http import QueryDict

from apiv2.problems import WrongParameters
from changelog.feed import Place
from core.numbers import MAX_BIGINT, whole_number

FIRST: Final = "first"
NOW: Final = "now"
MAX_WAIT: Final = 25
"""Seconds. Many callers and proxies give an answer thirty."""
OWN: Final = ("after", "wait")
_ELSEWHERE: Final = ("cursor", "sort", "total")
# Seconds that a calendar has.
_MAX_SINCE: Final = 10**11


@dataclass(frozen=True, slots=True)
class Following:
    """From where on a caller follows, `now` or a place (None: the first), and how long they would wait."""

    now: bool
    place: Place | None
    wait: int

    @classmethod
    def of(cls, parameters: QueryDict) -> Following:
        """What the parameters ask for. WrongParameters."""
        wrong = {name: "There is none together with `after`." for name in _ELSEWHERE if name in parameters}
        wrong |= {name: "It is given twice." for name in OWN if len(parameters.getlist(name)) > 1}
        wait = whole_number(parameters.get("wait", "0"))
        if wait is None or wait > MAX_WAIT:
            wrong["wait"] = f"It must be a whole number of seconds from 0 to {MAX_WAIT}."
        if wrong or wait is None:
            raise WrongParameters(wrong)
        after = parameters.get("after", "")
        place = None if after in {FIRST, NOW} else _place(after)
        return cls(after == NOW, place, wait)


def cursor_of(place: Place) -> str:
    """The place as text, which nobody but us reads."""
    values = [place.epoch, place.transaction, place.key, place.since]
    return base64.urlsafe_b64encode(json.dumps(values, separators=(",", ":")).encode()).decode().rstrip("=")


def _place(cursor: str) -> Place:
    try:
        content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        epoch, *numbers = json.loads(content.decode())
        if not isinstance(epoch, str) or any(type(one) is not int or not 0 <= one <= MAX_BIGINT for one in numbers):
            raise ValueError(cursor)
        transaction, key, since = numbers
        if since > _MAX_SINCE:
            raise ValueError(cursor)
        return Place(epoch, transaction, key, since)
    except (binascii.Error, ValueError, TypeError, RecursionError) as error:
        sentence = f"It must be {FIRST}, {NOW}, or the `after` of an answer."
        raise WrongParameters({"after": sentence}) from error
