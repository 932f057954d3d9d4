from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_api_password_families_item import V2ApiPasswordFamiliesItem, check_v2_api_password_families_item

T = TypeVar("T", bound="V2ApiPassword")


@_attrs_define
class V2ApiPassword:
    """
    Attributes:
        id (int):
        administrator (int):
        name (str):
        identifier (str):
        families (list[V2ApiPasswordFamiliesItem]):
        may_write (bool):
        contexts (list[int]):
        networks (list[str]):
        expires_at (datetime.datetime | None):
        created_at (datetime.datetime):
        last_used_at (datetime.datetime | None):
        last_used_from (str):
    """

    id: int
    administrator: int
    name: str
    identifier: str
    families: list[V2ApiPasswordFamiliesItem]
    may_write: bool
    contexts: list[int]
    networks: list[str]
    expires_at: datetime.datetime | None
    created_at: datetime.datetime
    last_used_at: datetime.datetime | None
    last_used_from: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        administrator = self.administrator

        name = self.name

        identifier = self.identifier

        families = []
        for families_item_data in self.families:
            families_item: str = families_item_data
            families.append(families_item)

        may_write = self.may_write

        contexts = self.contexts

        networks = self.networks

        expires_at: None | str
        if isinstance(self.expires_at, datetime.datetime):
            expires_at = self.expires_at.isoformat()
        else:
            expires_at = self.expires_at

        created_at = self.created_at.isoformat()

        last_used_at: None | str
        if isinstance(self.last_used_at, datetime.datetime):
            last_used_at = self.last_used_at.isoformat()
        else:
            last_used_at = self.last_used_at

        last_used_from = self.last_used_from

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "administrator": administrator,
                "name": name,
                "identifier": identifier,
                "families": families,
                "may_write": may_write,
                "contexts": contexts,
                "networks": networks,
                "expires_at": expires_at,
                "created_at": created_at,
                "last_used_at": last_used_at,
                "last_used_from": last_used_from,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        administrator = d.pop("administrator")

        name = d.pop("name")

        identifier = d.pop("identifier")

        families = []
        _families = d.pop("families")
        for families_item_data in _families:
            families_item = check_v2_api_password_families_item(families_item_data)

            families.append(families_item)

        may_write = d.pop("may_write")

        contexts = cast(list[int], d.pop("contexts"))

        networks = cast(list[str], d.pop("networks"))

        def _parse_expires_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_at_type_0 = datetime.datetime.fromisoformat(data)

                return expires_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        expires_at = _parse_expires_at(d.pop("expires_at"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_last_used_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_used_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_used_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        last_used_at = _parse_last_used_at(d.pop("last_used_at"))

        last_used_from = d.pop("last_used_from")

        v2_api_password = cls(
            id=id,
            administrator=administrator,
            name=name,
            identifier=identifier,
            families=families,
            may_write=may_write,
            contexts=contexts,
            networks=networks,
            expires_at=expires_at,
            created_at=created_at,
            last_used_at=last_used_at,
            last_used_from=last_used_from,
        )

        v2_api_password.additional_properties = d
        return v2_api_password

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
