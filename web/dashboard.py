"""What the person at the dashboard should know: how much there is, what needs attention, what changed, how it grows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.contrib.admin.utils import model_ngettext
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Context, User
from core.counts import count_of
from core.scoping import Viewer, may
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from web.charts import Bar, Column, Tick, bars_of, columns_of, end_of_scale, ticks_of
from web.company_overview import Company, company_of
from web.figures import Counted, figures_of, last_months
from web.recent_changes import Line, recent_changes
from webhooks.models import Webhook

_ATTENTION: Final = {
    "context.near_limit": _("Contexts near or over their limit of users"),
    "user.near_quota": _("Mailboxes near or over their quota"),
    "forwardingalias.ending": _("Aliases that expire within a week"),
    "forwardingalias.dangling": _("Aliases with a recipient that does not exist here"),
    "forwardingalias.undeclared": _("Aliases in domains that are not declared or not proven"),
    "user.undeclared": _("Mailboxes in domains that are not declared or not proven"),
    "context.suspended": _("Suspended contexts"),
    "user.suspended": _("Suspended users"),
    "forwardingalias.suspended": _("Suspended aliases"),
}


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure and the list behind it; `shown` is the figure for a person."""

    label: str | Promise
    count: int
    url: str
    shown: str = ""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """All parts of the page."""

    tiles: list[Tile]
    attention: list[Tile]
    changes: list[Line]
    users_by_context: list[Bar]
    growth: list[Column]
    company: Company | None
    # Whether the figures are known, and when they were counted, if not just now.
    is_counted: bool
    counted_at: datetime | None

    @property
    def growth_ticks(self) -> list[Tick]:
        """The scale of the months."""
        return ticks_of(end_of_scale(max((bar.value for bar in self.growth), default=0)))

    @property
    def contexts_end(self) -> int:
        """The end of the contexts' scale."""
        return end_of_scale(max((bar.value for bar in self.users_by_context), default=0))

    @property
    def contexts_half(self) -> int:
        """The middle of the contexts' scale."""
        return self.contexts_end // 2


def dashboard_for(administrator: Viewer) -> Dashboard:
    """The dashboard of this person; a part about which the role may know nothing is left out."""
    figures = figures_of(administrator)
    return Dashboard(
        tiles=_tiles(administrator),
        attention=[*([] if figures is None else _attention(figures)), *_webhooks(administrator)],
        changes=recent_changes(administrator),
        company=company_of(administrator),
        users_by_context=[] if figures is None else _users_by_context(administrator, figures),
        growth=[] if figures is None else _growth(administrator, figures),
        is_counted=figures is not None,
        counted_at=None if figures is None else figures.at,
    )


def _tiles(administrator: Viewer) -> list[Tile]:
    models: list[type[Any]] = [Context, User, ForwardingAlias, ExplicitDomain]
    found = [
        (model, count_of(model.objects.visible_to(administrator)))
        for model in models
        if may(administrator, "view", model)
    ]
    return [
        Tile(model_ngettext(model._meta, count.number), count.number, _list_of(model), str(count))
        for model, count in found
    ]


def _attention(figures: Counted) -> list[Tile]:
    tiles = []
    for key, label in _ATTENTION.items():
        name, kind = key.split(".")
        model = next(one for one in (Context, User, ForwardingAlias) if one._meta.model_name == name)
        if count := figures.attention.get(key, 0):
            tiles.append(Tile(label, count, f"{_list_of(model)}?attention={kind}"))
    return tiles


def _webhooks(administrator: Viewer) -> list[Tile]:
    """Webhooks that fail; few have any, and whoever has must know it before it is counted."""
    if not may(administrator, "view", Webhook):
        return []
    count = count_of(Webhook.objects.visible_to(administrator).failing()).number
    url = f"{_list_of(Webhook)}?attention=failing"
    return [Tile(_("Webhooks that fail or were switched off"), count, url)] if count else []


def _users_by_context(administrator: Viewer, figures: Counted) -> list[Bar]:
    # A context may have gone, or gone to somebody else, since it was counted.
    keys = [pk for pk, _count in figures.largest]
    names = dict(Context.objects.visible_to(administrator).filter(pk__in=keys).values_list("pk", "name"))
    url = f"{_list_of(User)}?context__id__exact="
    return bars_of([(names[pk], count, f"{url}{pk}") for pk, count in figures.largest if pk in names])


def _growth(administrator: Viewer, figures: Counted) -> list[Column]:
    """Users at the end of each of the last months: today's number, and back from it by the change log."""
    totals, total = [], count_of(User.objects.visible_to(administrator)).number
    for month in reversed(last_months(timezone.localdate())):
        totals.append((month, max(total, 0)))
        total -= figures.growth.get(month.isoformat(), 0)
    return columns_of(totals[::-1])


def _list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
