"""A context's overview: what it has, how full it is, what changed; a way to each list and to add one there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.db.models import Count, Model, Q, Sum
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Administrator, ConfigProperty, Context, User
from changelog.models import Change
from core.access import Role
from core.admin.returning import with_back
from core.numbers import counted
from core.scoping import Viewer, may
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from web import usage
from web.search import page_of

SHOWN: Final = 8
_PANELS: Final[list[type[Any]]] = [User, ForwardingAlias, ExplicitDomain, Administrator, ConfigProperty]


@dataclass(frozen=True, slots=True)
class Row:
    """One object of a panel and its page; `suspended_by` marks what is out of service."""

    label: str
    url: str
    suspended_by: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The first few of one kind, how many there are, and where to see or add them (empty: this person may not)."""

    title: str | Promise
    rows: list[Row]
    count: int
    list_url: str
    add_url: str


@dataclass(frozen=True, slots=True)
class Limit:
    """One limit and what is used of it: None where that is not known. No `limit` means that there is none.

    `note` says how much of the whole `used` stands for.
    """

    label: str | Promise
    used: int | None
    limit: int | None
    in_bytes: bool = False
    note: str = ""
    promised: bool = False

    @property
    def percent(self) -> float:
        """How full, from 0 to 100."""
        return usage.percent(self.used, self.limit)

    @property
    def is_near(self) -> bool:
        """Nine tenths or more are used."""
        return usage.is_near(self.used, self.limit)

    @property
    def words(self) -> str:
        """What a person should know of it."""
        return usage.in_words(self.used, self.limit, promised=self.promised)


@dataclass(frozen=True, slots=True)
class ContextOverview:
    """All parts of the page."""

    limits: list[Limit]
    panels: list[Panel]
    changes: list[Change]


def overview_of(administrator: Viewer, context: Context) -> ContextOverview:
    """The overview as this person may see it."""
    return ContextOverview(
        limits=limits_of(context),
        panels=[_panel(administrator, context, model) for model in _PANELS if may(administrator, "view", model)],
        changes=list(
            Change.objects.visible_to(administrator)
            .filter(context_id=context.pk, at__gte=context.created_at)
            .order_by("-id")[:SHOWN]
        ),
    )


def limits_of(context: Context) -> list[Limit]:
    """What the company may have, and how much of it it has."""
    with_counts: Any = Context.objects.with_user_counts()
    users, most = with_counts.values_list("user_count", "user_limit").get(pk=context.pk)
    promised = context.users.aggregate(total=Sum("quota"), number=Count("pk", filter=Q(quota=None)))
    measured = context.users.aggregate(total=Sum("mailbox_use__bytes"), number=Count("mailbox_use"))
    some = 0 < measured["number"] < users
    note = (
        gettext("%(number)s of %(all)s mailboxes") % {"number": counted(measured["number"]), "all": counted(users)}
        if some
        else ""
    )
    return [
        Limit(_("Users"), users, most),
        Limit(
            _("Quota given to its users"),
            promised["total"] or 0,
            context.quota,
            in_bytes=True,
            note=_without_quota(promised["number"]),
            promised=True,
        ),
        Limit(
            _("Held by its mailboxes, when last measured"), measured["total"], context.quota, in_bytes=True, note=note
        ),
    ]


def _without_quota(number: int) -> str:
    """What no sum of quotas can have in it."""
    if not number:
        return ""
    sentence = ngettext("and %(number)s mailbox without limit", "and %(number)s mailboxes without limit", number)
    return sentence % {"number": counted(number)}


def _panel(administrator: Viewer, context: Context, model: type[Any]) -> Panel:
    rows = model.objects.visible_to(administrator).filter(context=context).select_related("context__reseller__parent")
    name = f"{model._meta.app_label}_{model._meta.model_name}"
    back = page_of(context)
    # An administrator added here is the company's.
    role = {"role": Role.CONTEXT.value} if model is Administrator else {}
    addable = may(administrator, "add", model)
    return Panel(
        title=model._meta.verbose_name_plural,
        rows=[_row(one, back) for one in rows[:SHOWN]],
        count=rows.count(),
        list_url=f"{reverse(f'admin:{name}_changelist')}?context__id__exact={context.pk}",
        add_url=with_back(f"{reverse(f'admin:{name}_add')}?{urlencode({'context': context.pk, **role})}", back)
        if addable
        else "",
    )


def _row(row: Model, back: str) -> Row:
    return Row(str(row), with_back(page_of(row), back), getattr(row, "suspended_by", ""))
