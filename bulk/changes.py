"""Forms that change several fields of many rows at once: what is left empty stays as it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.translation import gettext, gettext_lazy

from bulk.edits import BulkForm, Params

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ACTIVE, SUSPENDED = "active", "suspended"


class ChangesForm(BulkForm):
    """Fields of which at least one must be filled in. A subclass names them; `params` has only what shall change.

    `emptied` are the fields that can be made empty: by a box beside them, as an empty field is left alone.
    """

    hint = gettext_lazy("What you leave empty stays as it is.")
    emptied: ClassVar[Mapping[str, StrOrPromise]] = {}
    status = forms.ChoiceField(
        label=gettext_lazy("Status"),
        required=False,
        choices=[
            ("", gettext_lazy("leave as it is")),
            (ACTIVE, gettext_lazy("active")),
            (SUSPENDED, gettext_lazy("suspended")),
        ],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields = {}
        for name, field in self.fields.items():
            fields[name] = field
            if name in self.emptied:
                fields[_box(name)] = forms.BooleanField(label=self.emptied[name], required=False)
        self.fields = fields

    def clean(self) -> dict[str, Any]:
        """Something must change, and nothing in two ways."""
        data = super().clean() or {}
        for name in self.emptied:
            if data.get(name) is not None and data.get(_box(name)):
                self.add_error(name, gettext("Give either a value or tick the box."))
        if not self.errors and not self._changes():
            raise forms.ValidationError(gettext("Say what shall change."))
        return data

    def params(self) -> Params:
        return self._changes()

    def _changes(self) -> Params:
        """What shall change, by field; None for what is emptied."""
        data = self.cleaned_data
        found = {name: data[name] for name in self.changing() if data.get(name) not in (None, "", [])}
        found |= {name: None for name in self.emptied if data.get(_box(name))}
        if data.get("status"):
            found["is_active"] = data["status"] == ACTIVE
        return found

    def changing(self) -> list[str]:
        """The fields whose values are taken over."""
        boxes = {_box(name) for name in self.emptied}
        return [name for name in self.fields if name not in boxes | {"status"}]


def _box(name: str) -> str:
    return f"no_{name}"
