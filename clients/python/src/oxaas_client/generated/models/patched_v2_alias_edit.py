from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PatchedV2AliasEdit")


@_attrs_define
class PatchedV2AliasEdit:
    """
    Attributes:
        context (int | Unset):
        recipients (list[str] | Unset):
        is_active (bool | Unset):  Default: True.
        expires_on (datetime.date | None | Unset): The mail servers refuse its mail from the beginning of this day on,
            in UTC; null: it does not expire.
        note (None | str | Unset):
        labels (list[str] | Unset): Names of labels of the reseller of its context; a context's administrators cannot
            change them.
    """

    context: int | Unset = UNSET
    recipients: list[str] | Unset = UNSET
    is_active: bool | Unset = True
    expires_on: datetime.date | None | Unset = UNSET
    note: None | str | Unset = UNSET
    labels: list[str] | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        context = self.context

        recipients: list[str] | Unset = UNSET
        if not isinstance(self.recipients, Unset):
            recipients = self.recipients

        is_active = self.is_active

        expires_on: None | str | Unset
        if isinstance(self.expires_on, Unset):
            expires_on = UNSET
        elif isinstance(self.expires_on, datetime.date):
            expires_on = self.expires_on.isoformat()
        else:
            expires_on = self.expires_on

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
        field_dict.update({})
        if context is not UNSET:
            field_dict["context"] = context
        if recipients is not UNSET:
            field_dict["recipients"] = recipients
        if is_active is not UNSET:
            field_dict["is_active"] = is_active
        if expires_on is not UNSET:
            field_dict["expires_on"] = expires_on
        if note is not UNSET:
            field_dict["note"] = note
        if labels is not UNSET:
            field_dict["labels"] = labels

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        context = d.pop("context", UNSET)

        recipients = cast(list[str], d.pop("recipients", UNSET))

        is_active = d.pop("is_active", UNSET)

        def _parse_expires_on(data: object) -> datetime.date | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                expires_on_type_0 = datetime.date.fromisoformat(data)

                return expires_on_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.date | None | Unset, data)

        expires_on = _parse_expires_on(d.pop("expires_on", UNSET))

        def _parse_note(data: object) -> None | str | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(None | str | Unset, data)

        note = _parse_note(d.pop("note", UNSET))

        labels = cast(list[str], d.pop("labels", UNSET))

        patched_v2_alias_edit = cls(
            context=context,
            recipients=recipients,
            is_active=is_active,
            expires_on=expires_on,
            note=note,
            labels=labels,
        )

        patched_v2_alias_edit.additional_properties = d
        return patched_v2_alias_edit

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
