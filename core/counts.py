"""How many rows there are: exactly up to a limit, beyond it as the database estimates it at once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from django.core.paginator import Paginator
from django.db import connections
from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

# Up to so many rows are counted one by one.
EXACT_UP_TO: Final = 10_000
_ESTIMATE: Final = re.compile(r"\brows=(\d+)")
# Digits of an estimate that say something.
_DIGITS: Final = 2


@dataclass(frozen=True, slots=True)
class Count:
    """A number of rows; `about` when it is an estimate."""

    number: int
    about: bool = False

    def __str__(self) -> str:
        number = number_format(self.number, force_grouping=True)
        return _("about %(number)s") % {"number": number} if self.about else number


def count_of(rows: QuerySet[Any]) -> Count:
    """How many rows there are, at a cost that does not grow with them.

    Estimates are PostgreSQL's, from its statistics; SQLite has none and counts.
    """
    if connections[rows.db].vendor != "postgresql":
        return Count(rows.count())
    # Nothing is looked up but the keys, and no more of them than it takes to know that there are many.
    number = rows.order_by().values("pk")[: EXACT_UP_TO + 1].count()
    if number <= EXACT_UP_TO:
        return Count(number)
    about = estimate_of(rows.order_by().values("pk"))
    return Count(max(rounded(about), EXACT_UP_TO), about=True)


def rounded(number: int) -> int:
    """An estimate without the digits that say nothing."""
    return round(number, _DIGITS - len(str(number)))


def estimate_of(rows: QuerySet[Any]) -> int:
    """As many rows as PostgreSQL expects."""
    return int(_ESTIMATE.findall(rows.explain())[0])


class CountedPaginator(Paginator):
    """A paginator that counts no further than `count_of`."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, or about as many."""
        rows: Any = self.object_list
        return count_of(rows).number
