"""What of contexts and users is exported and imported, and the change log, which is only exported."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import QuerySet

from accounts.models import Change, Context, User
from oxaas.resources import Column, FlagWidget, LinesWidget, NumberWidget, TableResource, TextWidget


class ContextResource(TableResource):
    id = Column("id", widget=NumberWidget(), saves_null_values=False)
    name = Column("name", widget=TextWidget(), saves_null_values=False)
    reseller = Column("reseller__name", widget=TextWidget(), saves_null_values=False)
    quota = Column("quota", widget=NumberWidget())
    max_user = Column("max_user", widget=NumberWidget())
    is_active = Column("is_active", widget=FlagWidget(), saves_null_values=False)

    class Meta:
        name = "contexts"
        model = Context
        import_id_fields = ["id"]

    def filter_export(self, queryset: QuerySet[Context], **kwargs: Any) -> QuerySet[Context]:
        return queryset.select_related("reseller")


class UserResource(TableResource):
    context = Column("context_id", widget=NumberWidget(), saves_null_values=False)
    id = Column("number", widget=NumberWidget(), saves_null_values=False)
    uidname = Column("uidname", widget=TextWidget(), saves_null_values=False)
    msisdn = Column("msisdn", widget=TextWidget())
    custom = Column("custom_ids", widget=LinesWidget("value"))
    quota = Column("quota", widget=NumberWidget())
    is_active = Column("is_active", widget=FlagWidget(), saves_null_values=False)

    class Meta:
        name = "users"
        model = User
        import_id_fields = ["context", "id"]

    def filter_export(self, queryset: QuerySet[User], **kwargs: Any) -> QuerySet[User]:
        return queryset.prefetch_related("custom_ids")


class ChangeResource(TableResource):
    at = Column("at")
    actor = Column("actor")
    door = Column("door")
    action = Column("action")
    kind = Column("kind")
    label = Column("label")
    context = Column("context_number")
    context_name = Column("context_name")
    before = Column("before")
    after = Column("after")
    batch = Column("batch")

    class Meta:
        name = "changes"
        model = Change
        import_id_fields: list[str] = []

    def dehydrate_at(self, row: Change) -> str:
        return row.at.isoformat(timespec="seconds")

    def dehydrate_before(self, row: Change) -> str:
        return _as_json(row.before)

    def dehydrate_after(self, row: Change) -> str:
        return _as_json(row.after)


def _as_json(values: Any) -> str:
    # The library's widget makes of an umlaut a code, and of an empty object nothing.
    return "" if values is None else json.dumps(values, ensure_ascii=False)
