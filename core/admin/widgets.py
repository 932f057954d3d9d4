"""Form widgets of the web admin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.forms import DateInput, MultiWidget, Select, TextInput
from django.forms import models as forms_models
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.names import is_name, normalize_identifier
from core.numbers import MAX_BIGINT, whole_number
from core.sizes import BYTES, UNITS, from_bytes, typed

_USUAL_UNIT = "GB"
# How a row is called by people, in the form in which it is compared.
_NAMES = ("name_normalized", "uidname_normalized", "login_normalized")


def tick_box(row: Model) -> SafeString:
    """The box by which a row of a list is ticked. Django's own widget is a template, a third of what a list costs."""
    label = format_html(gettext("Select this object for an action - {}"), str(row))
    box = '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">'
    return format_html(box, ACTION_CHECKBOX_NAME, row.pk, label)


class Autocomplete(AutocompleteSelect):
    """A search box for a related row. A value that is no key shows nothing, where Django's own widget fails."""

    choices: forms_models.ModelChoiceIterator

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Adds a box to type the row's id or name into, for browsers without scripts: there the choice is empty."""
        box = '<noscript><input type="text" name="{}" value="{}" aria-label="{}" placeholder="{}"></noscript>'
        told = gettext("Id or name")
        label = (attrs or {}).get("aria-label") or told
        shown = "" if value is None else value
        return format_html(
            "{}{}", super().render(name, value, attrs, renderer), format_html(box, name, shown, label, told)
        )

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """The key; of a name, as one types it without scripts, that of the one row which has it."""
        value = super().value_from_datadict(data, files, name)
        if not value or not isinstance(value, str) or whole_number(value) is not None:
            return value
        rows = self.choices.queryset
        column = next((one for one in _NAMES if one in {field.name for field in rows.model._meta.fields}), None)
        if column is None or not is_name(value.strip()):
            return value
        found = rows.filter(**{column: normalize_identifier(value.strip())}).values_list("pk", flat=True)[:2]
        return str(found[0]) if len(found) == 1 else value

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        """The chosen row, if it is among those that the person may choose from."""
        return super().optgroups(name, [one for one in value if self._is_key(one)], attr)

    def _is_key(self, text: str) -> bool:
        try:
            key = self.field.remote_field.model._meta.pk.to_python(text)
        except ValidationError:
            return False
        return key is None or 0 <= key <= MAX_BIGINT


class WholeNumberInput(TextInput):
    """A text input: of what is no number, a browser's number input sends nothing, and so it was saved as empty."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", "class": "vIntegerField", **(attrs or {})})


class DayInput(DateInput):
    """A text input for a day in the reader's language: of half a day, a browser's date input sends nothing."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        own = {"placeholder": _("2027-12-31"), "autocomplete": "off", "class": "vDateField"}
        super().__init__({**own, **(attrs or {})})


class SizeInput(MultiWidget):
    """An amount with its unit beside it. The label is the amount's, which so has the field's own name and id."""

    use_fieldset = False

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        choices = [(name, _("bytes") if name == BYTES else name) for name in UNITS]
        amount = TextInput({"inputmode": "decimal", "class": "size-amount", "autocomplete": "off"})
        unit = Select({"class": "size-unit", "aria-label": _("Unit")}, choices)
        super().__init__({"": amount, "unit": unit}, attrs)

    def decompress(self, value: Any) -> list[Any]:
        """Amount and unit of a number of bytes."""
        text = str(value)
        if not (text.isascii() and text.isdecimal()) or int(text) > MAX_BIGINT:
            return [None, _USUAL_UNIT]
        amount, unit = from_bytes(int(text))
        return [typed(amount), unit]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """Gives the amount and the unit ids of their own, where Django numbers them."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        own = context["widget"]["attrs"].get("id")
        amount, unit = context["widget"]["subwidgets"]
        if own:
            amount["attrs"]["id"], unit["attrs"]["id"] = own, f"{own}_unit"
        return context

    def render(self, *args: Any, **kwargs: Any) -> SafeString:
        """Both in one box, which no layout of a form takes apart."""
        return format_html('<span class="size">{}</span>', super().render(*args, **kwargs))

    def id_for_label(self, id_: str) -> str:
        """The amount's."""
        return id_
