"""How full something is."""

from __future__ import annotations

# A part of a limit from which on a person should look.
_NEAR = 0.9


def percent(used: int | None, limit: int | None) -> float:
    """How full, from 0 to 100; a limit of nothing is full, and so is what has no limit to be a part of."""
    return min(100.0, 100 * (used or 0) / limit) if limit else 100.0


def is_near(used: int | None, limit: int | None) -> bool:
    """Whether nine tenths of the limit or more are used."""
    return limit is not None and used is not None and used >= _NEAR * limit
