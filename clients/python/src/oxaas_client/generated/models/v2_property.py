from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_property_scope import V2PropertyScope, check_v2_property_scope

T = TypeVar("T", bound="V2Property")


@_attrs_define
class V2Property:
    """
    Attributes:
        id (int):
        name (str):
        value (str):
        scope (V2PropertyScope): * `server` - server
            * `reseller` - reseller
            * `context` - context
            * `user` - user
        reseller (int | None):
        context (int | None):
        user (int | None): The id of the user, not its number.
    """

    id: int
    name: str
    value: str
    scope: V2PropertyScope
    reseller: int | None
    context: int | None
    user: int | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        value = self.value

        scope: str = self.scope

        reseller: int | None
        reseller = self.reseller

        context: int | None
        context = self.context

        user: int | None
        user = self.user

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "value": value,
                "scope": scope,
                "reseller": reseller,
                "context": context,
                "user": user,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        value = d.pop("value")

        scope = check_v2_property_scope(d.pop("scope"))

        def _parse_reseller(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        reseller = _parse_reseller(d.pop("reseller"))

        def _parse_context(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        context = _parse_context(d.pop("context"))

        def _parse_user(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        user = _parse_user(d.pop("user"))

        v2_property = cls(
            id=id,
            name=name,
            value=value,
            scope=scope,
            reseller=reseller,
            context=context,
            user=user,
        )

        v2_property.additional_properties = d
        return v2_property

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
