from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_delivery_state import V2DeliveryState, check_v2_delivery_state

T = TypeVar("T", bound="V2Delivery")


@_attrs_define
class V2Delivery:
    """
    Attributes:
        id (int):
        webhook (int):
        message (str):
        event (str):
        change (int | None):
        state (V2DeliveryState): * `waiting` - waiting
            * `delivered` - delivered
            * `given_up` - given_up
            * `left_out` - left_out
        attempts (int):
        next_at (datetime.datetime | None): When it is sent, while it waits.
        last_at (datetime.datetime | None):
        status (int | None): Of the receiver's last answer.
        outcome (str):
        created_at (datetime.datetime):
    """

    id: int
    webhook: int
    message: str
    event: str
    change: int | None
    state: V2DeliveryState
    attempts: int
    next_at: datetime.datetime | None
    last_at: datetime.datetime | None
    status: int | None
    outcome: str
    created_at: datetime.datetime
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        webhook = self.webhook

        message = self.message

        event = self.event

        change: int | None
        change = self.change

        state: str = self.state

        attempts = self.attempts

        next_at: None | str
        if isinstance(self.next_at, datetime.datetime):
            next_at = self.next_at.isoformat()
        else:
            next_at = self.next_at

        last_at: None | str
        if isinstance(self.last_at, datetime.datetime):
            last_at = self.last_at.isoformat()
        else:
            last_at = self.last_at

        status: int | None
        status = self.status

        outcome = self.outcome

        created_at = self.created_at.isoformat()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "webhook": webhook,
                "message": message,
                "event": event,
                "change": change,
                "state": state,
                "attempts": attempts,
                "next_at": next_at,
                "last_at": last_at,
                "status": status,
                "outcome": outcome,
                "created_at": created_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        webhook = d.pop("webhook")

        message = d.pop("message")

        event = d.pop("event")

        def _parse_change(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        change = _parse_change(d.pop("change"))

        state = check_v2_delivery_state(d.pop("state"))

        attempts = d.pop("attempts")

        def _parse_next_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                next_at_type_0 = datetime.datetime.fromisoformat(data)

                return next_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        next_at = _parse_next_at(d.pop("next_at"))

        def _parse_last_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                last_at_type_0 = datetime.datetime.fromisoformat(data)

                return last_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        last_at = _parse_last_at(d.pop("last_at"))

        def _parse_status(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        status = _parse_status(d.pop("status"))

        outcome = d.pop("outcome")

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        v2_delivery = cls(
            id=id,
            webhook=webhook,
            message=message,
            event=event,
            change=change,
            state=state,
            attempts=attempts,
            next_at=next_at,
            last_at=last_at,
            status=status,
            outcome=outcome,
            created_at=created_at,
        )

        v2_delivery.additional_properties = d
        return v2_delivery

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
