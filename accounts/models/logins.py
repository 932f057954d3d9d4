"""The log of logins, and from where each administrator has logged in before."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models.administrators import Administrator
from core.actor import Channel
from core.scoping import ScopedQuerySet, Viewer

# Before the digest of a name that nobody has.
_UNKNOWN: Final = "unknown:"


class LoginEventQuerySet(ScopedQuerySet["LoginEvent"]):
    """A login belongs to who was in charge of the administrator; those of unknown names are the master's to see."""

    def reseller_scope(self, viewer: Viewer) -> Q:
        return Q(reseller_id=viewer.reseller_id) | Q(reseller_parent_id=viewer.reseller_id)

    def context_scope(self, viewer: Viewer) -> Q:
        context = viewer.context
        if context is None:
            return Q(pk__in=())
        return Q(context_id=context.pk, reseller_id=context.reseller_id, at__gte=context.created_at)


class LoginEvent(models.Model):
    """One login or refusal. Of a caller of the API who comes again and again, one in some minutes.

    Whose it is, is kept as plain numbers, as in the change log: a line outlives its administrator.
    """

    class Outcome(models.TextChoices):
        SUCCESS = "success", _("logged in")
        UNKNOWN = "unknown", _("unknown name")
        WRONG = "wrong", _("wrong password")
        SUSPENDED = "suspended", _("suspended")
        EXPIRED = "expired", _("API password expired")
        NETWORK = "network", _("not from this network")
        LOCKED = "locked", _("too many failures")
        BUSY = "busy", _("too many logins at once")
        SECOND_FACTOR = "second-factor", _("wrong second factor")
        MACHINES_ONLY = "api-password-needed", _("needs an API password")

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    # As it was typed; of a name that nobody has a keyed digest, for people type passwords there.
    name = models.CharField(_("name"), max_length=400)
    address = models.CharField(_("address"), max_length=64)
    channel = models.CharField(_("channel"), max_length=16, choices=Channel)
    outcome = models.CharField(_("outcome"), max_length=24, choices=Outcome)
    credential = models.CharField(_("credential"), max_length=128, blank=True, default="")
    second_factor = models.CharField(_("second factor"), max_length=16, blank=True, default="")
    administrator_id = models.BigIntegerField(_("administrator"), null=True)
    context_id = models.BigIntegerField(_("context id"), null=True)
    reseller_id = models.BigIntegerField(_("reseller"), null=True)
    reseller_parent_id = models.BigIntegerField(null=True)

    objects = LoginEventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("login event")
        verbose_name_plural = _("logins")
        indexes: ClassVar = [
            models.Index(fields=["administrator_id", "-id"], name="login_event_of_administrator"),
            models.Index(fields=["reseller_id", "-id"], name="login_event_of_reseller"),
            models.Index(
                fields=["reseller_parent_id", "-id"],
                condition=Q(reseller_parent_id__isnull=False),
                name="login_event_of_parent",
            ),
            models.Index(fields=["context_id", "-id"], name="login_event_of_context"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.at:%Y-%m-%d %H:%M:%S}"

    @property
    def shown_name(self) -> str:
        """What was typed, where somebody has that name."""
        if self.administrator_id is None and self.name.startswith(_UNKNOWN):
            return gettext("unknown name %(digest)s") % {"digest": self.name.removeprefix(_UNKNOWN)[:8]}
        return self.name


class KnownAddress(models.Model):
    """Where an administrator has logged in from: others' failures elsewhere do not lock them out there."""

    administrator = models.ForeignKey(Administrator, models.CASCADE, related_name="known_addresses")
    site = models.CharField(max_length=64)
    last_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["administrator", "site"], name="known_address_is_unique"),
        ]

    def __str__(self) -> str:
        return self.site
