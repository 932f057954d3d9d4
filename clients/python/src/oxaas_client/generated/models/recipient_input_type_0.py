from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="RecipientInputType0")


@_attrs_define
class RecipientInputType0:
    """
    Attributes:
        recipient (list[str] | str):
    """

    recipient: list[str] | str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        recipient: list[str] | str
        if isinstance(self.recipient, list):
            recipient = self.recipient

        else:
            recipient = self.recipient

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "recipient": recipient,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_recipient(data: object) -> list[str] | str:
            try:
                if not isinstance(data, list):
                    raise TypeError()
                recipient_type_1 = cast(list[str], data)

                return recipient_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | str, data)

        recipient = _parse_recipient(d.pop("recipient"))

        recipient_input_type_0 = cls(
            recipient=recipient,
        )

        recipient_input_type_0.additional_properties = d
        return recipient_input_type_0

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
