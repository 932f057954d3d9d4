from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_job_row_outcome import V2JobRowOutcome, check_v2_job_row_outcome

T = TypeVar("T", bound="V2JobRow")


@_attrs_define
class V2JobRow:
    """
    Attributes:
        id (int):
        position (int):
        object_ (int): The id of the object.
        label (str):
        before (str):
        after (str):
        outcome (V2JobRowOutcome): * `changed` - changed
            * `unchanged` - unchanged
            * `refused` - refused
        detail (str): Why, as a sentence.
    """

    id: int
    position: int
    object_: int
    label: str
    before: str
    after: str
    outcome: V2JobRowOutcome
    detail: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        position = self.position

        object_ = self.object_

        label = self.label

        before = self.before

        after = self.after

        outcome: str = self.outcome

        detail = self.detail

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "position": position,
                "object": object_,
                "label": label,
                "before": before,
                "after": after,
                "outcome": outcome,
                "detail": detail,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        position = d.pop("position")

        object_ = d.pop("object")

        label = d.pop("label")

        before = d.pop("before")

        after = d.pop("after")

        outcome = check_v2_job_row_outcome(d.pop("outcome"))

        detail = d.pop("detail")

        v2_job_row = cls(
            id=id,
            position=position,
            object_=object_,
            label=label,
            before=before,
            after=after,
            outcome=outcome,
            detail=detail,
        )

        v2_job_row.additional_properties = d
        return v2_job_row

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
