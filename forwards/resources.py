"""What of forwarding aliases is exported and imported."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from core.tables import Column, FlagWidget, LinesWidget, NumberWidget, TableResource, TextWidget
from forwards.models import ForwardingAlias


class ForwardResource(TableResource):
    context = Column("context_id", widget=NumberWidget(), saves_null_values=False)
    alias = Column("address", widget=TextWidget(), saves_null_values=False)
    recipients = Column("recipients", widget=LinesWidget("address"))
    is_active = Column("is_active", widget=FlagWidget(), saves_null_values=False)

    class Meta:
        name = "forwards"
        model = ForwardingAlias
        import_id_fields = ["context", "alias"]

    def filter_export(self, queryset: QuerySet[ForwardingAlias], **kwargs: Any) -> QuerySet[ForwardingAlias]:
        return queryset.prefetch_related("recipients")


RESOURCES = (ForwardResource,)
