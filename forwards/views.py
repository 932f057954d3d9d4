"""The Forwards family."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Final

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from rest_framework import status
from rest_framework.request import Request

from accounts.api import FORWARDS, ContractViewSet, answer, body_of, from_replica
from accounts.models import Administrator
from accounts.queries import NamedQuery
from core.addresses import parse_address
from core.errors import Invalid, NotFound
from core.openapi.answers import (
    ALIAS_EXISTS,
    ALREADY,
    CREATED,
    DELETED,
    FORBIDDEN,
    FORWARD_LISTS,
    NO_ALIAS,
    NO_CONTEXT,
    RECIPIENTS,
    error,
    success,
)
from core.openapi.operations import operation
from core.whole import whole_json
from forwards import services
from forwards.models import CHUNK, Recipient, by_alias
from forwards.serializers import RecipientInputSerializer

RECIPIENT = {"recipient": "recipient@example.com"}
NO_RECIPIENT = error(400, "the value of the forwarding recipient is wrong")


class ForwardViewSet(ContractViewSet):
    """One forwarding alias of the path's context."""

    scheme = "contextAdminOnlyAuth"
    family = FORWARDS
    context_kwarg = "contextId"
    context_names = True

    @operation("getForward", success(RECIPIENTS), FORBIDDEN, NO_ALIAS)
    def retrieve(self, request: Request, alias: str) -> HttpResponse:
        """get the forwarding Alias"""
        return answer(self._recipients(alias))

    @operation("headForward", *ALIAS_EXISTS)
    def exists(self, request: Request, alias: str) -> HttpResponse:
        """check if the alias exists"""
        self._recipients(alias)
        return answer()

    @operation(
        "postForward",
        CREATED,
        ALREADY,
        FORBIDDEN,
        NO_CONTEXT,
        body=RecipientInputSerializer,
        example=RECIPIENT,
        also=(400,),
    )
    def create(self, request: Request, alias: str) -> HttpResponse:
        """create the forwarding Alias"""
        context = self.context
        recipients = body_of(request, RecipientInputSerializer)["recipient"]
        created = services.create_forward(actor=self.actor, context=context, alias=alias, recipients=recipients)
        return _changed(created)

    @operation(
        "putForward",
        CREATED,
        ALREADY,
        NO_RECIPIENT,
        FORBIDDEN,
        NO_ALIAS,
        body=RecipientInputSerializer,
        example=RECIPIENT,
    )
    def update(self, request: Request, alias: str) -> HttpResponse:
        """update the forwarding Alias"""
        context = self.context
        recipients = body_of(request, RecipientInputSerializer)["recipient"]
        added = services.add_recipients(actor=self.actor, context=context, alias=alias, recipients=recipients)
        return _changed(added)

    @operation("deleteForward", DELETED, FORBIDDEN, NO_ALIAS)
    def destroy(self, request: Request, alias: str) -> HttpResponse:
        """delete the forwarding Alias"""
        services.delete_forward(actor=self.actor, context=self.context, alias=alias)
        return answer(status=status.HTTP_204_NO_CONTENT)

    @operation("headRecipient", *ALIAS_EXISTS)
    def recipient_exists(self, request: Request, alias: str, recipient: str) -> HttpResponse:
        """check if a recipient for an alias exists"""
        context = self.context
        rows = Recipient.objects.visible_to(self.caller).of_alias(context.pk, _normalized(alias))
        if not rows.filter(normalized=_normalized(recipient)).exists():
            raise NotFound("The alias has no such recipient.")
        return answer()

    @operation("deleteRecipient", DELETED, FORBIDDEN, NO_ALIAS)
    def destroy_recipient(self, request: Request, alias: str, recipient: str) -> HttpResponse:
        """delete the recipient of an alias"""
        services.remove_recipient(actor=self.actor, context=self.context, alias=alias, recipient=recipient)
        return answer(status=status.HTTP_204_NO_CONTENT)

    def _recipients(self, alias: str) -> list[str]:
        rows = OF_ALIAS.rows(self.caller, context=self.context.pk, alias=_normalized(alias))
        if not rows:
            raise NotFound("Forwarding alias does not exist.")
        return [address for (address,) in rows]


class ContextForwardsViewSet(ContractViewSet):
    """All forwarding aliases of the path's context."""

    scheme = "contextAdminOnlyAuth"
    family = FORWARDS
    context_kwarg = "contextId"
    context_names = True

    @operation("listForwards", success(FORWARD_LISTS), FORBIDDEN, NO_CONTEXT)
    @from_replica
    def list(self, request: Request) -> HttpResponseBase:
        """get the forwarding Aliases in a Context"""
        context = self.context.pk
        # Nearly always that is all. More come by a cursor, so that memory stays flat.
        first = FIRST_OF_CONTEXT.rows(self.caller, context=context)
        pairs: Iterable[tuple[str, str]] = first
        if len(first) > CHUNK:
            pairs = Recipient.objects.visible_to(self.caller).of_context(context).iterator(chunk_size=CHUNK)
        return whole_json(request, _as_json(by_alias(pairs)))

    @operation("deleteForwards", DELETED, FORBIDDEN, NO_CONTEXT)
    def destroy_all(self, request: Request) -> HttpResponse:
        """delete all forwarding Aliases in a context"""
        services.delete_forwards(actor=self.actor, context=self.context)
        return answer(status=status.HTTP_204_NO_CONTENT)


def _changed(changed: bool) -> HttpResponse:
    return answer(status=status.HTTP_201_CREATED if changed else status.HTTP_204_NO_CONTENT)


def _normalized(text: str) -> str:
    try:
        return parse_address(text).normalized
    except Invalid as error:
        raise NotFound("Forwarding alias does not exist.") from error


def _as_json(aliases: Iterable[tuple[str, list[str]]]) -> Iterator[bytes]:
    """One JSON object, alias → recipients, piece by piece."""
    opening = "{"
    for alias, recipients in aliases:
        pair = json.dumps({alias: recipients}, ensure_ascii=False, separators=(",", ":"))
        yield f"{opening}{pair[1:-1]}".encode()
        opening = ","
    yield b"}" if opening == "," else b"{}"


def _first_of_context(viewer: Administrator, *, context: int) -> QuerySet[Recipient, tuple[str, str]]:
    return Recipient.objects.visible_to(viewer).of_context(context)[: CHUNK + 1]


def _recipients(viewer: Administrator, *, context: int, alias: str) -> QuerySet[Recipient, tuple[str]]:
    return Recipient.objects.visible_to(viewer).of_alias(context, alias).values_list("address")


OF_ALIAS: Final = NamedQuery(_recipients, context=int, alias=str)
FIRST_OF_CONTEXT: Final = NamedQuery(_first_of_context, context=int)
