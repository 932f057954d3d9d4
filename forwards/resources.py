"""What of forwarding aliases is exported and imported."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from core.tables import Addresses, Column, Day, Flag, Names, Number, TableResource
from forwards.models import ForwardingAlias


class ForwardResource(TableResource):
    name = "forwards"
    model = ForwardingAlias
    keys = ("context", "alias")
    columns = (
        Number("context", "context_id"),
        Column("alias", "address"),
        Addresses("recipients", "recipients", "address"),
        Flag("is_active"),
        Day("expires_on", removable=True),
        Column("note", removable=True),
        Names("labels", removable=True),
    )

    figures = (Column("context_name", "context.name"),)

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related("context").prefetch_related("recipients")


RESOURCES = (ForwardResource,)
