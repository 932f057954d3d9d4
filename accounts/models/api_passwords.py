"""API passwords: named, scoped credentials that an administrator gives to machines."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.administrators import Administrator
from core.scoping import ScopedQuerySet, Viewer

IDENTIFIER_LENGTH: Final = 12
MAX_NAME: Final = 64


class ApiFamily(models.TextChoices):
    """The contract's families of operations, by their own names, and those that only the second version has."""

    ADMIN = "Admin"
    FORWARDS = "Forwards"
    MAIL = "Mail"
    EXPLICIT_DOMAINS = "Explicit Domains"
    CONTEXTS = "Contexts"
    ADMINISTRATORS = "Administrators"
    CHANGES = "Changes"


class ApiPasswordQuerySet(ScopedQuerySet["ApiPassword"]):
    """Staff see those of the administrators that they are in charge of, a context's administrators their own."""

    def reseller_scope(self, viewer: Viewer) -> Q:
        mine = viewer.resellers_in_charge()
        return Q(administrator__reseller__in=mine) | Q(administrator__context__reseller__in=mine)

    def context_scope(self, viewer: Viewer) -> Q:
        return Q(administrator_id=viewer.pk)


class ApiPassword(models.Model):
    """One API password: its digest, never the secret itself. Lists are kept as lines of text; empty: no limit."""

    administrator = models.ForeignKey(
        Administrator, models.CASCADE, related_name="api_passwords", verbose_name=_("administrator")
    )
    name = models.CharField(_("name"), max_length=MAX_NAME)
    identifier = models.CharField(_("identifier"), max_length=IDENTIFIER_LENGTH, unique=True)
    digest = models.CharField(max_length=64)
    families = models.CharField(_("families"), max_length=64)
    may_write = models.BooleanField(_("may change"), default=False)
    contexts = models.TextField(_("contexts"), blank=True, default="")
    networks = models.TextField(_("networks"), blank=True, default="")
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    last_used_at = models.DateTimeField(_("last used"), null=True)
    last_used_from = models.CharField(_("last used from"), max_length=64, blank=True, default="")

    objects = ApiPasswordQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("API password")
        verbose_name_plural = _("API passwords")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["administrator", "name"], name="api_password_name_is_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="api_password_has_a_name"),
            models.CheckConstraint(condition=~Q(families=""), name="api_password_has_a_family"),
        ]

    def __str__(self) -> str:
        return self.name
