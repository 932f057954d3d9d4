"""Configuration properties of the mail platform."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.contexts import Context
from accounts.models.resellers import Reseller
from accounts.models.users import User
from core.scoping import ScopedQuerySet, Viewer


class ConfigPropertyQuerySet(ScopedQuerySet["ConfigProperty"]):
    """A property is seen by who is in charge of its owner; the server's are the master's."""

    def reseller_scope(self, viewer: Viewer) -> Q:
        mine = viewer.resellers_in_charge()
        return Q(reseller__in=mine) | Q(context__reseller__in=mine) | Q(user__context__reseller__in=mine)

    def context_scope(self, viewer: Viewer) -> Q:
        return Q(context_id=viewer.context_id) | Q(user__context_id=viewer.context_id)


class ConfigProperty(models.Model):
    """A setting of the mail platform for one owner: a user, a context, a reseller, or (none of them) the server."""

    name = models.CharField(_("name"), max_length=254)
    value = models.TextField(_("value"), blank=True)
    reseller = models.ForeignKey(
        Reseller, models.CASCADE, related_name="config", null=True, blank=True, verbose_name=_("reseller")
    )
    context = models.ForeignKey(
        Context, models.CASCADE, related_name="config", null=True, blank=True, verbose_name=_("context")
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="config", null=True, blank=True, verbose_name=_("user"))

    objects = ConfigPropertyQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        verbose_name = _("configuration property")
        verbose_name_plural = _("configuration properties")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(reseller=None, context=None) | Q(context=None, user=None) | Q(reseller=None, user=None),
                name="config_property_has_one_owner",
            ),
            models.UniqueConstraint(
                fields=["name"],
                condition=Q(reseller=None, context=None, user=None),
                name="config_property_is_unique_on_server",
            ),
            models.UniqueConstraint(fields=["reseller", "name"], name="config_property_is_unique_in_reseller"),
            models.UniqueConstraint(fields=["context", "name"], name="config_property_is_unique_in_context"),
            models.UniqueConstraint(fields=["user", "name"], name="config_property_is_unique_in_user"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str:
        """Whose property it is, in the wire's words."""
        owners = {"user": self.user_id, "context": self.context_id, "reseller": self.reseller_id}
        return next((scope for scope, owner in owners.items() if owner is not None), "server")
