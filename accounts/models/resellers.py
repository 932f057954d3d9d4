"""Resellers, and which of them an administrator sees."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from changelog.entries import Owners
from core.fields import NormalizedField
from core.scoping import ScopedQuerySet, Viewer


class ResellerQuerySet(ScopedQuerySet["Reseller"]):
    """A reseller's staff see their own reseller and its direct children."""

    def reseller_scope(self, viewer: Viewer) -> Q:
        return Q(pk=viewer.reseller_id) | Q(parent=viewer.reseller_id)

    def context_scope(self, viewer: Viewer) -> Q:
        return Q(pk__in=())


class Reseller(models.Model):
    """Who sells contexts. Resellers nest one level: a child has no children."""

    name = models.CharField(_("name"), max_length=128)
    name_normalized = NormalizedField(source="name", max_length=256, unique=True)
    display_name = models.CharField(_("display name"), max_length=254, blank=True, default="")
    parent = models.ForeignKey(
        "self", models.PROTECT, related_name="children", null=True, blank=True, verbose_name=_("parent")
    )
    is_active = models.BooleanField(_("active"), default=True)
    # OX's restrictions; null: no limit. They hold for the reseller and its children together.
    max_context = models.PositiveIntegerField("Subadmin.MaxContext", null=True, blank=True)
    max_overall_user = models.PositiveIntegerField("Subadmin.MaxOverallUser", null=True, blank=True)
    max_overall_context_quota = models.PositiveBigIntegerField(
        "Subadmin.MaxOverallContextQuota", null=True, blank=True, help_text=_("Bytes, over all contexts.")
    )
    can_create_subadmin = models.BooleanField("Subadmin.CanCreateSubadmin", default=False)
    max_subadmin = models.PositiveIntegerField("Subadmin.MaxSubadmin", null=True, blank=True)
    max_user_per_context = models.PositiveIntegerField("Context.MaxUser", null=True, blank=True)
    # The web admin in the reseller's own name.
    product_name = models.CharField(_("product name"), max_length=60, blank=True, default="")
    colour = models.CharField(_("colour"), max_length=7, blank=True, default="", help_text=_("Such as #1f6feb."))
    hide_subjects = models.BooleanField(
        _("hide subjects"),
        default=False,
        help_text=_("The web admin shows no subjects of this reseller's users' mail."),
    )

    demand_second_factor = models.BooleanField(
        _("demand a second factor"),
        default=False,
        help_text=_(
            "Of all administrators of this reseller, its children and their contexts, in the web admin. Machines then "
            "need API passwords."
        ),
    )

    objects = ResellerQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("reseller")
        verbose_name_plural = _("resellers")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(parent=models.F("id")), name="reseller_is_not_its_own_parent"),
            models.CheckConstraint(
                condition=Q(parent=None) | Q(can_create_subadmin=False), name="reseller_child_has_no_children"
            ),
            models.CheckConstraint(
                condition=Q(colour="") | Q(colour__regex=r"^#[0-9a-f]{6}$"), name="reseller_colour_is_six_hex_digits"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def owners(self) -> Owners:
        """Whose it is, as the change log keeps it."""
        return Owners(reseller_id=self.pk, reseller_parent_id=self.parent_id)

    @property
    def demands_second_factor(self) -> bool:
        """It or its parent demands one."""
        return self.demand_second_factor or (self.parent is not None and self.parent.demand_second_factor)

    @property
    def in_service(self) -> bool:
        """Active, and its parent too: suspending a reseller suspends its children."""
        return not self.suspended_by

    @property
    def suspended_by(self) -> str:
        """What takes it out of service: "itself", its parent ("reseller"), or nothing."""
        if not self.is_active:
            return "itself"
        return "reseller" if self.parent is not None and not self.parent.is_active else ""
