"""What of contexts and users is exported and imported."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from accounts.models import Context, User
from core.tables import Column, FlagWidget, LinesWidget, NumberWidget, TableResource, TextWidget


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


RESOURCES = (ContextResource, UserResource)
