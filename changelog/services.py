"""The two ways in which lines of the change log are touched again: deleted when the time is up, and masked.

Everything else appends (`changelog/record.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from changelog.feed import forget
from changelog.models import Change
from core.actor import Actor
from core.iteration import batched
from core.persons import Person, naming
from core.transactions import atomic

_CHUNK: Final = 500
# The texts of a line that may name a person.
_TEXTS: Final = ("label", "actor", "credential", "before", "after")


@atomic
def purge_changes(before: datetime, most: int) -> int:
    """Delete at most so many lines older than `before`, the oldest first, and say how many."""
    oldest = list(Change.objects.filter(at__lt=before).order_by("at").values_list("pk", flat=True)[:most])
    forget(oldest, before)
    count, _by_model = Change.objects.filter(pk__in=oldest).delete()
    return count


def lines_about(person: Person) -> Iterator[Change]:
    """The lines that name the person anywhere, the oldest first."""
    return naming(person, Change.objects.all(), _TEXTS)


def exported_lines(person: Person) -> list[dict[str, Any]]:
    """The lines that name the person, as JSON can keep them."""
    return [
        {
            "at": row.at.isoformat(),
            "who": row.actor,
            "channel": row.channel,
            "what": row.action,
            "kind": row.kind,
            "object": row.label,
            "context": row.context_id,
            "before": row.before,
            "after": row.after,
        }
        for row in lines_about(person)
    ]


def mask_lines(actor: Actor, person: Person) -> int:
    """Take the person out of all lines, and say of how many. What such a line tells cannot be undone any more."""
    count = 0
    for chunk in batched(lines_about(person), _CHUNK):
        for row in chunk:
            for name in _TEXTS:
                setattr(row, name, person.masked(getattr(row, name)))
            row.is_masked = True
        Change.objects.bulk_update(chunk, [*_TEXTS, "is_masked"])
        count += len(chunk)
    return count
