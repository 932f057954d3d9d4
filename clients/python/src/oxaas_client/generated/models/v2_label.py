from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_label_colour import V2LabelColour, check_v2_label_colour

T = TypeVar("T", bound="V2Label")


@_attrs_define
class V2Label:
    """
    Attributes:
        id (int):
        reseller (int | None): Whose contexts can have it; null: the master's own.
        name (str):
        colour (V2LabelColour): * `grey` - grey
            * `blue` - blue
            * `green` - green
            * `yellow` - yellow
            * `red` - red
            * `purple` - purple
    """

    id: int
    reseller: int | None
    name: str
    colour: V2LabelColour
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        reseller: int | None
        reseller = self.reseller

        name = self.name

        colour: str = self.colour

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "reseller": reseller,
                "name": name,
                "colour": colour,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        def _parse_reseller(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        reseller = _parse_reseller(d.pop("reseller"))

        name = d.pop("name")

        colour = check_v2_label_colour(d.pop("colour"))

        v2_label = cls(
            id=id,
            reseller=reseller,
            name=name,
            colour=colour,
        )

        v2_label.additional_properties = d
        return v2_label

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
