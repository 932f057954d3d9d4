from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="User")


@_attrs_define
class User:
    """
    Attributes:
        context_id (int):
        user_id (int):
        uidname (str):
        msisdn (str | Unset):
    """

    context_id: int
    user_id: int
    uidname: str
    msisdn: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        context_id = self.context_id

        user_id = self.user_id

        uidname = self.uidname

        msisdn = self.msisdn

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "context-id": context_id,
                "user-id": user_id,
                "uidname": uidname,
            }
        )
        if msisdn is not UNSET:
            field_dict["msisdn"] = msisdn

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        context_id = d.pop("context-id")

        user_id = d.pop("user-id")

        uidname = d.pop("uidname")

        msisdn = d.pop("msisdn", UNSET)

        user = cls(
            context_id=context_id,
            user_id=user_id,
            uidname=uidname,
            msisdn=msisdn,
        )

        user.additional_properties = d
        return user

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
