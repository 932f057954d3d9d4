from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_administrator_language import V2AdministratorLanguage, check_v2_administrator_language
from ..models.v2_administrator_role import V2AdministratorRole, check_v2_administrator_role

T = TypeVar("T", bound="V2Administrator")


@_attrs_define
class V2Administrator:
    """
    Attributes:
        id (int):
        login (str):
        role (V2AdministratorRole): * `master` - master
            * `reseller` - reseller
            * `context` - context
            * `tenant` - tenant
        reseller (int | None):
        context (int | None):
        is_active (bool):
        language (V2AdministratorLanguage): * `` -
            * `en` - en
            * `de` - de
        time_zone (str):
        email (str):
        must_change_password (bool):
        last_used_at (datetime.datetime | None):
    """

    id: int
    login: str
    role: V2AdministratorRole
    reseller: int | None
    context: int | None
    is_active: bool
    language: V2AdministratorLanguage
    time_zone: str
    email: str
    must_change_password: bool
    last_used_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        login = self.login

        role: str = self.role

        reseller: int | None
        reseller = self.reseller

        context: int | None
        context = self.context

        is_active = self.is_active

        language: str = self.language

        time_zone = self.time_zone

        email = self.email

        must_change_password = self.must_change_password

        last_used_at: None | str
        if isinstance(self.last_used_at, datetime.datetime):
            last_used_at = self.last_used_at.isoformat()
        else:
            last_used_at = self.last_used_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "login": login,
                "role": role,
                "reseller": reseller,
                "context": context,
                "is_active": is_active,
                "language": language,
                "time_zone": time_zone,
                "email": email,
                "must_change_password": must_change_password,
                "last_used_at": last_used_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        login = d.pop("login")

        role = check_v2_administrator_role(d.pop("role"))

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

        is_active = d.pop("is_active")

        language = check_v2_administrator_language(d.pop("language"))

        time_zone = d.pop("time_zone")

        email = d.pop("email")

        must_change_password = d.pop("must_change_password")

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

        v2_administrator = cls(
            id=id,
            login=login,
            role=role,
            reseller=reseller,
            context=context,
            is_active=is_active,
            language=language,
            time_zone=time_zone,
            email=email,
            must_change_password=must_change_password,
            last_used_at=last_used_at,
        )

        v2_administrator.additional_properties = d
        return v2_administrator

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
