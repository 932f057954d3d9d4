"""What of explicit domains is exported and imported."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from core.tables import Choice, Column, Moment, Number, TableResource
from domains.models import ExplicitDomain, Proof


class DomainResource(TableResource):
    name = "domains"
    model = ExplicitDomain
    keys = ("context", "domain")
    columns = (Number("context", "context_id"), Column("domain", "name"))
    figures = (
        Column("context_name", "context.name"),
        Choice("proof", dict(Proof.choices)),
        Moment("proven_at"),
    )

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related("context")


RESOURCES = (DomainResource,)
