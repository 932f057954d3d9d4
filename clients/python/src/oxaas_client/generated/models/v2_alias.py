from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="V2Alias")


@_attrs_define
class V2Alias:
    """
    Attributes:
        id (int):
        context (int): The id of its context.
        address (str):
        recipients (list[str]): In the order in which they were added.
        is_active (bool):
        expires_on (datetime.date | None): The mail servers refuse its mail from the beginning of this day on, in UTC;
            null: it does not expire.
        note (None | str):
        labels (list[str]): Sorted.
    """

    id: int
    context: int
    address: str
    recipients: list[str]
    is_active: bool
    expires_on: datetime.date | None
    note: None | str
    labels: list[str]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        context = self.context

        address = self.address

        recipients = self.recipients

        is_active = self.is_active

        expires_on: None | str
        if isinstance(self.expires_on, datetime.date):
            expires_on = self.expires_on.isoformat()
        else:
            expires_on = self.expires_on

        note: None | str
        note = self.note

        labels = self.labels

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "context": context,
                "address": address,
                "recipients": recipients,
                "is_active": is_active,
                "expires_on": expires_on,
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

        address = d.pop("address")

        recipients = cast(list[str], d.pop("recipients"))

        is_active = d.pop("is_active")

        def _parse_expires_on(data: object) -> datetime.date | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_on_type_0 = datetime.date.fromisoformat(data)

                return expires_on_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None, data)

        expires_on = _parse_expires_on(d.pop("expires_on"))

        def _parse_note(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        note = _parse_note(d.pop("note"))

        labels = cast(list[str], d.pop("labels"))

        v2_alias = cls(
            id=id,
            context=context,
            address=address,
            recipients=recipients,
            is_active=is_active,
            expires_on=expires_on,
            note=note,
            labels=labels,
        )

        v2_alias.additional_properties = d
        return v2_alias

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
