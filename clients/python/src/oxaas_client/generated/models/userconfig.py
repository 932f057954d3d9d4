from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.property_ import Property


T = TypeVar("T", bound="Userconfig")


@_attrs_define
class Userconfig:
    """
    Attributes:
        userconfig (list[Property]):
    """

    userconfig: list[Property]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        userconfig = []
        for userconfig_item_data in self.userconfig:
            userconfig_item = userconfig_item_data.to_dict()
            userconfig.append(userconfig_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "userconfig": userconfig,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.property_ import Property  # noqa: PLC0415

        d = dict(src_dict)
        userconfig = []
        _userconfig = d.pop("userconfig")
        for userconfig_item_data in _userconfig:
            userconfig_item = Property.from_dict(userconfig_item_data)

            userconfig.append(userconfig_item)

        userconfig = cls(
            userconfig=userconfig,
        )

        userconfig.additional_properties = d
        return userconfig

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
