"""Notes and labels of companies, users and aliases in forms and bulk edits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Label
from accounts.services.marks import LabelChange
from bulk.edits import BulkEdit, BulkForm, Params
from changelog.entries import Snapshot
from core.access import Role
from core.admin.forms import ServiceForm, VerbatimField
from core.admin.pills import label_pill
from core.scoping import Viewer, may

# So many names of labels are offered.
_MOST = 100


def names_of(viewer: Viewer) -> list[str]:
    """The names of the labels that the viewer can put on something, each once."""
    names = Label.objects.visible_to(viewer).order_by("name").values_list("name", flat=True)
    return list(dict.fromkeys(names[:_MOST]))


def owner_of(row: Any) -> int | None:
    """The key of the reseller whose labels the row has."""
    owner: int | None = getattr(row, "context", row).reseller_id
    return owner


class MarkedForm(ServiceForm):
    """A form with a note and labels. Which labels there are depends on whose the row is."""

    note = VerbatimField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3, "cols": 60}), empty_value=""
    )
    labels = forms.MultipleChoiceField(label=_("Labels"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.role is Role.CONTEXT:
            for name in self.not_of_companies:
                self.fields.pop(name, None)
        there = self.instance.labels or []
        self.initial.setdefault("note", self.instance.note or "")
        self.initial.setdefault("labels", there)
        if "note" in self.fields:
            self.fields["note"].help_text = self.shown_to
        if "labels" in self.fields:
            field: Any = self.fields["labels"]
            labels = Label.objects.visible_to(self.administrator)
            if self.instance.pk is not None:
                labels = labels.filter(reseller=owner_of(self.instance))
            known = dict(labels.order_by("-name").values_list("name", "colour")[:_MOST])
            names = sorted({*known, *there})
            field.choices = [(name, label_pill(name, known.get(name, Label.Colour.GREY))) for name in names]
            field.help_text = self.shown_to if names else _("There are none yet: they are made on the page “Labels”.")

    # What the administrators of the company do not fill in.
    not_of_companies: ClassVar[tuple[str, ...]] = ("labels",)

    @property
    def shown_to(self) -> Any:
        """Who reads it, as a sentence."""
        return _("Seen by the administrators of the company as well.")


class LabelForm(BulkForm):
    """One of the labels that the person sees."""

    label = forms.ChoiceField(label=gettext_lazy("Label"))

    def __init__(self, data: Mapping[str, Any] | None = None, *, administrator: Viewer) -> None:
        super().__init__(data, administrator=administrator)
        choice: Any = self.fields["label"]
        choice.choices = [(name, name) for name in names_of(administrator)]


class PutLabel(BulkEdit[Any]):
    """What the edits have in common that put a label on rows, and take one off."""

    label = gettext_lazy("Put a label")
    form = LabelForm

    def allowed(self, administrator: Viewer) -> bool:
        """Labels are the reseller's."""
        return super().allowed(administrator) and may(administrator, "view", Label)

    def describe(self, params: Params) -> str:
        return gettext("Put the label %(label)s") % params

    def labels(self, params: Params) -> LabelChange:
        """What becomes of a row's labels."""
        return LabelChange(add=params["label"])

    def words(self, snapshot: Snapshot | None) -> str:
        return in_words((snapshot or {}).get("labels"))


class TakeLabel(PutLabel):
    """The other way."""

    label = gettext_lazy("Take off a label")

    def describe(self, params: Params) -> str:
        return gettext("Take off the label %(label)s") % params

    def labels(self, params: Params) -> LabelChange:
        return LabelChange(remove=params["label"])


def in_words(labels: Sequence[str] | None) -> str:
    """The labels for a person."""
    return ", ".join(labels or ()) or gettext("no label")
