from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="V2Mail")


@_attrs_define
class V2Mail:
    """
    Attributes:
        quota (int | None): null: unlimited.
        used (int):
        messages (int):
        unread (int): In INBOX.
        unread_everywhere (int):
        new (int): In INBOX since the last login.
        last_login (datetime.datetime | None):
    """

    quota: int | None
    used: int
    messages: int
    unread: int
    unread_everywhere: int
    new: int
    last_login: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        quota: int | None
        quota = self.quota

        used = self.used

        messages = self.messages

        unread = self.unread

        unread_everywhere = self.unread_everywhere

        new = self.new

        last_login: None | str
        if isinstance(self.last_login, datetime.datetime):
            last_login = self.last_login.isoformat()
        else:
            last_login = self.last_login

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "quota": quota,
                "used": used,
                "messages": messages,
                "unread": unread,
                "unread_everywhere": unread_everywhere,
                "new": new,
                "last_login": last_login,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_quota(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        quota = _parse_quota(d.pop("quota"))

        used = d.pop("used")

        messages = d.pop("messages")

        unread = d.pop("unread")

        unread_everywhere = d.pop("unread_everywhere")

        new = d.pop("new")

        def _parse_last_login(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_login_type_0 = datetime.datetime.fromisoformat(data)

                return last_login_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        last_login = _parse_last_login(d.pop("last_login"))

        v2_mail = cls(
            quota=quota,
            used=used,
            messages=messages,
            unread=unread,
            unread_everywhere=unread_everywhere,
            new=new,
            last_login=last_login,
        )

        v2_mail.additional_properties = d
        return v2_mail

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
