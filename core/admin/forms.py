"""The base of the web admin's forms, and their fields."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.access import Role
from core.admin.questions import Asking
from core.admin.widgets import DayInput, SizeInput, WholeNumberInput
from core.days import parse_day
from core.numbers import MAX_BIGINT
from core.scoping import Viewer
from core.sizes import BYTES, UNITS, parse_amount, to_bytes

if TYPE_CHECKING:
    from core.errors import DomainError

_WHOLE_NUMBER: Final = re.compile(r"-?[0-9]{1,40}")


class ServiceForm(Asking, forms.ModelForm):
    """A form for the syntax; what a value must be like otherwise, the service knows and the database holds."""

    # Set on the class that is made for one request: who fills it in, and what a service has refused.
    administrator: ClassVar[Viewer]
    refusal: ClassVar[DomainError | None] = None

    @property
    def role(self) -> Role:
        """The role of whoever fills in the form."""
        return Role(self.administrator.role)

    def _post_clean(self) -> None:
        """Cleans the instance without validating the database's constraints.

        Those are the service's business, whose sentences stand on their field and say no more than the person may know.
        """
        excluded = self._get_validation_exclusions()  # type: ignore[attr-defined]
        self.instance = forms.models.construct_instance(self, self.instance, self._meta.fields, self._meta.exclude)
        try:
            self.instance.clean_fields(exclude=excluded)
        except ValidationError as error:
            self._update_errors(error)  # type: ignore[attr-defined]
        if self.refusal is not None:
            field = getattr(self.refusal, "field", None)
            self.add_error(field if field in self.fields else None, str(self.refusal))


class WholeNumberField(forms.IntegerField):
    """A whole number in decimal digits and nothing else: Django's takes `1.000`, a thousand to some, for 1."""

    widget = WholeNumberInput

    def to_python(self, value: Any) -> int | None:
        """The number, None for an empty field; ValidationError."""
        text = str(value).strip()
        if value is None or not text:
            return None
        if not _WHOLE_NUMBER.fullmatch(text):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return int(text)


class VerbatimField(forms.CharField):
    """A text of several lines that is kept as it was typed, blanks included; a browser sends CR LF for a line's end."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{**kwargs, "strip": False})

    def to_python(self, value: Any) -> str:
        """The text with plain line ends."""
        return str(super().to_python(value)).replace("\r\n", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it is another text than the one that was shown; a browser shows no difference between line ends."""
        return super().has_changed(self.to_python(initial), data)


class DayField(forms.DateField):
    """A day of the calendar, or none, typed as ISO 8601 or a German has it."""

    widget = DayInput
    default_error_messages: ClassVar = {"invalid": _("Enter a day such as 2027-12-31.")}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"required": False, **kwargs})

    def to_python(self, value: Any) -> Any:
        """The day; ValidationError."""
        if value in self.empty_values or isinstance(value, date):
            return value or None
        try:
            return parse_day(str(value).strip())
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class LinesField(forms.Field):
    """A list of texts, one a line; white space around a text and empty lines do not count."""

    def __init__(self, *, rows: int = 6, **kwargs: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows, "cols": 60, "spellcheck": "false"}), **kwargs)

    def to_python(self, value: Any) -> list[str]:
        """The lines that say something."""
        return [line.strip() for line in str(value or "").splitlines() if line.strip()]

    def prepare_value(self, value: Any) -> Any:
        """Lines from a list; what was typed stays as it was typed."""
        return "\n".join(value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the lines are others, or in another order."""
        return self.to_python(self.prepare_value(initial)) != self.to_python(data)


class AmountField(forms.DecimalField):
    """The number of a size, with a decimal point or a decimal comma."""

    default_error_messages: ClassVar = {
        "invalid": _(
            "Enter a number such as 2.5, without thousands separators and with at most two digits after the point."
        )
    }

    def to_python(self, value: Any) -> Any:
        """The number, None for an empty field; ValidationError."""
        text = str(value).strip()
        if value is None or not text:
            return None
        try:
            return parse_amount(text)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class SizeField(forms.MultiValueField):
    """A size in bytes, typed as an amount and a unit; None when no amount is given.

    The amount is posted by the field's own name, the unit by that name with `_unit` behind it.
    """

    widget = SizeInput
    default_error_messages: ClassVar = {
        "too_large": _("That is too large."),
        "incomplete": _("Choose a unit."),
        "part_of_a_byte": _("A number of bytes has no fraction."),
    }

    def __init__(self, **kwargs: Any) -> None:
        amount = AmountField(min_value=Decimal(0), max_digits=22, decimal_places=2, required=False)
        unit = forms.ChoiceField(choices=[(name, name) for name in UNITS])
        super().__init__(fields=(amount, unit), require_all_fields=False, required=False, **kwargs)

    def compress(self, data_list: Sequence[Any]) -> int | None:
        """The bytes of a cleaned amount and unit."""
        amount, unit = data_list or (None, "")
        if amount is None:
            return None
        if unit == BYTES and amount != amount.to_integral_value():
            raise ValidationError(self.error_messages["part_of_a_byte"], code="part_of_a_byte")
        size = to_bytes(amount, unit)
        if size > MAX_BIGINT:
            raise ValidationError(self.error_messages["too_large"], code="too_large")
        return size

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether it is another size: the same one in another unit is none."""
        try:
            return bool(self.clean(data) != initial)
        except ValidationError:
            return True


def focus_on_error(adminform: Any) -> None:
    """The first field that is wrong has the focus, with and without scripts, so that it is heard and seen at once."""
    form = adminform.form
    for fieldset in adminform:
        for line in fieldset:
            for name in line.fields:
                if name in form.errors and name in form.fields:
                    form.fields[name].widget.attrs["autofocus"] = True
                    return
