from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_label_edit_colour import V2LabelEditColour, check_v2_label_edit_colour

T = TypeVar("T", bound="V2LabelEdit")


@_attrs_define
class V2LabelEdit:
    """
    Attributes:
        colour (V2LabelEditColour): * `grey` - grey
            * `blue` - blue
            * `green` - green
            * `yellow` - yellow
            * `red` - red
            * `purple` - purple
    """

    colour: V2LabelEditColour
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        colour: str = self.colour

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "colour": colour,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        colour = check_v2_label_edit_colour(d.pop("colour"))

        v2_label_edit = cls(
            colour=colour,
        )

        v2_label_edit.additional_properties = d
        return v2_label_edit

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
