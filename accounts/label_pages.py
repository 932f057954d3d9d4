"""The web admin's pages for labels."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.models import Label
from accounts.services import labels
from core.access import Role
from core.actor import Actor
from core.admin.base import administrator_of
from core.admin.export import ExportModelAdmin
from core.admin.filters import RelatedFilter
from core.admin.forms import ServiceForm
from core.admin.pills import label_pill


class LabelForm(ServiceForm):
    class Meta:
        model = Label
        fields = ["reseller", "name", "colour"]
        help_texts = {
            "reseller": _("Whose companies it can be put on, and on their users and aliases."),
            "name": _("It cannot be changed: it stands on what has the label."),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "reseller" in self.fields:
            self.fields["reseller"].required = self.role is not Role.MASTER


class LabelAdmin(ExportModelAdmin):
    table_name = "labels"
    change_kind = "label"
    form = LabelForm
    list_display = ("name", "pill", "reseller")
    list_filter = (("reseller", RelatedFilter),)
    list_select_related = ("reseller",)
    search_fields = ("name",)
    sorted_by = {"name": "name_normalized"}
    autocomplete_fields = ("reseller",)
    fixed_fields = ("reseller", "name")

    @admin.display(description=_("label"))
    def pill(self, row: Label) -> SafeString:
        """As it is shown elsewhere."""
        return label_pill(row.name, row.colour)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """A new label is for the person's own reseller unless they choose a child."""
        return {"reseller": administrator_of(request).reseller_id, **super().get_changeform_initial_data(request)}

    def create(self, actor: Actor, data: dict[str, Any]) -> Model:
        return labels.create_label(actor=actor, **data)

    def update(self, actor: Actor, row: Label, data: dict[str, Any]) -> Model:
        return labels.update_label(actor=actor, label=row, **data)

    def remove(self, actor: Actor, row: Label) -> None:
        labels.delete_label(actor=actor, label=row)

    def cascade_counts(self, row: Label) -> dict[str, int]:
        return {}

    def blocked_by(self, row: Label) -> list[str]:
        return labels.held_in_words(row)
