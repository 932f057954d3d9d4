"""Form widgets of the web admin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.forms import models as forms_models

_BIGGEST = 2**63 - 1


class Autocomplete(AutocompleteSelect):
    """Django's search box for a related row; a value that is no key shows nothing, where Django's fails."""

    choices: forms_models.ModelChoiceIterator

    def optgroups(self, name: str, value: Sequence[str], attr: Any = None) -> Any:
        """The chosen row, if it is among those that the person may choose from."""
        return super().optgroups(name, [one for one in value if self._is_key(one)], attr)

    def _is_key(self, text: str) -> bool:
        try:
            key = self.field.remote_field.model._meta.pk.to_python(text)
        except ValidationError:
            return False
        return key is None or 0 <= key <= _BIGGEST
