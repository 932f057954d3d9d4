"""The web admin's pages for explicit mail domains."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from accounts.imports.pages import ImportModelAdmin
from core.actor import Actor
from core.admin.filters import RelatedFilter
from domains import services
from domains.forms import ExplicitDomainForm
from domains.models import ExplicitDomain


@admin.register(ExplicitDomain)
class ExplicitDomainAdmin(ImportModelAdmin):
    change_kind = "domain"
    table_name = "domains"
    """A domain comes and goes; there is nothing to change about it."""

    form = ExplicitDomainForm
    list_display = ("name", "context")
    list_filter = (("context", RelatedFilter), ("context__reseller", RelatedFilter))
    list_select_related = ("context",)
    search_fields = ("name", "context__name")
    autocomplete_fields = ("context",)
    fields = ("context", "name")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def create(self, actor: Actor, data: dict[str, Any]) -> Model:
        return services.add_domain(actor=actor, **data)

    def remove(self, actor: Actor, row: ExplicitDomain) -> None:
        services.remove_domain(actor=actor, context=row.context, name=row.name)
