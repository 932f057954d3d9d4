from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_new_api_password_families_item import (
    V2NewApiPasswordFamiliesItem,
    check_v2_new_api_password_families_item,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="V2NewApiPassword")


@_attrs_define
class V2NewApiPassword:
    """
    Attributes:
        name (str):
        families (list[V2NewApiPasswordFamiliesItem]):
        administrator (int | Unset):
        may_write (bool | Unset):  Default: False.
        contexts (list[int] | Unset):
        networks (list[str] | Unset):
        expires_at (datetime.datetime | None | Unset):
    """

    name: str
    families: list[V2NewApiPasswordFamiliesItem]
    administrator: int | Unset = UNSET
    may_write: bool | Unset = False
    contexts: list[int] | Unset = UNSET
    networks: list[str] | Unset = UNSET
    expires_at: datetime.datetime | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        families = []
        for families_item_data in self.families:
            families_item: str = families_item_data
            families.append(families_item)

        administrator = self.administrator

        may_write = self.may_write

        contexts: list[int] | Unset = UNSET
        if not isinstance(self.contexts, Unset):
            contexts = self.contexts

        networks: list[str] | Unset = UNSET
        if not isinstance(self.networks, Unset):
            networks = self.networks

        expires_at: None | str | Unset
        if isinstance(self.expires_at, Unset):
            expires_at = UNSET
        elif isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
                "families": families,
            }
        )
        if administrator is not UNSET:
            field_dict["administrator"] = administrator
        if may_write is not UNSET:
            field_dict["may_write"] = may_write
        if contexts is not UNSET:
            field_dict["contexts"] = contexts
        if networks is not UNSET:
            field_dict["networks"] = networks
        if expires_at is not UNSET:
            field_dict["expires_at"] = expires_at

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        families = []
        _families = d.pop("families")
        for families_item_data in _families:
            families_item = check_v2_new_api_password_families_item(families_item_data)

            families.append(families_item)

        administrator = d.pop("administrator", UNSET)

        may_write = d.pop("may_write", UNSET)

        contexts = cast(list[int], d.pop("contexts", UNSET))

        networks = cast(list[str], d.pop("networks", UNSET))

        def _parse_expires_at(data: object) -> datetime.datetime | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None | Unset, data)

        expires_at = _parse_expires_at(d.pop("expires_at", UNSET))

        v2_new_api_password = cls(
            name=name,
            families=families,
            administrator=administrator,
            may_write=may_write,
            contexts=contexts,
            networks=networks,
            expires_at=expires_at,
        )

        v2_new_api_password.additional_properties = d
        return v2_new_api_password

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
