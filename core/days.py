"""Days of the calendar, without a time: they begin at midnight in UTC, wherever whoever reads them is."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final

# As ISO 8601 has it, or as German spreadsheets write it; what comes first in 01/02/2027 nobody knows.
_ISO: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?)?")
_GERMAN: Final = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")


def today() -> date:
    """The day that it is in UTC."""
    return datetime.now(UTC).date()


def parse_day(text: str) -> date:
    """The day that is written as 2027-12-31 or 31.12.2027. ValueError."""
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _GERMAN.fullmatch(text):
        day, month, year = found.groups()
    else:
        raise ValueError(text)
    return date(int(year), int(month), int(day))


def day_of(value: str | None) -> date | None:
    """A day as the change log keeps it, or none. ValueError."""
    return None if value is None else date.fromisoformat(value)
