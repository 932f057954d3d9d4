"""Shape and syntax of the Admin family's bodies."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from core.keep import KEEP, Keep
from core.openapi.fields import Text, TextOrList


class CustomInputSerializer(serializers.Serializer[Any]):
    """`{"custom": "one"}` or a list; empty ones are DELETE's business."""

    custom = TextOrList(allow_empty=False)


class MsisdnSerializer(serializers.Serializer[Any]):
    """`{"msisdn": "+49.12345.6789"}`"""

    example: ClassVar = {"msisdn": "+49.12345.6789"}

    msisdn = Text()


class UidnameSerializer(serializers.Serializer[Any]):
    """`{"uidname": "johndoe@example.com"}`"""

    example: ClassVar = {"uidname": "johndoe@example.com"}

    uidname = Text()


class RemovableText(Text):
    """A string, or an empty list for none."""

    def to_internal_value(self, data: Any) -> str:
        return "" if data == [] else super().to_internal_value(data)


class RemovableList(serializers.ListField):
    """A list of strings, or an empty string for none."""

    child = Text()

    def to_internal_value(self, data: Any) -> list[str]:
        return [] if data == "" else list(super().to_internal_value(data))


class UidsInputSerializer(serializers.Serializer[Any]):
    """`{"msisdn": …, "custom": […]}`: a key that is absent stays as it is; `null`, `""` and `[]` remove."""

    msisdn = RemovableText(required=False, allow_null=True, allow_blank=True)
    custom = RemovableList(required=False, allow_null=True)

    def changes(self) -> dict[str, Any]:
        """What the service takes: KEEP for an absent key, None and [] for removal."""
        data = self.validated_data
        msisdn: str | Keep | None = data["msisdn"] or None if "msisdn" in data else KEEP
        custom: list[str] | Keep = data["custom"] or [] if "custom" in data else KEEP
        return {"msisdn": msisdn, "custom": custom}


def user_body(context_id: int, number: int, uidname: str, msisdn: str | None) -> dict[str, Any]:
    """The answer of a change; `msisdn` only where it is set."""
    body = {"context-id": context_id, "user-id": number, "uidname": uidname}
    return body if msisdn is None else body | {"msisdn": msisdn}
