"""How full something is."""

from __future__ import annotations

from django.utils.formats import number_format
from django.utils.translation import gettext as _

# A part of a limit from which on a person should look.
_NEAR = 0.9


def percent(used: int | None, limit: int | None) -> float:
    """How full, from 0 to 100; a limit of nothing is full, and so is what has no limit to be a part of."""
    return min(100.0, 100 * (used or 0) / limit) if limit else 100.0


def is_near(used: int | None, limit: int | None) -> bool:
    """Whether nine tenths of the limit or more are used."""
    return limit is not None and used is not None and used >= _NEAR * limit


def in_words(used: int | None, limit: int | None, *, promised: bool = False) -> str:
    """What a person should know of it; nothing as long as there is room.

    What is `promised` (such as the quotas of a company's users) may be more than there is: it is overbooked.
    """
    if used is None or limit is None or not is_near(used, limit):
        return ""
    if used < limit:
        return _("nearly full")
    if used == limit:
        return _("full")
    if not promised:
        return _("over the limit")
    if not limit:
        return _("overbooked")
    # As many times as there is room for.
    times = round(used / limit, 1)
    if times <= 1:
        return _("slightly overbooked")
    shown = number_format(times, 0 if times.is_integer() else 1, force_grouping=True)
    return _("overbooked %(times)s times") % {"times": shown}
