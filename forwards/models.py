"""Forwarding aliases and their recipients."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Context
from forwards.querysets import ForwardingAliasQuerySet, RecipientQuerySet


class ForwardingAlias(models.Model):
    """An address whose mail goes to its recipients. An inactive one stays here; the mail servers do not see it."""

    CONTEXT_PATH = "context"

    context = models.ForeignKey(Context, models.CASCADE, related_name="forwards", verbose_name=_("context"))
    address = models.CharField(_("alias"), max_length=254)
    normalized = models.CharField(max_length=508, unique=True, editable=False)
    domain = models.CharField(max_length=253, db_index=True, editable=False)
    is_active = models.BooleanField(_("active"), default=True)

    objects = ForwardingAliasQuerySet.as_manager()

    class Meta:
        ordering = ["normalized"]
        verbose_name = _("forwarding alias")
        verbose_name_plural = _("forwarding aliases")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(address="") & ~Q(domain=""), name="alias_is_an_address"),
        ]

    def __str__(self) -> str:
        return self.address


class Recipient(models.Model):
    """Where an alias's mail goes; the order is that in which they were added."""

    CONTEXT_PATH = "alias__context"

    alias = models.ForeignKey(
        ForwardingAlias, models.CASCADE, related_name="recipients", verbose_name=_("forwarding alias")
    )
    address = models.CharField(_("recipient"), max_length=254)
    normalized = models.CharField(max_length=508, db_index=True, editable=False)
    domain = models.CharField(max_length=253, db_index=True, editable=False)

    objects = RecipientQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("recipient")
        verbose_name_plural = _("recipients")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["alias", "normalized"], name="recipient_is_unique_in_alias"),
            models.CheckConstraint(condition=~Q(address=""), name="recipient_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.address
