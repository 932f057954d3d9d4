"""Time zones by their names in the IANA database: whoever reads a time reads it in one, which is named beside it."""

from __future__ import annotations

from functools import cache
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

# Set by a script of the web admin: the zone of the browser.
COOKIE: Final = "oxaas_zone"
MAX_ZONE: Final = 64


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


_NO_PLACES: Final = frozenset({"Etc", "SystemV", "US", "Brazil", "Canada", "Chile", "Mexico", "posix", "right"})
