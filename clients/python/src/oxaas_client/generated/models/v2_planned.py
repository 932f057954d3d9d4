from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_planned_action import V2PlannedAction, check_v2_planned_action

T = TypeVar("T", bound="V2Planned")


@_attrs_define
class V2Planned:
    """
    Attributes:
        action (V2PlannedAction): * `create` - create
            * `update` - update
            * `delete` - delete
            * `read` - read
            * `handover` - handover
        kind (str):
        label (str):
        context (int | None): The id of the context.
        line (str): The change as a line of the plan.
    """

    action: V2PlannedAction
    kind: str
    label: str
    context: int | None
    line: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        action: str = self.action

        kind = self.kind

        label = self.label

        context: int | None
        context = self.context

        line = self.line

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "action": action,
                "kind": kind,
                "label": label,
                "context": context,
                "line": line,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        action = check_v2_planned_action(d.pop("action"))

        kind = d.pop("kind")

        label = d.pop("label")

        def _parse_context(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        context = _parse_context(d.pop("context"))

        line = d.pop("line")

        v2_planned = cls(
            action=action,
            kind=kind,
            label=label,
            context=context,
            line=line,
        )

        v2_planned.additional_properties = d
        return v2_planned

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
