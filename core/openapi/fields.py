"""Serializer fields that take a body's values as they are: a number is not a text."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers


class Text(serializers.CharField):
    """A JSON string, unchanged: not trimmed, and no number or boolean in its place."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)

    def to_internal_value(self, data: Any) -> str:
        """The string; ValidationError for any other type, NUL and lone surrogates."""
        if not isinstance(data, str):
            self.fail("invalid")
        return str(super().to_internal_value(data))


@extend_schema_field({"oneOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})
class TextOrList(serializers.ListField):
    """A JSON string, or a list of them; always a list inside. An empty string is the service's business."""

    child = Text(allow_blank=True)

    def to_internal_value(self, data: Any) -> list[str]:
        """The list; ValidationError for any other type."""
        return list(super().to_internal_value([data] if isinstance(data, str) else data))
