"""Shape and syntax of the Forwards family's bodies."""

from __future__ import annotations

from typing import Any, ClassVar, Final

from rest_framework import serializers

from core.openapi.fields import TextOrList

_STRING: Final = {"type": "string"}
_STRINGS: Final = {"type": "array", "minItems": 1, "items": _STRING}


class RecipientInputSerializer(serializers.Serializer[Any]):
    """`{"recipient": "a@b"}`, `{"recipient": ["a@b", …]}` or the bare list `["a@b", …]`.

    Whether the addresses are good, and whether there are any, is the service's question: an alias that exists already
    is answered before.
    """

    body_schema: ClassVar = {
        "oneOf": [
            {"type": "object", "required": ["recipient"], "properties": {"recipient": {"oneOf": [_STRING, _STRINGS]}}},
            _STRINGS,
        ]
    }

    recipient = TextOrList()

    def to_internal_value(self, data: Any) -> Any:
        """`{"recipient": [str, …]}`"""
        return super().to_internal_value({"recipient": data} if isinstance(data, list) else data)
