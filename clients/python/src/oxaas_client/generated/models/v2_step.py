from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_step_found import V2StepFound, check_v2_step_found

T = TypeVar("T", bound="V2Step")


@_attrs_define
class V2Step:
    """
    Attributes:
        depth (int): How many aliases are before it on the way.
        address (str):
        found (V2StepFound): * `alias` - alias
            * `mailbox` - mailbox
            * `suspended alias` - suspended alias
            * `expired alias` - expired alias
            * `suspended mailbox` - suspended mailbox
            * `nowhere` - nowhere
            * `outside` - outside
            * `too many` - too many
        accepted (bool): Whether mail goes on from here, is kept here, or is handed to another server.
        detail (str): What is found, as a sentence.
        notes (list[str]): What else there is to say, as sentences.
        context (int | None): The id of the context that has the address.
        alias (int | None): The id of the alias.
        user (int | None): The id of the user.
        again (bool): Whether it was followed already where it was met first.
    """

    depth: int
    address: str
    found: V2StepFound
    accepted: bool
    detail: str
    notes: list[str]
    context: int | None
    alias: int | None
    user: int | None
    again: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        depth = self.depth

        address = self.address

        found: str = self.found

        accepted = self.accepted

        detail = self.detail

        notes = self.notes

        context: int | None
        context = self.context

        alias: int | None
        alias = self.alias

        user: int | None
        user = self.user

        again = self.again

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "depth": depth,
                "address": address,
                "found": found,
                "accepted": accepted,
                "detail": detail,
                "notes": notes,
                "context": context,
                "alias": alias,
                "user": user,
                "again": again,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        depth = d.pop("depth")

        address = d.pop("address")

        found = check_v2_step_found(d.pop("found"))

        accepted = d.pop("accepted")

        detail = d.pop("detail")

        notes = cast(list[str], d.pop("notes"))

        def _parse_context(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        context = _parse_context(d.pop("context"))

        def _parse_alias(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        alias = _parse_alias(d.pop("alias"))

        def _parse_user(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        user = _parse_user(d.pop("user"))

        again = d.pop("again")

        v2_step = cls(
            depth=depth,
            address=address,
            found=found,
            accepted=accepted,
            detail=detail,
            notes=notes,
            context=context,
            alias=alias,
            user=user,
            again=again,
        )

        v2_step.additional_properties = d
        return v2_step

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
