"""What of explicit domains is exported and imported."""

from __future__ import annotations

from core.tables import Column, NumberWidget, TableResource, TextWidget
from domains.models import ExplicitDomain


class DomainResource(TableResource):
    context = Column("context_id", widget=NumberWidget(), saves_null_values=False)
    domain = Column("name", widget=TextWidget(), saves_null_values=False)

    class Meta:
        name = "domains"
        model = ExplicitDomain
        import_id_fields = ["context", "domain"]


RESOURCES = (DomainResource,)
