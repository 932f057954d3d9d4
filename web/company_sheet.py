"""A company on paper: its limits and use, domains, users and aliases, to be printed or saved as PDF."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Administrator, Context, User
from core.access import Role
from core.admin.base import administrator_of
from core.scoping import Viewer, may
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from web.context_page import Limit, limits_of

# More of them nobody reads on paper: they are exported.
MAX_ROWS: Final = 2000


@dataclass(frozen=True, slots=True)
class Part:
    """What the sheet has of one kind: the first rows, how many there are, and how many are left out."""

    rows: list[Any]
    count: int

    @property
    def left_out(self) -> int:
        """How many are not printed."""
        return self.count - len(self.rows)


@dataclass(frozen=True, slots=True)
class Sheet:
    """All of it; a part that this person may not see is None."""

    limits: list[Limit]
    domains: Part | None
    administrators: Part | None
    users: Part | None
    aliases: Part | None


def company_sheet(site: AdminSite, request: HttpRequest, key: int) -> HttpResponse:
    """The page, made for printing."""
    administrator = administrator_of(request)
    if not may(administrator, "view", Context):
        raise PermissionDenied
    contexts = Context.objects.visible_to(administrator).select_related("reseller__parent")
    context = contexts.filter(pk=key).first()
    if context is None:
        raise Http404
    page = {
        **site.each_context(request),
        "title": _("Company sheet of %(name)s") % {"name": context.name},
        "company": context,
        "sheet": sheet_of(administrator, context),
        "shows_reseller": Role(administrator.role) is not Role.CONTEXT,
        "printed_at": timezone.now(),
        "printed_by": administrator,
    }
    return TemplateResponse(request, "admin/company_sheet.html", page)


def sheet_of(administrator: Viewer, context: Context) -> Sheet:
    """The sheet as this person may see it."""

    def part(model: type[Model], order: str, *related: str) -> Part | None:
        if not may(administrator, "view", model):
            return None
        everything: Any = model._default_manager
        rows: QuerySet[Any] = everything.visible_to(administrator).filter(context=context).order_by(order)
        return Part(
            list(rows.select_related("context__reseller__parent").prefetch_related(*related)[:MAX_ROWS]), rows.count()
        )

    return Sheet(
        limits=limits_of(context),
        domains=part(ExplicitDomain, "name"),
        administrators=part(Administrator, "login"),
        users=part(User, "uidname_normalized"),
        aliases=part(ForwardingAlias, "normalized", "recipients"),
    )
