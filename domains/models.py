"""Explicit mail domains."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Context
from core.scoping import ScopedQuerySet


class ExplicitDomain(models.Model):
    """A domain that belongs to one context; `name` is its lower-case A-label form."""

    CONTEXT_PATH = "context"

    context = models.ForeignKey(Context, models.CASCADE, related_name="domains", verbose_name=_("context"))
    name = models.CharField(_("domain"), max_length=253, unique=True)

    objects = ScopedQuerySet["ExplicitDomain"].as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("explicit domain")
        verbose_name_plural = _("explicit domains")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(name=""), name="domain_is_not_empty")]

    def __str__(self) -> str:
        return self.name
