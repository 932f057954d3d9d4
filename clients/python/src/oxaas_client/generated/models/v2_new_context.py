from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="V2NewContext")


@_attrs_define
class V2NewContext:
    """
    Attributes:
        id (int):
        name (str):
        reseller (int | None | Unset): Left out, a reseller's own.
        quota (int | None | Unset):
        max_user (int | None | Unset):
        is_active (bool | Unset):  Default: True.
        note (None | str | Unset):
        labels (list[str] | Unset): Names of labels of the reseller of its context; a context's administrators cannot
            change them.
    """

    id: int
    name: str
    reseller: int | None | Unset = UNSET
    quota: int | None | Unset = UNSET
    max_user: int | None | Unset = UNSET
    is_active: bool | Unset = True
    note: None | str | Unset = UNSET
    labels: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        reseller: int | None | Unset
        if isinstance(self.reseller, Unset):
            reseller = UNSET
        else:
            reseller = self.reseller

        quota: int | None | Unset
        if isinstance(self.quota, Unset):
            quota = UNSET
        else:
            quota = self.quota

        max_user: int | None | Unset
        if isinstance(self.max_user, Unset):
            max_user = UNSET
        else:
            max_user = self.max_user

        is_active = self.is_active

        note: None | str | Unset
        if isinstance(self.note, Unset):
            note = UNSET
        else:
            note = self.note

        labels: list[str] | Unset = UNSET
        if not isinstance(self.labels, Unset):
            labels = self.labels

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
            }
        )
        if reseller is not UNSET:
            field_dict["reseller"] = reseller
        if quota is not UNSET:
            field_dict["quota"] = quota
        if max_user is not UNSET:
            field_dict["max_user"] = max_user
        if is_active is not UNSET:
            field_dict["is_active"] = is_active
        if note is not UNSET:
            field_dict["note"] = note
        if labels is not UNSET:
            field_dict["labels"] = labels

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        def _parse_reseller(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        reseller = _parse_reseller(d.pop("reseller", UNSET))

        def _parse_quota(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        quota = _parse_quota(d.pop("quota", UNSET))

        def _parse_max_user(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_user = _parse_max_user(d.pop("max_user", UNSET))

        is_active = d.pop("is_active", UNSET)

        def _parse_note(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        note = _parse_note(d.pop("note", UNSET))

        labels = cast(list[str], d.pop("labels", UNSET))

        v2_new_context = cls(
            id=id,
            name=name,
            reseller=reseller,
            quota=quota,
            max_user=max_user,
            is_active=is_active,
            note=note,
            labels=labels,
        )

        v2_new_context.additional_properties = d
        return v2_new_context

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
