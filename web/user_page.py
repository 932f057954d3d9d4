"""The user's page beside its form: aliases that lead there, the last login, and what each property is and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import ConfigProperty, LastLogin, User
from accounts.services.config import effective_config
from core.admin.returning import with_back
from core.scoping import Viewer, may
from forwards.models import ForwardingAlias
from web.context_page import Row
from web.search import page_of

SHOWN: Final = 20
# Whose value wins, in the words of the person who looks: a company need not know who sold it.
_SOURCES: Final[dict[str, str | Promise]] = {
    "user": _("set here"),
    "context": _("from the company"),
    "reseller": _("from the reseller"),
    "server": _("from the server"),
}


@dataclass(frozen=True, slots=True)
class Property:
    """One property with the value that wins, and where that is set."""

    name: str
    value: str
    source: str | Promise
    is_own: bool


@dataclass(frozen=True, slots=True)
class UserOverview:
    """All parts of the page."""

    aliases: list[Row]
    more_aliases: bool
    add_alias_url: str
    aliases_url: str
    last_login: datetime | None
    trace_url: str
    properties: list[Property]
    more_properties: int
    add_property_url: str


def overview_of(administrator: Viewer, user: User) -> UserOverview:
    """The overview as this person may see it."""
    back = page_of(user)
    aliases = ForwardingAlias.objects.visible_to(administrator).filter(recipients__normalized=user.uidname_normalized)
    first = list(aliases.select_related("context__reseller__parent").order_by("normalized")[: SHOWN + 1])
    properties = effective_config(user)
    return UserOverview(
        aliases=[Row(str(one), with_back(page_of(one), back), one.suspended_by) for one in first[:SHOWN]],
        more_aliases=len(first) > SHOWN,
        add_alias_url=_add(administrator, ForwardingAlias, back, context=user.context_id, recipients=user.uidname),
        aliases_url=f"{reverse('admin:forwards_forwardingalias_changelist')}?{urlencode({'q': user.uidname})}",
        last_login=_last_login(user),
        trace_url=f"{reverse('admin:resolve')}?{urlencode({'address': user.uidname})}",
        properties=[_property(one) for one in properties[:SHOWN]],
        more_properties=len(properties) - SHOWN,
        add_property_url=_add(administrator, ConfigProperty, back, user=user.pk),
    )


def _last_login(user: User) -> datetime | None:
    row = LastLogin.objects.filter(username=user.uidname.lower()).first()
    return datetime.fromtimestamp(row.last_login, UTC) if row is not None and row.last_login else None


def _property(one: dict[str, str]) -> Property:
    return Property(one["name"], one["value"], _SOURCES[one["scope"]], one["scope"] == "user")


def _add(administrator: Viewer, model: type[Any], back: str, **preset: Any) -> str:
    """The form for a new one with these values; empty where this person may not."""
    if not may(administrator, "add", model):
        return ""
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_add")
    return with_back(f"{url}?{urlencode(preset)}", back)
