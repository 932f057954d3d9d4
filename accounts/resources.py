"""What of contexts and users is exported and imported."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import Context, User
from core.tables import Column, Flag, Lines, Number, Size, TableResource


class ContextResource(TableResource):
    name = "contexts"
    model = Context
    keys = ("id",)
    columns = (
        Number("id"),
        Column("name"),
        Column("reseller", "reseller.name"),
        Size("quota", removable=True),
        Number("max_user", removable=True),
        Flag("is_active"),
    )

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related("reseller")


class UserResource(TableResource):
    name = "users"
    model = User
    keys = ("context", "id")
    columns = (
        Number("context", "context_id"),
        Number("id", "number"),
        Column("uidname"),
        Column("msisdn", removable=True),
        Lines("custom", "custom_ids", "value", removable=True),
        Size("quota", removable=True),
        Flag("is_active"),
    )
    figures = (Number("used", "used_bytes"), Number("used_percent", "used_percent"))

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        users: Any = queryset
        rows: QuerySet[Any] = users.with_use().prefetch_related("custom_ids")
        return rows


RESOURCES = (ContextResource, UserResource)
