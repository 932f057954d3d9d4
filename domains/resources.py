"""What of explicit domains is exported and imported."""

from __future__ import annotations

from core.tables import Column, Number, TableResource
from domains.models import ExplicitDomain


class DomainResource(TableResource):
    name = "domains"
    model = ExplicitDomain
    keys = ("context", "domain")
    columns = (Number("context", "context_id"), Column("domain", "name"))


RESOURCES = (DomainResource,)
