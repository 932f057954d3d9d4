from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="V2UserEdit")


@_attrs_define
class V2UserEdit:
    """
    Attributes:
        uidname (str):
        msisdn (None | str | Unset):
        custom (list[str] | Unset):
        quota (int | None | Unset):
        is_active (bool | Unset):  Default: True.
        note (None | str | Unset):
        labels (list[str] | Unset): Names of labels of the reseller of its context; a context's administrators cannot
            change them.
    """

    uidname: str
    msisdn: None | str | Unset = UNSET
    custom: list[str] | Unset = UNSET
    quota: int | None | Unset = UNSET
    is_active: bool | Unset = True
    note: None | str | Unset = UNSET
    labels: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        uidname = self.uidname

        msisdn: None | str | Unset
        if isinstance(self.msisdn, Unset):
            msisdn = UNSET
        else:
            msisdn = self.msisdn

        custom: list[str] | Unset = UNSET
        if not isinstance(self.custom, Unset):
            custom = self.custom

        quota: int | None | Unset
        if isinstance(self.quota, Unset):
            quota = UNSET
        else:
            quota = self.quota

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
                "uidname": uidname,
            }
        )
        if msisdn is not UNSET:
            field_dict["msisdn"] = msisdn
        if custom is not UNSET:
            field_dict["custom"] = custom
        if quota is not UNSET:
            field_dict["quota"] = quota
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
        uidname = d.pop("uidname")

        def _parse_msisdn(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        msisdn = _parse_msisdn(d.pop("msisdn", UNSET))

        custom = cast(list[str], d.pop("custom", UNSET))

        def _parse_quota(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        quota = _parse_quota(d.pop("quota", UNSET))

        is_active = d.pop("is_active", UNSET)

        def _parse_note(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        note = _parse_note(d.pop("note", UNSET))

        labels = cast(list[str], d.pop("labels", UNSET))

        v2_user_edit = cls(
            uidname=uidname,
            msisdn=msisdn,
            custom=custom,
            quota=quota,
            is_active=is_active,
            note=note,
            labels=labels,
        )

        v2_user_edit.additional_properties = d
        return v2_user_edit

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
