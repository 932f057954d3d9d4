"""Filters of the web admin's lists that somebody has given a name."""

from __future__ import annotations

from typing import ClassVar, Final

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.administrators import Administrator
from core.scoping import ScopedQuerySet, Viewer, acting

MAX_FILTER_NAME: Final = 64
MAX_QUERY: Final = 2000


class SavedFilterQuerySet(ScopedQuerySet["SavedFilter"]):
    """One's own, and those that colleagues share: who serves the same reseller, the same context, or is a master too.

    What a filter finds is another matter: the rows that whoever uses it sees.
    """

    def visible_to(self, viewer: Viewer | AnonymousUser | None) -> SavedFilterQuerySet:
        """The filters that `viewer` is offered; unknown, inactive and anonymous see nothing."""
        administrator = acting(viewer)
        if administrator is None:
            return self.none()
        colleagues = Q(
            administrator__role=administrator.role,
            administrator__reseller=administrator.reseller_id,
            administrator__context=administrator.context_id,
        )
        return self.filter(Q(administrator_id=administrator.pk) | Q(colleagues, is_shared=True))


class SavedFilter(models.Model):
    """A list's query with a name. `listed` names the model in the list: `accounts.user`."""

    administrator = models.ForeignKey(Administrator, models.CASCADE, related_name="saved_filters")
    listed = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=MAX_FILTER_NAME)
    query = models.CharField(max_length=MAX_QUERY)
    is_shared = models.BooleanField(default=False)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["administrator", "listed", "name"], name="saved_filter_name_is_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="saved_filter_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name
