"""Explicit mail domains."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Context
from core.scoping import ScopedQuerySet, Viewer


class ExplicitDomainQuerySet(ScopedQuerySet["ExplicitDomain"]):
    """Explicit domains; they belong to their context."""

    def contexts_by_name(self, names: Collection[str]) -> dict[str, set[int]]:
        """The context that has each of these domains."""
        return {
            name: {context_id} for name, context_id in self.filter(name__in=names).values_list("name", "context_id")
        }

    def seen_by(self, viewer: Viewer | None) -> Self:
        """What a viewer sees; everything without a viewer, who is the operator."""
        return self.all() if viewer is None else self.visible_to(viewer)


class ExplicitDomain(models.Model):
    """A domain that belongs to one context; `name` is its lower-case A-label form."""

    CONTEXT_PATH = "context"

    context = models.ForeignKey(Context, models.CASCADE, related_name="domains", verbose_name=_("context"))
    name = models.CharField(_("domain"), max_length=253, unique=True)

    objects = ExplicitDomainQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("explicit domain")
        verbose_name_plural = _("explicit domains")
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(name=""), name="domain_is_not_empty")]

    def __str__(self) -> str:
        return self.name
