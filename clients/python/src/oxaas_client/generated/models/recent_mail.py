from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="RecentMail")


@_attrs_define
class RecentMail:
    """
    Attributes:
        id (str):
        folder_id (str):
        subject (str):
        from_ (list[list[None | str]]): Name, which may be null, and address of each.
        to (list[list[None | str]]): Name, which may be null, and address of each.
        size (int): Bytes.
        received_date (int): Milliseconds since 1970 UTC.
        sent_date (int | None): Milliseconds since 1970 UTC.
        flags (int): The sum of 1 answered, 2 deleted, 4 draft, 8 flagged, 16 recent, 32 seen.
    """

    id: str
    folder_id: str
    subject: str
    from_: list[list[None | str]]
    to: list[list[None | str]]
    size: int
    received_date: int
    sent_date: int | None
    flags: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        folder_id = self.folder_id

        subject = self.subject

        from_ = []
        for from_item_data in self.from_:
            from_item = []
            for from_item_item_data in from_item_data:
                from_item_item: None | str
                from_item_item = from_item_item_data
                from_item.append(from_item_item)

            from_.append(from_item)

        to = []
        for to_item_data in self.to:
            to_item = []
            for to_item_item_data in to_item_data:
                to_item_item: None | str
                to_item_item = to_item_item_data
                to_item.append(to_item_item)

            to.append(to_item)

        size = self.size

        received_date = self.received_date

        sent_date: int | None
        sent_date = self.sent_date

        flags = self.flags

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "folder_id": folder_id,
                "subject": subject,
                "from": from_,
                "to": to,
                "size": size,
                "received_date": received_date,
                "sent_date": sent_date,
                "flags": flags,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        folder_id = d.pop("folder_id")

        subject = d.pop("subject")

        from_ = []
        _from_ = d.pop("from")
        for from_item_data in _from_:
            from_item = []
            _from_item = from_item_data
            for from_item_item_data in _from_item:

                def _parse_from_item_item(data: object) -> None | str:
                    if data is None:
                        return data
                    return cast(None | str, data)

                from_item_item = _parse_from_item_item(from_item_item_data)

                from_item.append(from_item_item)

            from_.append(from_item)

        to = []
        _to = d.pop("to")
        for to_item_data in _to:
            to_item = []
            _to_item = to_item_data
            for to_item_item_data in _to_item:

                def _parse_to_item_item(data: object) -> None | str:
                    if data is None:
                        return data
                    return cast(None | str, data)

                to_item_item = _parse_to_item_item(to_item_item_data)

                to_item.append(to_item_item)

            to.append(to_item)

        size = d.pop("size")

        received_date = d.pop("received_date")

        def _parse_sent_date(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        sent_date = _parse_sent_date(d.pop("sent_date"))

        flags = d.pop("flags")

        recent_mail = cls(
            id=id,
            folder_id=folder_id,
            subject=subject,
            from_=from_,
            to=to,
            size=size,
            received_date=received_date,
            sent_date=sent_date,
            flags=flags,
        )

        recent_mail.additional_properties = d
        return recent_mail

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
