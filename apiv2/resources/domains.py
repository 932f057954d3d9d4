"""Explicit mail domains with their proof."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import CharFilter, ChoiceFilter, FilterSet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import ApiFamily, Context
from apiv2.base import Include, ResourceViewSet, visible
from apiv2.reading import FlagFilter, Shape, WholeFilter
from apiv2.resources.contexts import V2ContextSerializer, context_of
from apiv2.shapes import Flag, Key, Moment
from core.actor import Actor
from core.addresses import normalize_uidname
from core.openapi.fields import Text
from core.zones import as_rfc3339
from domains.models import ExplicitDomain, Proof
from domains.proof import check_now
from domains.services import add_domain, mark_proven, remove_domain, withdraw_proof

_PROOFS = [("waiting" if value == "" else value, label) for value, label in Proof.choices]


class V2DomainSerializer(serializers.Serializer[Any]):
    """A domain; where a proof is asked for, the TXT record that proves it."""

    id = Key()
    context: Any = Key()
    name = Text()
    is_proven = Flag(help_text="Whether it belongs to the context.")
    proof = serializers.ChoiceField(choices=_PROOFS)
    proven_at = Moment(allow_null=True)
    record_name = Text()
    record_value = Text()
    checked_at = Moment(allow_null=True)
    answer = Text(allow_blank=True, help_text="What the last look into the DNS found, as a sentence.")


class V2NewDomainSerializer(serializers.Serializer[Any]):
    """A new domain."""

    context: Any = Key()
    name = Text()


class DomainFilters(FilterSet):
    """Domains by whose they are."""

    context = WholeFilter(field_name="context")
    name = CharFilter(method="of_name", help_text="Exactly this domain.")
    is_proven = FlagFilter(method="whether_proven")
    proof = ChoiceFilter(choices=_PROOFS, method="of_proof")

    def of_name(self, rows: QuerySet[ExplicitDomain], name: str, value: str) -> QuerySet[ExplicitDomain]:
        """Compared as domains are."""
        return rows.filter(name=normalize_uidname(f"x@{value}").partition("@")[2])

    def whether_proven(self, rows: QuerySet[ExplicitDomain], name: str, value: bool) -> QuerySet[ExplicitDomain]:
        """Those that belong to their context, or those that wait."""
        return rows.filter(proven_at__isnull=not value)

    def of_proof(self, rows: QuerySet[ExplicitDomain], name: str, value: str) -> QuerySet[ExplicitDomain]:
        """By the proof."""
        return rows.filter(proof=Proof.WAITING if value == "waiting" else value)


class DomainViewSet(ResourceViewSet):
    """Domains of the contexts that the caller sees."""

    resource = "domains"
    one = "domain"
    family = ApiFamily.EXPLICIT_DOMAINS
    model = ExplicitDomain
    kind = "domain"
    output = V2DomainSerializer
    new = V2NewDomainSerializer
    filters = DomainFilters
    searched = ("name",)
    sorts = {"name": "name", "context": "context_id"}
    includes = {"context": Include(lambda view, row: context_of(view, row.context), V2ContextSerializer)}
    answers: ClassVar = {one: {200: V2DomainSerializer} for one in ("check", "prove", "withdraw")}

    def prepared(self, rows: QuerySet[Any], shape: Shape) -> QuerySet[Any]:
        """With the context."""
        return rows.select_related("context__reseller__parent")

    def represent(self, row: ExplicitDomain, shape: Shape) -> dict[str, Any]:
        return {
            "id": row.pk,
            "context": row.context_id,
            "name": row.name,
            "is_proven": row.is_proven,
            "proof": row.proof or "waiting",
            "proven_at": as_rfc3339(row.proven_at),
            "record_name": row.record_name,
            "record_value": row.token,
            "checked_at": as_rfc3339(row.checked_at),
            "answer": str(row.get_answer_display()),
        }

    def make(self, actor: Actor, data: dict[str, Any]) -> ExplicitDomain:
        context = visible(self, Context, data["context"], "context", related=["reseller"])
        return add_domain(actor=actor, context=context, name=data["name"])

    def remove(self, actor: Actor, row: ExplicitDomain) -> None:
        remove_domain(actor=actor, context=row.context, name=row.name)

    def check(self, request: Request) -> Response:
        """Look into the DNS now."""
        return self._done(check_now)

    def prove(self, request: Request) -> Response:
        """Have it belong to its context without a look; for the master."""
        return self._done(mark_proven)

    def withdraw(self, request: Request) -> Response:
        """Have it wait for its proof again; for the master."""
        return self._done(withdraw_proof)

    def _done(self, service: Any) -> Response:
        self.only_parameters()
        service(actor=self.actor, domain=self.row(self.key, self.whole()))
        row = self.row(self.key, self.whole())
        return Response(self.shown(row, self.whole()), headers=self.etag(row))
