"""Lines of an uploaded table, kept until they are imported by a bulk edit. The models import this module."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Self

from django.conf import settings
from django.db import models
from django.utils import timezone

from oxaas.scoping import ScopedQuerySet

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser

    from accounts.models import Administrator


class ImportLineQuerySet(ScopedQuerySet["ImportLine"]):
    """Lines are their uploader's own, and nobody else's."""

    def visible_to(self, administrator: Administrator | AnonymousUser | None) -> Self:
        """The lines that `administrator` uploaded; unknown, inactive and anonymous see nothing."""
        from accounts.models import Administrator

        if not isinstance(administrator, Administrator) or not administrator.may_act:
            return self.none()
        return self.filter(administrator=administrator)


class ImportLine(models.Model):
    """One line of a table: its number in the file, its values by column, and what is wrong with its form."""

    administrator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    upload = models.UUIDField(db_index=True)
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=600)
    data = models.JSONField()
    problem = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = ImportLineQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "number"], name="import_line_number_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.label}"
