"""What the person at the dashboard should know: how much there is, what needs attention, what changed, how it grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Count, Model, Q, QuerySet
from django.db.models.functions import TruncMonth
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts import ownership
from accounts.models import Context, User
from changelog.models import Change
from core.scoping import Viewer, may
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias

RECENT: Final = 10
MONTHS: Final = 12
CONTEXTS_SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure and the list behind it."""

    label: str | Promise
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart, in its figures and in percent of the chart's size, ready for SVG."""

    label: str
    value: int
    size: float
    offset: float
    url: str = ""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All parts of the page."""

    tiles: list[Tile]
    attention: list[Tile]
    changes: list[Change]
    users_by_context: list[Bar]
    growth: list[Bar]


def dashboard_for(administrator: Viewer) -> Dashboard:
    """The dashboard of this person; a part about which the role may know nothing is left out."""
    return Dashboard(
        tiles=_tiles(administrator),
        attention=[tile for tile in _attention(administrator) if tile.count],
        changes=list(Change.objects.visible_to(administrator).order_by("-id")[:RECENT]),
        users_by_context=_users_by_context(administrator),
        growth=_growth(administrator),
    )


def _tiles(administrator: Viewer) -> list[Tile]:
    models: list[type[Any]] = [Context, User, ForwardingAlias, ExplicitDomain]
    return [
        Tile(model._meta.verbose_name_plural, model.objects.visible_to(administrator).count(), _list_of(model))
        for model in models
        if may(administrator, "view", model)
    ]


def _attention(administrator: Viewer) -> list[Tile]:
    contexts = Context.objects.visible_to(administrator)
    users = User.objects.visible_to(administrator)
    aliases = ForwardingAlias.objects.visible_to(administrator)
    found: list[tuple[str | Promise, QuerySet[Any], str]] = [
        (_("Contexts near or over their limit of users"), contexts.near_limit(), "near_limit"),
        (_("Mailboxes near or over their quota"), users.near_quota(), "near_quota"),
        (_("Aliases with a recipient that does not exist here"), aliases.dangling(administrator), "dangling"),
        (_("Aliases in domains that are not declared or not proven"), ownership.undeclared(aliases), "undeclared"),
        (_("Mailboxes in domains that are not declared or not proven"), ownership.undeclared(users), "undeclared"),
        (_("Suspended contexts"), contexts.suspended(), "suspended"),
        (_("Suspended users"), users.suspended(), "suspended"),
        (_("Suspended aliases"), aliases.suspended(), "suspended"),
    ]
    return [Tile(label, rows.count(), f"{_list_of(rows.model)}?attention={key}") for label, rows, key in found]


def _users_by_context(administrator: Viewer) -> list[Bar]:
    # `user_count` is an annotation, which the type of the queryset does not know.
    contexts: Any = Context.objects.visible_to(administrator).with_user_counts()
    rows = list(contexts.order_by("-user_count", "pk").values_list("pk", "name", "user_count")[:CONTEXTS_SHOWN])
    most = max((count for _pk, _name, count in rows), default=0) or 1
    return [
        Bar(
            label=name,
            value=count,
            size=100 * count / most,
            offset=100 * index / len(rows),
            url=f"{_list_of(User)}?context__id__exact={pk}",
        )
        for index, (pk, name, count) in enumerate(rows)
    ]


def _growth(administrator: Viewer) -> list[Bar]:
    """Users at the end of each of the last months: today's number, and back from it by the change log."""
    months = _last_months(timezone.localdate())
    born, gone = (Q(action=action) for action in (Change.Action.CREATE, Change.Action.DELETE))
    changes = Change.objects.visible_to(administrator).filter(kind="user", at__date__gte=months[0])
    counted = (
        changes.annotate(month=TruncMonth("at"))
        .values("month")
        .order_by("month")
        .annotate(born=Count("pk", filter=born), gone=Count("pk", filter=gone))
    )
    net = {row["month"].date(): row["born"] - row["gone"] for row in counted}
    totals, total = [], User.objects.visible_to(administrator).count()
    for month in reversed(months):
        totals.append((month, max(total, 0)))
        total -= net.get(month, 0)
    most = max((value for _month, value in totals), default=0) or 1
    return [
        Bar(label=month.strftime("%Y-%m"), value=value, size=100 * value / most, offset=100 * index / MONTHS)
        for index, (month, value) in enumerate(reversed(totals))
    ]


def _last_months(today: date) -> list[date]:
    """The first days of the last MONTHS months, this one included, the oldest first."""
    number = today.year * 12 + today.month - 1
    return [date(n // 12, n % 12 + 1, 1) for n in range(number - MONTHS + 1, number + 1)]


def _list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
