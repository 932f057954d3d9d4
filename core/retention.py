"""For how long things are kept: each kind has a setting in days, 0 for ever. What is older is deleted in small batches.

Apps register what they keep; the worker does the deleting.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

logger = logging.getLogger(__name__)

# Rows in one transaction: nobody waits for long, and a replica keeps up.
BATCH: Final = 1000
# What the worker may be told of the seconds between two looks.
SECONDS: Final = 600


@dataclass(frozen=True, slots=True)
class Kept:
    """One kind of rows. `purge` deletes at most so many of those older than a moment, and says how many it deleted.

    `setting` names the days; without one, what is past its own end is deleted at once.
    """

    name: str
    setting: str | None
    purge: Callable[[datetime, int], int]

    def deleted_before(self) -> datetime | None:
        """The moment up to which rows may go; None: never."""
        if self.setting is None:
            return timezone.now()
        days = getattr(settings, self.setting)
        return timezone.now() - timedelta(days=days) if days else None


_kept: Final[dict[str, Kept]] = {}


def register(*kept: Kept) -> None:
    """Make kinds known by their names."""
    _kept.update({one.name: one for one in kept})


def all_kept() -> list[Kept]:
    """What was registered."""
    return list(_kept.values())


def purge_some() -> bool:
    """Delete one batch of each kind; whether there may be more."""
    more = False
    for one in all_kept():
        before = one.deleted_before()
        if before is None:
            continue
        count = one.purge(before, BATCH)
        if count:
            logger.info("deleted %d rows that are kept no longer: %s", count, one.name)
        more = more or count >= BATCH
    return more
