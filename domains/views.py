"""The Explicit Domains family."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.request import Request

from accounts.api import EXPLICIT_DOMAINS, ContractViewSet, answer, from_replica
from core.addresses import parse_domain
from core.errors import NotFound
from core.openapi.answers import DOMAIN, DOMAIN_EXISTS, DOMAINS, UNAUTHORIZED, WRONG, error, success
from core.openapi.operations import operation
from domains import services
from domains.models import ExplicitDomain


class DomainViewSet(ContractViewSet):
    """One explicit domain of the path's context."""

    scheme = "resellerAdminAuth"
    family = EXPLICIT_DOMAINS

    @operation("headDomain", *DOMAIN_EXISTS)
    def exists(self, request: Request, domain: str) -> HttpResponse:
        """Check whether given domain exists in context"""
        rows = ExplicitDomain.objects.visible_to(self.caller).filter(context=self.context)
        if not rows.filter(name=parse_domain(domain)).exists():
            raise NotFound("The context does not have this domain.")
        return answer()

    @operation("postDomain", success(DOMAIN), WRONG, UNAUTHORIZED, error(409, "Domain could not be added"))
    def create(self, request: Request, domain: str) -> HttpResponse:
        """Create given domain in context"""
        row = services.add_domain(actor=self.actor, context=self.context, name=domain)
        return answer({"domain": row.name})

    @operation("deleteDomain", success(), WRONG, UNAUTHORIZED, error(409, "Domain could not be removed"))
    def destroy(self, request: Request, domain: str) -> HttpResponse:
        """Remove given domain from context"""
        services.remove_domain(actor=self.actor, context=self.context, name=domain)
        return answer()


class ContextDomainsViewSet(ContractViewSet):
    """All explicit domains of the path's context."""

    scheme = "resellerAdminAuth"
    family = EXPLICIT_DOMAINS

    @operation("listDomains", success(DOMAINS), WRONG, UNAUTHORIZED)
    @from_replica
    def list(self, request: Request) -> HttpResponse:
        """List all explicit mail domains within given context"""
        rows = ExplicitDomain.objects.visible_to(self.caller).filter(context=self.context)
        return answer({"domains": sorted(rows.values_list("name", flat=True))})
