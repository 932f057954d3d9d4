from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.patched_v2_label_edit_colour import PatchedV2LabelEditColour, check_patched_v2_label_edit_colour
from ..types import UNSET, Unset

T = TypeVar("T", bound="PatchedV2LabelEdit")


@_attrs_define
class PatchedV2LabelEdit:
    """
    Attributes:
        colour (PatchedV2LabelEditColour | Unset): * `grey` - grey
            * `blue` - blue
            * `green` - green
            * `yellow` - yellow
            * `red` - red
            * `purple` - purple
    """

    colour: PatchedV2LabelEditColour | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        colour: str | Unset = UNSET
        if not isinstance(self.colour, Unset):
            colour = self.colour

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if colour is not UNSET:
            field_dict["colour"] = colour

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _colour = d.pop("colour", UNSET)
        colour: PatchedV2LabelEditColour | Unset
        if isinstance(_colour, Unset):
            colour = UNSET
        else:
            colour = check_patched_v2_label_edit_colour(_colour)

        patched_v2_label_edit = cls(
            colour=colour,
        )

        patched_v2_label_edit.additional_properties = d
        return patched_v2_label_edit

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
