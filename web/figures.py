"""The overview's figures: counted when it is looked at where there is little to count, else beforehand.

What needs attention, and how many users each context has, cannot be known without looking at every row. So where there
are many, `manage.py figures` looks at them once an hour, with the very same functions, and the overview says when.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, Final

from django.db.models import Count as CountOf
from django.db.models import Q, QuerySet
from django.db.models.functions import TruncMonth
from django.utils import timezone

from accounts import ownership
from accounts.models import Context, User
from changelog.models import Change
from core.access import Role
from core.counts import count_of
from core.scoping import Viewer
from forwards.models import ForwardingAlias
from web.models import Figures

MONTHS: Final = 12
CONTEXTS_SHOWN: Final = 10
# The masters see what belongs to no reseller, too.
MASTERS: Final = 0


@dataclass(frozen=True, slots=True)
class Counted:
    """All figures of one overview.

    `attention` has how many rows need it, by the model and what for; `largest` the contexts with most users, by their
    keys; `growth` how many users came and went in a month, by its first day.
    """

    attention: dict[str, int]
    largest: list[tuple[int, int]]
    growth: dict[str, int]
    # When they were counted, if beforehand.
    at: datetime | None = None


def figures_of(administrator: Viewer) -> Counted | None:
    """This person's figures; None when there is too much to count now and nobody has counted it yet."""
    if not is_large(administrator):
        return counted(administrator)
    row = Figures.objects.filter(owner=administrator.reseller_id or MASTERS).first()
    return None if row is None else Counted(**row.figures, at=row.counted_at)


def is_large(administrator: Viewer) -> bool:
    """Whether counting would take long. What one context has is counted whenever it is looked at."""
    if Role(administrator.role) is Role.CONTEXT:
        return False
    return any(count_of(model.objects.visible_to(administrator)).about for model in (User, ForwardingAlias))


def counted(administrator: Viewer) -> Counted:
    """The figures as they are now."""
    attention = {key: rows(administrator).count() for key, rows in ATTENTION.items()}
    return Counted(attention, _largest(administrator), _growth(administrator))


# What needs attention: "<model>.<kind>", as the list of the model filters by it -> the rows.
ATTENTION: Final[dict[str, Callable[[Any], QuerySet[Any]]]] = {
    "context.near_limit": lambda viewer: Context.objects.visible_to(viewer).near_limit(),
    "user.near_quota": lambda viewer: User.objects.visible_to(viewer).near_quota(),
    "forwardingalias.ending": lambda viewer: ForwardingAlias.objects.visible_to(viewer).ending(),
    "forwardingalias.dangling": lambda viewer: ForwardingAlias.objects.visible_to(viewer).dangling(viewer),
    "forwardingalias.undeclared": lambda viewer: ownership.undeclared(ForwardingAlias.objects.visible_to(viewer)),
    "user.undeclared": lambda viewer: ownership.undeclared(User.objects.visible_to(viewer)),
    "context.suspended": lambda viewer: Context.objects.visible_to(viewer).suspended(),
    "user.suspended": lambda viewer: User.objects.visible_to(viewer).suspended(),
    "forwardingalias.suspended": lambda viewer: ForwardingAlias.objects.visible_to(viewer).suspended(),
}


def _largest(administrator: Viewer) -> list[tuple[int, int]]:
    # `user_count` is an annotation, which the type of the queryset does not know.
    contexts: Any = Context.objects.visible_to(administrator).with_user_counts()
    return list(contexts.order_by("-user_count", "pk").values_list("pk", "user_count")[:CONTEXTS_SHOWN])


def _growth(administrator: Viewer) -> dict[str, int]:
    first = last_months(timezone.localdate())[0]
    begin = timezone.make_aware(datetime.combine(first, time.min))
    born, gone = (Q(action=action) for action in (Change.Action.CREATE, Change.Action.DELETE))
    by_month = (
        Change.objects.visible_to(administrator)
        .filter(kind="user", at__gte=begin)
        .annotate(month=TruncMonth("at"))
        .values("month")
        .order_by("month")
        .annotate(born=CountOf("pk", filter=born), gone=CountOf("pk", filter=gone))
    )
    return {row["month"].date().isoformat(): row["born"] - row["gone"] for row in by_month}


def last_months(today: date) -> list[date]:
    """The first days of the last MONTHS months, this one included, the oldest first."""
    number = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - MONTHS + 1, number + 1)]
