from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_webhook_switched_off import V2WebhookSwitchedOff, check_v2_webhook_switched_off

T = TypeVar("T", bound="V2Webhook")


@_attrs_define
class V2Webhook:
    """
    Attributes:
        id (int):
        administrator (int):
        name (str):
        url (str):
        kinds (list[str]):
        reseller (int | None):
        context (int | None):
        is_active (bool):
        switched_off (V2WebhookSwitchedOff): Why we did that.

            * `failed` - failed
            * `gone` - gone
        failing_since (datetime.datetime | None):
        succeeded_at (datetime.datetime | None):
        missed_at (datetime.datetime | None): When changes were deleted before they could be sent.
        created_at (datetime.datetime):
    """

    id: int
    administrator: int
    name: str
    url: str
    kinds: list[str]
    reseller: int | None
    context: int | None
    is_active: bool
    switched_off: V2WebhookSwitchedOff
    failing_since: datetime.datetime | None
    succeeded_at: datetime.datetime | None
    missed_at: datetime.datetime | None
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        administrator = self.administrator

        name = self.name

        url = self.url

        kinds = self.kinds

        reseller: int | None
        reseller = self.reseller

        context: int | None
        context = self.context

        is_active = self.is_active

        switched_off: str = self.switched_off

        failing_since: None | str
        if isinstance(self.failing_since, datetime.datetime):
            failing_since = self.failing_since.isoformat()
        else:
            failing_since = self.failing_since

        succeeded_at: None | str
        if isinstance(self.succeeded_at, datetime.datetime):
            succeeded_at = self.succeeded_at.isoformat()
        else:
            succeeded_at = self.succeeded_at

        missed_at: None | str
        if isinstance(self.missed_at, datetime.datetime):
            missed_at = self.missed_at.isoformat()
        else:
            missed_at = self.missed_at

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "administrator": administrator,
                "name": name,
                "url": url,
                "kinds": kinds,
                "reseller": reseller,
                "context": context,
                "is_active": is_active,
                "switched_off": switched_off,
                "failing_since": failing_since,
                "succeeded_at": succeeded_at,
                "missed_at": missed_at,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        administrator = d.pop("administrator")

        name = d.pop("name")

        url = d.pop("url")

        kinds = cast(list[str], d.pop("kinds"))

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

        switched_off = check_v2_webhook_switched_off(d.pop("switched_off"))

        def _parse_failing_since(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                failing_since_type_0 = datetime.datetime.fromisoformat(data)

                return failing_since_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        failing_since = _parse_failing_since(d.pop("failing_since"))

        def _parse_succeeded_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                succeeded_at_type_0 = datetime.datetime.fromisoformat(data)

                return succeeded_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        succeeded_at = _parse_succeeded_at(d.pop("succeeded_at"))

        def _parse_missed_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                missed_at_type_0 = datetime.datetime.fromisoformat(data)

                return missed_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        missed_at = _parse_missed_at(d.pop("missed_at"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        v2_webhook = cls(
            id=id,
            administrator=administrator,
            name=name,
            url=url,
            kinds=kinds,
            reseller=reseller,
            context=context,
            is_active=is_active,
            switched_off=switched_off,
            failing_since=failing_since,
            succeeded_at=succeeded_at,
            missed_at=missed_at,
            created_at=created_at,
        )

        v2_webhook.additional_properties = d
        return v2_webhook

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
