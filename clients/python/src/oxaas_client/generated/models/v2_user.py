from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="V2User")


@_attrs_define
class V2User:
    """
    Attributes:
        id (int):
        context (int): The id of its context.
        number (int): The user id of the published API, unique in the context.
        uidname (str):
        msisdn (None | str):
        custom (list[str]): Login identifiers of its own choice, in their order.
        quota (int | None): Bytes; null: unlimited.
        is_active (bool):
        note (None | str):
        labels (list[str]): Sorted.
    """

    id: int
    context: int
    number: int
    uidname: str
    msisdn: None | str
    custom: list[str]
    quota: int | None
    is_active: bool
    note: None | str
    labels: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        context = self.context

        number = self.number

        uidname = self.uidname

        msisdn: None | str
        msisdn = self.msisdn

        custom = self.custom

        quota: int | None
        quota = self.quota

        is_active = self.is_active

        note: None | str
        note = self.note

        labels = self.labels

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "context": context,
                "number": number,
                "uidname": uidname,
                "msisdn": msisdn,
                "custom": custom,
                "quota": quota,
                "is_active": is_active,
                "note": note,
                "labels": labels,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        context = d.pop("context")

        number = d.pop("number")

        uidname = d.pop("uidname")

        def _parse_msisdn(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        msisdn = _parse_msisdn(d.pop("msisdn"))

        custom = cast(list[str], d.pop("custom"))

        def _parse_quota(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        quota = _parse_quota(d.pop("quota"))

        is_active = d.pop("is_active")

        def _parse_note(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        note = _parse_note(d.pop("note"))

        labels = cast(list[str], d.pop("labels"))

        v2_user = cls(
            id=id,
            context=context,
            number=number,
            uidname=uidname,
            msisdn=msisdn,
            custom=custom,
            quota=quota,
            is_active=is_active,
            note=note,
            labels=labels,
        )

        v2_user.additional_properties = d
        return v2_user

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
