"""Webhooks, and what was or is to be sent to them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from changelog.feed import Place
from core.scoping import ScopedQuerySet, Viewer

MAX_NAME: Final = 64
MAX_URL: Final = 2000
# A webhook that has failed for so long needs somebody's attention.
SOON: Final = timedelta(hours=1)


class WebhookQuerySet(ScopedQuerySet["Webhook"]):
    """Staff see those of the administrators that they are in charge of, a context's administrators their own."""

    def reseller_scope(self, viewer: Viewer) -> Q:
        mine = viewer.resellers_in_charge()
        return Q(administrator__reseller__in=mine) | Q(administrator__context__reseller__in=mine)

    def context_scope(self, viewer: Viewer) -> Q:
        return Q(administrator_id=viewer.pk)

    def failing(self) -> WebhookQuerySet:
        """Those that somebody should look at."""
        return self.exclude(switched_off="") | self.filter(failing_since__lt=timezone.now() - SOON)


class Webhook(models.Model):
    """Where an administrator is told of the changes that they see. It is a place in the change log's feed.

    `kinds` are lines of text; empty: all. Secrets are sealed. `claim` says which worker is at it, until when.
    """

    class Reason(models.TextChoices):
        FAILED = "failed", _("it failed for days")
        GONE = "gone", _("the receiver said that it is gone")

    administrator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="webhooks", verbose_name=_("administrator")
    )
    name = models.CharField(_("name"), max_length=MAX_NAME)
    url = models.CharField(_("address"), max_length=MAX_URL)
    kinds = models.TextField(_("kinds"), blank=True, default="")
    of_reseller = models.BigIntegerField(_("reseller"), null=True, blank=True)
    of_context = models.BigIntegerField(_("context"), null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    secret = models.TextField()
    old_secret = models.TextField(blank=True, default="")
    old_secret_until = models.DateTimeField(null=True)
    place = models.JSONField()
    created_at = models.DateTimeField(_("created"), default=timezone.now)

    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(_("failing since"), null=True)
    paused_until = models.DateTimeField(default=timezone.now)
    succeeded_at = models.DateTimeField(_("last success"), null=True)
    switched_off = models.CharField(_("switched off"), max_length=16, choices=Reason, blank=True, default="")
    # When lines were deleted from the log before they could be sent.
    missed_at = models.DateTimeField(null=True)
    claim = models.CharField(max_length=32, blank=True, default="")
    claimed_until = models.DateTimeField(default=timezone.now)

    objects = WebhookQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["administrator", "name"], name="webhook_name_is_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="webhook_has_a_name"),
            models.CheckConstraint(condition=~Q(url=""), name="webhook_has_an_address"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def shown_url(self) -> str:
        """The address without what in it may open something."""
        parts = urlsplit(self.url)
        return parts._replace(query="…" if parts.query else "").geturl()

    @property
    def at(self) -> Place:
        """How far it is in the feed."""
        values: Any = self.place
        return Place(*values)


class DeliveryQuerySet(ScopedQuerySet["Delivery"]):
    """Those of the webhooks that somebody sees."""

    def reseller_scope(self, viewer: Viewer) -> Q:
        mine = viewer.resellers_in_charge()
        owner = "webhook__administrator"
        return Q(**{f"{owner}__reseller__in": mine}) | Q(**{f"{owner}__context__reseller__in": mine})

    def context_scope(self, viewer: Viewer) -> Q:
        return Q(webhook__administrator_id=viewer.pk)


class Delivery(models.Model):
    """One message to one webhook: of a change, or a test. The change's text stays in the change log.

    Messages of one object are sent in the order of their ids.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DELIVERED = "delivered", _("delivered")
        GIVEN_UP = "given_up", _("given up")
        # Its owner does not see the change any more, or it was deleted.
        LEFT_OUT = "left_out", _("left out")

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries", verbose_name=_("webhook"))
    message = models.CharField(_("message id"), max_length=64)
    event = models.CharField(_("event"), max_length=64)
    change_id = models.BigIntegerField(_("change"), null=True)
    kind = models.CharField(max_length=32)
    key = models.BigIntegerField()
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.WAITING)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"), default=timezone.now)
    last_at = models.DateTimeField(_("last attempt"), null=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    outcome = models.CharField(_("outcome"), max_length=200, blank=True, default="")
    created_at = models.DateTimeField(_("created"), default=timezone.now, db_index=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes: ClassVar = [
            models.Index(fields=["webhook", "-id"], name="delivery_of_webhook"),
            models.Index(fields=["webhook", "id"], condition=Q(state="waiting"), name="delivery_waiting"),
        ]

    def __str__(self) -> str:
        return self.message
