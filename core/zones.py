"""Time zones by their names in the IANA database: whoever reads a time reads it in one, which is named beside it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from django.utils.dateparse import parse_datetime

# Set by a script of the web admin: the zone of the browser.
COOKIE: Final = "oxaas_zone"
MAX_ZONE: Final = 64
# What PostgreSQL takes; Python takes a day.
_FURTHEST: Final = timedelta(hours=16)


@cache
def zone_names() -> frozenset[str]:
    """All zones that this system knows."""
    return frozenset(name for name in available_timezones() if len(name) <= MAX_ZONE)


def zone_named(name: str) -> ZoneInfo | None:
    """The zone of this name, which may come from anywhere; None where there is none."""
    return ZoneInfo(name) if name in zone_names() else None


def zone_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """The zones of places, by continent and ocean, and UTC: for a person to choose from."""
    places: dict[str, list[tuple[str, str]]] = {"UTC": [("UTC", "UTC")]}
    for name in sorted(zone_names()):
        continent, slash, _place = name.partition("/")
        if slash and continent not in _NO_PLACES:
            places.setdefault(continent, []).append((name, name))
    return list(places.items())


def in_utc(moment: datetime) -> datetime:
    """The same moment. ValueError for one without a zone, and for one that is beyond the calendar's ends there."""
    if moment.tzinfo is None:
        raise ValueError(moment)
    try:
        return moment.astimezone(UTC)
    except OverflowError as error:
        raise ValueError(moment) from error


def as_rfc3339(moment: datetime | None) -> str | None:
    """A moment after RFC 3339, in UTC."""
    return None if moment is None else moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def breaks_database(text: str) -> bool:
    """Whether it is written like a moment that Python knows and PostgreSQL does not."""
    try:
        moment = parse_datetime(text)
        offset = None if moment is None else moment.utcoffset()
        if moment is None or offset is None:
            return False
        in_utc(moment)
    except ValueError:
        return True
    return abs(offset) >= _FURTHEST


_NO_PLACES: Final = frozenset({"Etc", "SystemV", "US", "Brazil", "Canada", "Chile", "Mexico", "posix", "right"})
