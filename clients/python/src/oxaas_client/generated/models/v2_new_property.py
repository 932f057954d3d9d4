from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="V2NewProperty")


@_attrs_define
class V2NewProperty:
    """
    Attributes:
        name (str):
        value (str):
        reseller (int | None | Unset):
        context (int | None | Unset):
        user (int | None | Unset):
    """

    name: str
    value: str
    reseller: int | None | Unset = UNSET
    context: int | None | Unset = UNSET
    user: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        value = self.value

        reseller: int | None | Unset
        if isinstance(self.reseller, Unset):
            reseller = UNSET
        else:
            reseller = self.reseller

        context: int | None | Unset
        if isinstance(self.context, Unset):
            context = UNSET
        else:
            context = self.context

        user: int | None | Unset
        if isinstance(self.user, Unset):
            user = UNSET
        else:
            user = self.user

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "value": value,
            }
        )
        if reseller is not UNSET:
            field_dict["reseller"] = reseller
        if context is not UNSET:
            field_dict["context"] = context
        if user is not UNSET:
            field_dict["user"] = user

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        value = d.pop("value")

        def _parse_reseller(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        reseller = _parse_reseller(d.pop("reseller", UNSET))

        def _parse_context(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        context = _parse_context(d.pop("context", UNSET))

        def _parse_user(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        user = _parse_user(d.pop("user", UNSET))

        v2_new_property = cls(
            name=name,
            value=value,
            reseller=reseller,
            context=context,
            user=user,
        )

        v2_new_property.additional_properties = d
        return v2_new_property

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
