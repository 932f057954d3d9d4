"""Shape and syntax of the Forwards family's bodies."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from oxaas.fields import TextOrList


class RecipientInputSerializer(serializers.Serializer[Any]):
    """`{"recipient": "a@b"}`, `{"recipient": ["a@b", …]}` or the bare list `["a@b", …]`.

    Whether the addresses are good, and whether there are any, is the service's question: an alias that exists already
    is answered before.
    """

    recipient = TextOrList()

    def to_internal_value(self, data: Any) -> Any:
        """`{"recipient": [str, …]}`"""
        return super().to_internal_value({"recipient": data} if isinstance(data, list) else data)
