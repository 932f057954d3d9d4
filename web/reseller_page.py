"""The reseller's page beside its form: its limits and what is used of them, its companies, children and staff."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Model, Q, QuerySet, Sum
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import Administrator, Context, Reseller, User
from core.access import Role
from core.admin.returning import with_back
from core.scoping import Viewer, may
from web.context_page import SHOWN, Limit, Panel, Row
from web.search import page_of


@dataclass(frozen=True, slots=True)
class ResellerOverview:
    """All parts of the page. The limits hold for it and its children together."""

    limits: list[Limit]
    with_children: bool
    panels: list[Panel]


# Of each panel: the model, what leads from it to the reseller, the filter of its list.
_PANELS: Final[list[tuple[type[Any], str, str]]] = [
    (Context, "reseller", "reseller__id__exact"),
    (Reseller, "parent", "parent__id__exact"),
    (Administrator, "reseller", "reseller__id__exact"),
]


def overview_of(administrator: Viewer, reseller: Reseller) -> ResellerOverview:
    """The overview as this person may see it."""
    panels = [_panel(administrator, reseller, *one) for one in _PANELS if may(administrator, "view", one[0])]
    return ResellerOverview(
        limits=_limits(reseller),
        with_children=reseller.children.exists(),
        # A child has no children.
        panels=[one for one in panels if one.count or one.add_url],
    )


def _limits(reseller: Reseller) -> list[Limit]:
    below = Q(reseller=reseller.pk) | Q(reseller__parent=reseller.pk)
    contexts = Context.objects.filter(below)
    quota = contexts.aggregate(total=Sum("quota"))["total"] or 0
    limits = [
        Limit(_("Contexts"), contexts.count(), reseller.max_context),
        Limit(_("Users"), User.objects.filter(context__in=contexts).count(), reseller.max_overall_user),
        Limit(_("Quota of the contexts"), quota, reseller.max_overall_context_quota, in_bytes=True),
    ]
    if reseller.parent_id is None and reseller.can_create_subadmin:
        limits.append(Limit(_("Child resellers"), reseller.children.count(), reseller.max_subadmin))
    return limits


def _panel(administrator: Viewer, reseller: Reseller, model: type[Any], field: str, lookup: str) -> Panel:
    rows: QuerySet[Any] = model.objects.visible_to(administrator).filter(**{field: reseller})
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    back = page_of(reseller)
    preset: dict[str, Any] = {field: reseller.pk}
    if model is Administrator:
        preset["role"] = Role.RESELLER.value
    addable = may(administrator, "add", model) and (
        model is not Reseller or _may_have_children(administrator, reseller)
    )
    return Panel(
        title=_("child resellers") if model is Reseller else model._meta.verbose_name_plural,
        rows=[_row(one, back) for one in rows.select_related(*_RELATED[model])[:SHOWN]],
        count=rows.count(),
        list_url=f"{reverse(f'admin:{name}_changelist')}?{urlencode({lookup: reseller.pk})}",
        add_url=with_back(f"{reverse(f'admin:{name}_add')}?{urlencode(preset)}", back) if addable else "",
    )


_RELATED: Final[dict[type[Any], tuple[str, ...]]] = {
    Context: ("reseller__parent",),
    Reseller: ("parent",),
    Administrator: ("reseller__parent", "context__reseller__parent"),
}


def _may_have_children(administrator: Viewer, reseller: Reseller) -> bool:
    return reseller.parent_id is None and reseller.can_create_subadmin and administrator.manages(reseller)


def _row(row: Model, back: str) -> Row:
    return Row(str(row), with_back(page_of(row), back), getattr(row, "suspended_by", ""))
