from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_new_administrator_language import V2NewAdministratorLanguage, check_v2_new_administrator_language
from ..models.v2_new_administrator_role import V2NewAdministratorRole, check_v2_new_administrator_role
from ..types import UNSET, Unset

T = TypeVar("T", bound="V2NewAdministrator")


@_attrs_define
class V2NewAdministrator:
    """
    Attributes:
        password (str):
        login (str):
        role (V2NewAdministratorRole): * `master` - master
            * `reseller` - reseller
            * `context` - context
            * `tenant` - tenant
        is_active (bool | Unset):  Default: True.
        language (V2NewAdministratorLanguage | Unset): * `` -
            * `en` - en
            * `de` - de Default: ''.
        time_zone (str | Unset):  Default: ''.
        email (str | Unset):  Default: ''.
        must_change_password (bool | Unset):  Default: False.
        reseller (int | None | Unset):
        context (int | None | Unset):
    """

    password: str
    login: str
    role: V2NewAdministratorRole
    is_active: bool | Unset = True
    language: V2NewAdministratorLanguage | Unset = ""
    time_zone: str | Unset = ""
    email: str | Unset = ""
    must_change_password: bool | Unset = False
    reseller: int | None | Unset = UNSET
    context: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        password = self.password

        login = self.login

        role: str = self.role

        is_active = self.is_active

        language: str | Unset = UNSET
        if not isinstance(self.language, Unset):
            language = self.language

        time_zone = self.time_zone

        email = self.email

        must_change_password = self.must_change_password

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

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "password": password,
                "login": login,
                "role": role,
            }
        )
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
        if reseller is not UNSET:
            field_dict["reseller"] = reseller
        if context is not UNSET:
            field_dict["context"] = context

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        password = d.pop("password")

        login = d.pop("login")

        role = check_v2_new_administrator_role(d.pop("role"))

        is_active = d.pop("is_active", UNSET)

        _language = d.pop("language", UNSET)
        language: V2NewAdministratorLanguage | Unset
        if isinstance(_language, Unset):
            language = UNSET
        else:
            language = check_v2_new_administrator_language(_language)

        time_zone = d.pop("time_zone", UNSET)

        email = d.pop("email", UNSET)

        must_change_password = d.pop("must_change_password", UNSET)

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

        v2_new_administrator = cls(
            password=password,
            login=login,
            role=role,
            is_active=is_active,
            language=language,
            time_zone=time_zone,
            email=email,
            must_change_password=must_change_password,
            reseller=reseller,
            context=context,
        )

        v2_new_administrator.additional_properties = d
        return v2_new_administrator

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
