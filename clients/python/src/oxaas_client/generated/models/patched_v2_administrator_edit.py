from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.patched_v2_administrator_edit_language import (
    PatchedV2AdministratorEditLanguage,
    check_patched_v2_administrator_edit_language,
)
from ..types import UNSET, Unset

T = TypeVar("T", bound="PatchedV2AdministratorEdit")


@_attrs_define
class PatchedV2AdministratorEdit:
    """
    Attributes:
        password (str | Unset):
        is_active (bool | Unset):  Default: True.
        language (PatchedV2AdministratorEditLanguage | Unset): * `` -
            * `en` - en
            * `de` - de Default: ''.
        time_zone (str | Unset):  Default: ''.
        email (str | Unset):  Default: ''.
        must_change_password (bool | Unset):  Default: False.
    """

    password: str | Unset = UNSET
    is_active: bool | Unset = True
    language: PatchedV2AdministratorEditLanguage | Unset = ""
    time_zone: str | Unset = ""
    email: str | Unset = ""
    must_change_password: bool | Unset = False
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        password = self.password

        is_active = self.is_active

        language: str | Unset = UNSET
        if not isinstance(self.language, Unset):
            language = self.language

        time_zone = self.time_zone

        email = self.email

        must_change_password = self.must_change_password

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if password is not UNSET:
            field_dict["password"] = password
        if is_active is not UNSET:
            field_dict["is_active"] = is_active
        if language is not UNSET:
            field_dict["language"] = language
        if time_zone is not UNSET:
            field_dict["time_zone"] = time_zone
        if email is not UNSET:
            field_dict["email"] = email
        if must_change_password is not UNSET:
            field_dict["must_change_password"] = must_change_password

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        password = d.pop("password", UNSET)

        is_active = d.pop("is_active", UNSET)

        _language = d.pop("language", UNSET)
        language: PatchedV2AdministratorEditLanguage | Unset
        if isinstance(_language, Unset):
            language = UNSET
        else:
            language = check_patched_v2_administrator_edit_language(_language)

        time_zone = d.pop("time_zone", UNSET)

        email = d.pop("email", UNSET)

        must_change_password = d.pop("must_change_password", UNSET)

        patched_v2_administrator_edit = cls(
            password=password,
            is_active=is_active,
            language=language,
            time_zone=time_zone,
            email=email,
            must_change_password=must_change_password,
        )

        patched_v2_administrator_edit.additional_properties = d
        return patched_v2_administrator_edit

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
