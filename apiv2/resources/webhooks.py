"""Webhooks and their deliveries."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.http import HttpResponse
from django_filters import ChoiceFilter, FilterSet
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Administrator, ApiFamily
from apiv2.base import ResourceViewSet, visible
from apiv2.reading import FlagFilter, Shape, WholeFilter
from apiv2.shapes import Flag, Key, Moment, Texts
from core.actor import Actor
from core.openapi.fields import Text
from core.zones import as_rfc3339
from webhooks import services
from webhooks.models import Delivery, Webhook

_REASONS: Final = [(one.value, one.value) for one in Webhook.Reason]
_STATES: Final = [(one.value, one.value) for one in Delivery.State]
_OWNER: Final = ("administrator__reseller__parent", "administrator__context__reseller__parent")


class V2WebhookEditSerializer(serializers.Serializer[Any]):
    """What of a webhook can be changed; no kinds are all kinds."""

    name = Text()
    url = Text()
    kinds = Texts(default=list)
    reseller = Key(allow_null=True, default=None, help_text="Only changes of this reseller.")
    context: Any = Key(allow_null=True, default=None, help_text="Only changes in this context.")
    is_active = Flag(default=True)


class V2NewWebhookSerializer(V2WebhookEditSerializer):
    """A new webhook; for oneself where no administrator is named."""

    administrator = Key(required=False)


class V2WebhookSerializer(serializers.Serializer[Any]):
    """A webhook without its secret."""

    id = Key()
    administrator = Key()
    name = Text()
    url = Text()
    kinds = Texts()
    reseller = Key(allow_null=True)
    context: Any = Key(allow_null=True)
    is_active = Flag()
    switched_off = serializers.ChoiceField(choices=_REASONS, allow_null=True, help_text="Why we did that.")
    failing_since = Moment(allow_null=True)
    succeeded_at = Moment(allow_null=True)
    missed_at = Moment(allow_null=True, help_text="When changes were deleted before they could be sent.")
    created_at = Moment()


class V2SecretSerializer(serializers.Serializer[Any]):
    """A new secret, which is nowhere afterwards."""

    secret = Text()


class V2MadeWebhookSerializer(V2WebhookSerializer):
    """A new webhook, with its secret, which is nowhere afterwards."""

    secret = Text()


class V2DeliverySerializer(serializers.Serializer[Any]):
    """A message to a webhook, and what became of it."""

    id = Key()
    webhook = Key()
    message = Text()
    event = Text()
    change = Key(allow_null=True)
    state = serializers.ChoiceField(choices=_STATES)
    attempts = serializers.IntegerField(min_value=0)
    next_at = Moment(allow_null=True, help_text="When it is sent, while it waits.")
    last_at = Moment(allow_null=True)
    status = serializers.IntegerField(allow_null=True, help_text="Of the receiver's last answer.")
    outcome = Text(allow_blank=True)
    created_at = Moment()


class WebhookFilters(FilterSet):
    """Webhooks by whose they are."""

    administrator = WholeFilter(field_name="administrator")
    is_active = FlagFilter()


class WebhookViewSet(ResourceViewSet):
    """Webhooks of the administrators that the caller is in charge of, and the caller's own."""

    resource = "webhooks"
    one = "webhook"
    family = ApiFamily.CHANGES
    model = Webhook
    kind = "webhook"
    output = V2WebhookSerializer
    new = V2NewWebhookSerializer
    edit = V2WebhookEditSerializer
    filters = WebhookFilters
    searched = ("name",)
    sorts = {"name": "name", "created_at": "created_at"}
    wire_names = {"of_reseller": "reseller", "of_context": "context"}
    bodies = {"rotate": None, "test": None}
    repeatable = ("rotate", "test")
    related = _OWNER

    answers = {
        "create": {201: V2MadeWebhookSerializer},
        "rotate": {200: V2SecretSerializer},
        "test": {202: V2DeliverySerializer},
    }

    def represent(self, row: Webhook, shape: Shape) -> dict[str, Any]:
        return {
            "id": row.pk,
            "administrator": row.administrator_id,
            "name": row.name,
            "url": row.url,
            "kinds": row.kinds.split(),
            "reseller": row.of_reseller,
            "context": row.of_context,
            "is_active": row.is_active,
            "switched_off": row.switched_off or None,
            "failing_since": as_rfc3339(row.failing_since),
            "succeeded_at": as_rfc3339(row.succeeded_at),
            "missed_at": as_rfc3339(row.missed_at),
            "created_at": as_rfc3339(row.created_at),
        }

    def make(self, actor: Actor, data: dict[str, Any]) -> tuple[Webhook, str]:
        key = data.pop("administrator", self.caller.pk)
        administrator = self.caller
        if key != self.caller.pk:
            related = ["reseller__parent", "context__reseller__parent"]
            administrator = visible(self, Administrator, key, "administrator", related=related)
        return services.create_webhook(actor=actor, administrator=administrator, **_values(data))

    def created(self, row: tuple[Webhook, str]) -> Response:
        """With the secret, this once."""
        made, secret = row
        response = super().created(made)
        response.data["secret"] = secret
        return response

    def change(self, actor: Actor, row: Webhook, data: dict[str, Any], *, whole: bool) -> None:
        services.update_webhook(actor=actor, webhook=row, **_values(data))

    def remove(self, actor: Actor, row: Webhook) -> None:
        services.delete_webhook(actor=actor, webhook=row)

    def rotate(self, request: Request) -> Response | HttpResponse:
        """A new secret; for a day messages are signed with the one before too."""
        row = self.row(self.key, self.whole())
        return self.answered(lambda: Response({"secret": services.rotate_secret(actor=self.actor, webhook=row)}))

    def test(self, request: Request) -> Response | HttpResponse:
        """Have the worker send a message without a change."""
        row = self.row(self.key, self.whole())
        return self.answered(lambda: _accepted(services.send_test(actor=self.actor, webhook=row)))


class DeliveryFilters(FilterSet):
    """Deliveries by where they go and what became of them."""

    webhook = WholeFilter(field_name="webhook")
    change = WholeFilter(field_name="change_id")
    state = ChoiceFilter(choices=_STATES)


class DeliveryViewSet(ResourceViewSet):
    """The log of deliveries of the webhooks that the caller sees."""

    resource = "webhook-deliveries"
    one = "delivery"
    family = ApiFamily.CHANGES
    model = Delivery
    output = V2DeliverySerializer
    filters = DeliveryFilters
    sorts = {"created_at": "created_at"}
    bodies = {"again": None}
    repeatable = ("again",)
    answers = {"again": {202: V2DeliverySerializer}}

    def prepared(self, rows: QuerySet[Any], shape: Shape) -> QuerySet[Any]:
        """With the webhook."""
        return rows.select_related("webhook")

    def represent(self, row: Delivery, shape: Shape) -> dict[str, Any]:
        return _delivery(row)

    def again(self, request: Request) -> Response | HttpResponse:
        """Have the worker send it once more."""
        row = self.row(self.key, self.whole())
        return self.answered(lambda: _accepted(services.send_again(actor=self.actor, delivery=row)))


def _values(data: dict[str, Any]) -> dict[str, Any]:
    """The fields by the services' names."""
    ours = {"reseller": "of_reseller", "context": "of_context"}
    return {ours.get(name, name): value for name, value in data.items()}


def _accepted(row: Delivery) -> Response:
    return Response(_delivery(row), status=202)


def _delivery(row: Delivery) -> dict[str, Any]:
    waits = row.state == Delivery.State.WAITING
    return {
        "id": row.pk,
        "webhook": row.webhook_id,
        "message": row.message,
        "event": row.event,
        "change": row.change_id,
        "state": row.state,
        "attempts": row.attempts,
        "next_at": as_rfc3339(row.next_at) if waits else None,
        "last_at": as_rfc3339(row.last_at),
        "status": row.status,
        "outcome": row.outcome,
        "created_at": as_rfc3339(row.created_at),
    }
