"""What `manage.py worker` does besides bulk edits, again and again. Apps register theirs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done every so many `seconds`. `run` does a small part, and says whether there is more at once.

    It may be done by several workers at the same time, and be interrupted at any time.
    """

    name: str
    seconds: float
    run: Callable[[], bool]


_chores: Final[dict[str, Chore]] = {}


def register(*chores: Chore) -> None:
    """Make chores known by their names."""
    _chores.update({chore.name: chore for chore in chores})


def all_chores() -> list[Chore]:
    """What was registered."""
    return list(_chores.values())
