from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_new_label_colour import V2NewLabelColour, check_v2_new_label_colour
from ..types import UNSET, Unset

T = TypeVar("T", bound="V2NewLabel")


@_attrs_define
class V2NewLabel:
    """
    Attributes:
        name (str):
        reseller (int | None | Unset): Left out, a reseller's own.
        colour (V2NewLabelColour | Unset): * `grey` - grey
            * `blue` - blue
            * `green` - green
            * `yellow` - yellow
            * `red` - red
            * `purple` - purple Default: 'blue'.
    """

    name: str
    reseller: int | None | Unset = UNSET
    colour: V2NewLabelColour | Unset = "blue"
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        reseller: int | None | Unset
        if isinstance(self.reseller, Unset):
            reseller = UNSET
        else:
            reseller = self.reseller

        colour: str | Unset = UNSET
        if not isinstance(self.colour, Unset):
            colour = self.colour

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
            }
        )
        if reseller is not UNSET:
            field_dict["reseller"] = reseller
        if colour is not UNSET:
            field_dict["colour"] = colour

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        def _parse_reseller(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        reseller = _parse_reseller(d.pop("reseller", UNSET))

        _colour = d.pop("colour", UNSET)
        colour: V2NewLabelColour | Unset
        if isinstance(_colour, Unset):
            colour = UNSET
        else:
            colour = check_v2_new_label_colour(_colour)

        v2_new_label = cls(
            name=name,
            reseller=reseller,
            colour=colour,
        )

        v2_new_label.additional_properties = d
        return v2_new_label

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
