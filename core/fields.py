"""Model fields."""

from __future__ import annotations

from typing import Any

from django.db import models

from core.names import normalize_identifier


class NormalizedField(models.CharField):
    """The form in which another field's name is compared; it follows that field whenever the row is saved.

    It is where uniqueness is held and names are looked up, on every database in the same way.
    """

    def __init__(self, *args: Any, source: str, **kwargs: Any) -> None:
        self.source = source
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """What a migration writes down."""
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, {**kwargs, "source": self.source}

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """The name as it is compared."""
        value = normalize_identifier(getattr(model_instance, self.source))
        setattr(model_instance, self.attname, value)
        return value
