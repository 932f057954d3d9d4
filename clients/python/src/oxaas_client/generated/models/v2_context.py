from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="V2Context")


@_attrs_define
class V2Context:
    """
    Attributes:
        id (int):
        name (str):
        reseller (int | None): The id of its reseller; null: the master's own, or not yours to know.
        quota (int | None): Bytes; null: unlimited.
        max_user (int | None): null: unlimited.
        is_active (bool):
        created_at (datetime.datetime):
        note (None | str): null: none, or not yours to know.
        labels (list[str]): Sorted. Empty: none, or not yours to know.
    """

    id: int
    name: str
    reseller: int | None
    quota: int | None
    max_user: int | None
    is_active: bool
    created_at: datetime.datetime
    note: None | str
    labels: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        reseller: int | None
        reseller = self.reseller

        quota: int | None
        quota = self.quota

        max_user: int | None
        max_user = self.max_user

        is_active = self.is_active

        created_at = self.created_at.isoformat()

        note: None | str
        note = self.note

        labels = self.labels

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "reseller": reseller,
                "quota": quota,
                "max_user": max_user,
                "is_active": is_active,
                "created_at": created_at,
                "note": note,
                "labels": labels,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        def _parse_reseller(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        reseller = _parse_reseller(d.pop("reseller"))

        def _parse_quota(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        quota = _parse_quota(d.pop("quota"))

        def _parse_max_user(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        max_user = _parse_max_user(d.pop("max_user"))

        is_active = d.pop("is_active")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_note(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        note = _parse_note(d.pop("note"))

        labels = cast(list[str], d.pop("labels"))

        v2_context = cls(
            id=id,
            name=name,
            reseller=reseller,
            quota=quota,
            max_user=max_user,
            is_active=is_active,
            created_at=created_at,
            note=note,
            labels=labels,
        )

        v2_context.additional_properties = d
        return v2_context

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
