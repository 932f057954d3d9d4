from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="V2Reseller")


@_attrs_define
class V2Reseller:
    """
    Attributes:
        id (int):
        name (str):
        display_name (str):
        parent (int | None):
        is_active (bool):
        max_context (int | None):
        max_overall_user (int | None):
        max_overall_context_quota (int | None): Bytes, over all contexts.
        can_create_subadmin (bool):
        max_subadmin (int | None):
        max_user_per_context (int | None):
        product_name (str):
        colour (str):
        hide_subjects (bool):
        demand_second_factor (bool):
    """

    id: int
    name: str
    display_name: str
    parent: int | None
    is_active: bool
    max_context: int | None
    max_overall_user: int | None
    max_overall_context_quota: int | None
    can_create_subadmin: bool
    max_subadmin: int | None
    max_user_per_context: int | None
    product_name: str
    colour: str
    hide_subjects: bool
    demand_second_factor: bool
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        name = self.name

        display_name = self.display_name

        parent: int | None
        parent = self.parent

        is_active = self.is_active

        max_context: int | None
        max_context = self.max_context

        max_overall_user: int | None
        max_overall_user = self.max_overall_user

        max_overall_context_quota: int | None
        max_overall_context_quota = self.max_overall_context_quota

        can_create_subadmin = self.can_create_subadmin

        max_subadmin: int | None
        max_subadmin = self.max_subadmin

        max_user_per_context: int | None
        max_user_per_context = self.max_user_per_context

        product_name = self.product_name

        colour = self.colour

        hide_subjects = self.hide_subjects

        demand_second_factor = self.demand_second_factor

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "name": name,
                "display_name": display_name,
                "parent": parent,
                "is_active": is_active,
                "max_context": max_context,
                "max_overall_user": max_overall_user,
                "max_overall_context_quota": max_overall_context_quota,
                "can_create_subadmin": can_create_subadmin,
                "max_subadmin": max_subadmin,
                "max_user_per_context": max_user_per_context,
                "product_name": product_name,
                "colour": colour,
                "hide_subjects": hide_subjects,
                "demand_second_factor": demand_second_factor,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        name = d.pop("name")

        display_name = d.pop("display_name")

        def _parse_parent(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        parent = _parse_parent(d.pop("parent"))

        is_active = d.pop("is_active")

        def _parse_max_context(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        max_context = _parse_max_context(d.pop("max_context"))

        def _parse_max_overall_user(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        max_overall_user = _parse_max_overall_user(d.pop("max_overall_user"))

        def _parse_max_overall_context_quota(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        max_overall_context_quota = _parse_max_overall_context_quota(d.pop("max_overall_context_quota"))

        can_create_subadmin = d.pop("can_create_subadmin")

        def _parse_max_subadmin(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        max_subadmin = _parse_max_subadmin(d.pop("max_subadmin"))

        def _parse_max_user_per_context(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        max_user_per_context = _parse_max_user_per_context(d.pop("max_user_per_context"))

        product_name = d.pop("product_name")

        colour = d.pop("colour")

        hide_subjects = d.pop("hide_subjects")

        demand_second_factor = d.pop("demand_second_factor")

        v2_reseller = cls(
            id=id,
            name=name,
            display_name=display_name,
            parent=parent,
            is_active=is_active,
            max_context=max_context,
            max_overall_user=max_overall_user,
            max_overall_context_quota=max_overall_context_quota,
            can_create_subadmin=can_create_subadmin,
            max_subadmin=max_subadmin,
            max_user_per_context=max_user_per_context,
            product_name=product_name,
            colour=colour,
            hide_subjects=hide_subjects,
            demand_second_factor=demand_second_factor,
        )

        v2_reseller.additional_properties = d
        return v2_reseller

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
