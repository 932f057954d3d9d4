"""What a context holds beside the models of this app: apps register theirs, and deleting a context asks here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import ngettext

from accounts.models import Context, Reseller, User
from changelog.entries import Entry
from core.numbers import counted

if TYPE_CHECKING:
    from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Content:
    """One kind of rows that belong to contexts and are deleted with them.

    `cascade_entries` yields the change log's lines for what a context loses; `lock` waits for and holds the rows of a
    context that others may be changing; `counted` says a number of them in words. What `others_rely_on` comes back
    before everything else when the deletion of a context is undone. `in_service` is the rows that are in service
    as long as what they belong to is; what is never out of it has none.
    """

    model: type[Model]
    cascade_entries: Callable[[Context], Iterator[Entry]]
    counted: Callable[[int], str]
    lock: Callable[[Context], None] | None = None
    others_rely_on: bool = False
    in_service: Callable[[], QuerySet[Any]] | None = None

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


def below(row: Context | Reseller) -> QuerySet[Context]:
    """The contexts that go out of service and come back together with the row; what is suspended otherwise does not."""
    if isinstance(row, Context):
        return decided_by_themselves(Context.objects.filter(pk=row.pk))
    own = Q(reseller=row) & (Q(reseller__parent=None) | Q(reseller__parent__is_active=True))
    return Context.objects.filter(own | Q(reseller__parent=row, reseller__is_active=True), is_active=True)


def decided_by_themselves(contexts: QuerySet[Context]) -> QuerySet[Context]:
    """Those of the contexts whose own state decides whether they are in service."""
    active = Q(reseller__is_active=True) & (Q(reseller__parent=None) | Q(reseller__parent__is_active=True))
    return contexts.filter(Q(reseller=None) | active)


def held(contexts: QuerySet[Context]) -> str:
    """What is in service or out of it together with these contexts, counted: “120 mailboxes, 98 aliases”."""
    keys = contexts.order_by().values("pk")
    return _in_words([rows.filter(context__in=keys).count() for rows, _counted in _with_state()])


def with_held(contexts: QuerySet[Context]) -> QuerySet[Context]:
    """The contexts with what `held_by` tells of each, in the same statement."""
    counts = {
        f"held_{place}": Coalesce(
            Subquery(
                rows.filter(context=OuterRef("pk")).order_by().values("context").annotate(n=Count("pk")).values("n")
            ),
            0,
        )
        for place, (rows, _counted) in enumerate(_with_state())
    }
    return contexts.annotate(**counts)


def held_by(context: Context) -> str:
    """`held` of one context that came from `with_held`."""
    return _in_words([getattr(context, f"held_{place}") for place, _one in enumerate(_with_state())])


def _with_state() -> list[tuple[QuerySet[Any], Callable[[int], str]]]:
    """What can be in service or out of it: the rows that are, and how a number of them is said."""
    return [
        (User._default_manager.filter(is_active=True), count_mailboxes),
        *((one.in_service(), one.counted) for one in _contents if one.in_service),
    ]


def _in_words(counts: list[int]) -> str:
    if not any(counts):
        return ""
    return ", ".join(counted(count) for count, (_rows, counted) in zip(counts, _with_state(), strict=True))


def count_mailboxes(count: int) -> str:
    """The number in words."""
    return ngettext("%(count)s mailbox", "%(count)s mailboxes", count) % {"count": counted(count)}
