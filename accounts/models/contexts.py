"""Contexts with their named filters."""

from __future__ import annotations

from typing import Any, ClassVar, Final, Self

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery, Value
from django.db.models.functions import Coalesce, Least, NullIf
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models.labels import MAX_NOTE
from accounts.models.resellers import Reseller
from changelog.entries import Owners
from core.fields import NormalizedField
from core.labelled import LabelsField
from core.numbers import MAX_INTEGER
from core.scoping import ScopedQuerySet

_NEAR: Final = 0.9
_NO_LIMIT: Final = MAX_INTEGER


class ContextQuerySet(ScopedQuerySet["Context"]):
    """Contexts, with what the lists show of them."""

    def with_user_counts(self) -> Self:
        """Adds `user_count`, and `user_limit`: the least of its own, its reseller's, that one's parent's (or null)."""
        users: Any = self.model._meta.get_field("users")
        rows = users.related_model.objects.filter(context=OuterRef("pk")).order_by()
        limits = [F("max_user"), F("reseller__max_user_per_context"), F("reseller__parent__max_user_per_context")]
        return self.annotate(
            user_count=Coalesce(Subquery(rows.values("context").annotate(n=Count("*")).values("n")), 0),
            user_limit=NullIf(Least(*(Coalesce(limit, _NO_LIMIT) for limit in limits)), Value(_NO_LIMIT)),
        )

    def near_limit(self) -> Self:
        """Those that have at least nine tenths of the users that they may have."""
        return self.with_user_counts().filter(user_count__gte=F("user_limit") * _NEAR)

    def suspended(self) -> Self:
        """Those that are not active themselves."""
        return self.filter(is_active=False)


class Context(models.Model):
    """A company: it has users, forwarding aliases and explicit mail domains."""

    CONTEXT_PATH = ""

    id = models.PositiveBigIntegerField(_("context id"), primary_key=True)
    name = models.CharField(_("name"), max_length=128)
    name_normalized = NormalizedField(source="name", max_length=256, unique=True)
    reseller = models.ForeignKey(
        Reseller, models.PROTECT, related_name="contexts", null=True, blank=True, verbose_name=_("reseller")
    )
    is_active = models.BooleanField(_("active"), default=True)
    quota = models.PositiveBigIntegerField(_("quota"), null=True, blank=True, help_text=_("Bytes; empty: unlimited."))
    max_user = models.PositiveIntegerField(_("user limit"), null=True, blank=True, help_text=_("Empty: unlimited."))
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    # Of those who sold it: its own administrators do not see them.
    note = models.CharField(_("note"), max_length=MAX_NOTE, null=True, blank=True)  # noqa: DJ001  (unset is not empty)
    labels = LabelsField(_("labels"))

    objects = ContextQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("context")
        verbose_name_plural = _("contexts")
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(id__gt=0), name="context_id_is_positive"),
            models.CheckConstraint(
                condition=~Q(name__regex=r"^[0-9]*$") & ~Q(name_normalized__regex=r"^[0-9]*$"),
                name="context_name_is_not_empty_or_all_digits",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["id"], condition=Q(note__isnull=False), name="context_with_a_note")]

    def __str__(self) -> str:
        return self.name

    @property
    def owners(self) -> Owners:
        """Whose it is, as the change log keeps it."""
        parent_id = self.reseller.parent_id if self.reseller is not None else None
        return Owners(self.pk, self.name, self.reseller_id, parent_id)

    @property
    def in_service(self) -> bool:
        """Active, and its reseller too."""
        return not self.suspended_by

    @property
    def suspended_by(self) -> str:
        """What takes it out of service: "itself", its "reseller", or nothing."""
        if not self.is_active:
            return "itself"
        return "reseller" if self.reseller is not None and not self.reseller.in_service else ""
