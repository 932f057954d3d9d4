"""Fields of bodies: JSON's own types alone, with the bounds of the columns."""

from __future__ import annotations

from typing import Any, Final

from rest_framework import serializers

from core.numbers import MAX_BIGINT
from core.openapi.fields import Text

LABELS: Final = "Names of labels of the reseller of its context; a context's administrators cannot change them."


class Whole(serializers.IntegerField):
    """A JSON integer; no text, no boolean and no fraction in its place."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 0, "max_value": MAX_BIGINT, **kwargs})

    def to_internal_value(self, data: Any) -> int:
        """The number; ValidationError for any other type."""
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail("invalid")
        return int(data)


class Key(Whole):
    """The id of an object."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"min_value": 1, **kwargs})


class Flag(serializers.BooleanField):
    """true or false, and nothing that stands for them."""

    def to_internal_value(self, data: Any) -> bool:
        """The value; ValidationError for any other type."""
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return bool(data)


class Texts(serializers.ListField):
    """A list of strings."""

    child = Text(allow_blank=True)


class Day(serializers.DateField):
    """A day of the calendar, such as 2027-12-31."""

    def to_internal_value(self, value: Any) -> Any:
        """The day; ValidationError for any other type."""
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DD")
        return super().to_internal_value(value)


class Moment(serializers.DateTimeField):
    """A moment after RFC 3339."""

    def to_internal_value(self, value: Any) -> Any:
        """The moment; ValidationError for any other type."""
        if not isinstance(value, str):
            self.fail("invalid", format="RFC 3339")
        return super().to_internal_value(value)
