"""Labels that resellers put on their companies, users and aliases."""

from __future__ import annotations

from typing import ClassVar, Final

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.resellers import Reseller
from changelog.entries import Owners
from core.fields import NormalizedField
from core.scoping import ScopedQuerySet, Viewer

MAX_LABEL: Final = 40
MAX_NOTE: Final = 1000


class LabelQuerySet(ScopedQuerySet["Label"]):
    """Labels are their reseller's: its staff see them, and so does the parent's. A company's administrators do not."""

    def reseller_scope(self, viewer: Viewer) -> Q:
        return Q(reseller__in=viewer.resellers_in_charge())

    def context_scope(self, viewer: Viewer) -> Q:
        return Q(pk__in=())


class Label(models.Model):
    """A label that can be put on the companies of a reseller, and on what is in them; null: on the hoster's own.

    Rows keep its name. So it never gets another one, and goes only when no row has it.
    """

    class Colour(models.TextChoices):
        """What it is shown in, beside its name."""

        GREY = "grey", _("grey")
        BLUE = "blue", _("blue")
        GREEN = "green", _("green")
        YELLOW = "yellow", _("yellow")
        RED = "red", _("red")
        PURPLE = "purple", _("purple")

    reseller = models.ForeignKey(
        Reseller, models.CASCADE, related_name="labels", null=True, blank=True, verbose_name=_("reseller")
    )
    name = models.CharField(_("name"), max_length=MAX_LABEL)
    name_normalized = NormalizedField(source="name", max_length=2 * MAX_LABEL)
    colour = models.CharField(_("colour"), max_length=8, choices=Colour, default=Colour.BLUE)

    objects = LabelQuerySet.as_manager()

    class Meta:
        ordering = ["name_normalized", "pk"]
        verbose_name = _("label")
        verbose_name_plural = _("labels")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reseller", "name_normalized"], name="label_is_unique_in_reseller"),
            models.UniqueConstraint(
                fields=["name_normalized"], condition=Q(reseller=None), name="label_is_unique_of_the_hoster"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="label_is_not_empty"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def owners(self) -> Owners:
        """Whose it is, as the change log keeps it."""
        return Owners() if self.reseller is None else self.reseller.owners
