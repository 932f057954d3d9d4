"""What of webhooks and their deliveries is exported. No secrets, and of addresses nothing that may open something."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from core.tables import Choice, Column, Flag, Moment, Number, TableResource
from webhooks.models import Delivery, Webhook


class WebhookResource(TableResource):
    name = "webhooks"
    model = Webhook
    columns = (
        Column("name"),
        Column("administrator"),
        Column("url", "shown_url"),
        Column("kinds"),
        Number("reseller", "of_reseller"),
        Number("context", "of_context"),
        Flag("is_active"),
        Column("switched_off"),
        Moment("failing_since"),
        Moment("last_success", "succeeded_at"),
        Moment("created_at"),
    )

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related("administrator__context", "administrator__reseller")


class DeliveryResource(TableResource):
    name = "webhook-deliveries"
    model = Delivery
    columns = (
        Moment("created_at"),
        Column("webhook"),
        Column("event"),
        Number("change", "change_id"),
        Column("message"),
        Choice("state", dict(Delivery.State.choices)),
        Number("attempts"),
        Moment("last_attempt", "last_at"),
        Number("status"),
        Column("outcome"),
    )

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related("webhook")
