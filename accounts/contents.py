"""What a context holds beside the models of this app: apps register theirs, and deleting a context asks here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import QuerySet

from accounts.models import Context
from changelog.entries import Entry

if TYPE_CHECKING:
    from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Content:
    """One kind of rows that belong to contexts and are deleted with them.

    `cascade_entries` yields the change log's lines for what a context loses; `lock` waits for and holds the rows of a
    context that others may be changing; `counted` says a number of them in words. What `others_rely_on` comes back
    before everything else when the deletion of a context is undone.
    """

    model: type[Model]
    cascade_entries: Callable[[Context], Iterator[Entry]]
    counted: Callable[[int], str]
    lock: Callable[[Context], None] | None = None
    others_rely_on: bool = False

    def of(self, context: Context) -> QuerySet[Any]:
        """The rows of a context."""
        rows: QuerySet[Any] = self.model._default_manager.filter(context=context)
        return rows


_contents: Final[list[Content]] = []


def register(*contents: Content) -> None:
    """Make kinds of rows known, in the order in which they are locked, recorded and listed."""
    _contents.extend(contents)


def contents() -> list[Content]:
    """Everything that was registered."""
    return list(_contents)


def lock_contents(context: Context) -> None:
    """Wait for and hold what others may be changing in the context, until the transaction ends."""
    for content in _contents:
        if content.lock is not None:
            content.lock(context)


def cascade_entries(context: Context, *, others_rely_on: bool) -> Iterator[Entry]:
    """The change log's lines for what is registered and deleted together with the context, of one of the two sorts."""
    for content in _contents:
        if content.others_rely_on is others_rely_on:
            yield from content.cascade_entries(context)


def blocked_by(context: Context) -> list[str]:
    """What the context holds of what is registered, counted in words."""
    counts = [(content, content.of(context).count()) for content in _contents]
    return [content.counted(count) for content, count in counts if count]
