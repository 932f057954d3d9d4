from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="V2NewReseller")


@_attrs_define
class V2NewReseller:
    """
    Attributes:
        name (str):
        display_name (str | Unset):  Default: ''.
        is_active (bool | Unset):  Default: True.
        max_context (int | None | Unset):
        max_overall_user (int | None | Unset):
        max_overall_context_quota (int | None | Unset): Bytes, over all contexts.
        can_create_subadmin (bool | Unset):  Default: False.
        max_subadmin (int | None | Unset):
        max_user_per_context (int | None | Unset):
        product_name (str | Unset):  Default: ''.
        colour (str | Unset):  Default: ''.
        hide_subjects (bool | Unset):  Default: False.
        demand_second_factor (bool | Unset):  Default: False.
        parent (int | None | Unset): Left out, a reseller's own.
    """

    name: str
    display_name: str | Unset = ""
    is_active: bool | Unset = True
    max_context: int | None | Unset = UNSET
    max_overall_user: int | None | Unset = UNSET
    max_overall_context_quota: int | None | Unset = UNSET
    can_create_subadmin: bool | Unset = False
    max_subadmin: int | None | Unset = UNSET
    max_user_per_context: int | None | Unset = UNSET
    product_name: str | Unset = ""
    colour: str | Unset = ""
    hide_subjects: bool | Unset = False
    demand_second_factor: bool | Unset = False
    parent: int | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        display_name = self.display_name

        is_active = self.is_active

        max_context: int | None | Unset
        if isinstance(self.max_context, Unset):
            max_context = UNSET
        else:
            max_context = self.max_context

        max_overall_user: int | None | Unset
        if isinstance(self.max_overall_user, Unset):
            max_overall_user = UNSET
        else:
            max_overall_user = self.max_overall_user

        max_overall_context_quota: int | None | Unset
        if isinstance(self.max_overall_context_quota, Unset):
            max_overall_context_quota = UNSET
        else:
            max_overall_context_quota = self.max_overall_context_quota

        can_create_subadmin = self.can_create_subadmin

        max_subadmin: int | None | Unset
        if isinstance(self.max_subadmin, Unset):
            max_subadmin = UNSET
        else:
            max_subadmin = self.max_subadmin

        max_user_per_context: int | None | Unset
        if isinstance(self.max_user_per_context, Unset):
            max_user_per_context = UNSET
        else:
            max_user_per_context = self.max_user_per_context

        product_name = self.product_name

        colour = self.colour

        hide_subjects = self.hide_subjects

        demand_second_factor = self.demand_second_factor

        parent: int | None | Unset
        if isinstance(self.parent, Unset):
            parent = UNSET
        else:
            parent = self.parent

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "name": name,
            }
        )
        if display_name is not UNSET:
            field_dict["display_name"] = display_name
        if is_active is not UNSET:
            field_dict["is_active"] = is_active
        if max_context is not UNSET:
            field_dict["max_context"] = max_context
        if max_overall_user is not UNSET:
            field_dict["max_overall_user"] = max_overall_user
        if max_overall_context_quota is not UNSET:
            field_dict["max_overall_context_quota"] = max_overall_context_quota
        if can_create_subadmin is not UNSET:
            field_dict["can_create_subadmin"] = can_create_subadmin
        if max_subadmin is not UNSET:
            field_dict["max_subadmin"] = max_subadmin
        if max_user_per_context is not UNSET:
            field_dict["max_user_per_context"] = max_user_per_context
        if product_name is not UNSET:
            field_dict["product_name"] = product_name
        if colour is not UNSET:
            field_dict["colour"] = colour
        if hide_subjects is not UNSET:
            field_dict["hide_subjects"] = hide_subjects
        if demand_second_factor is not UNSET:
            field_dict["demand_second_factor"] = demand_second_factor
        if parent is not UNSET:
            field_dict["parent"] = parent

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name")

        display_name = d.pop("display_name", UNSET)

        is_active = d.pop("is_active", UNSET)

        def _parse_max_context(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_context = _parse_max_context(d.pop("max_context", UNSET))

        def _parse_max_overall_user(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_overall_user = _parse_max_overall_user(d.pop("max_overall_user", UNSET))

        def _parse_max_overall_context_quota(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_overall_context_quota = _parse_max_overall_context_quota(d.pop("max_overall_context_quota", UNSET))

        can_create_subadmin = d.pop("can_create_subadmin", UNSET)

        def _parse_max_subadmin(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_subadmin = _parse_max_subadmin(d.pop("max_subadmin", UNSET))

        def _parse_max_user_per_context(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        max_user_per_context = _parse_max_user_per_context(d.pop("max_user_per_context", UNSET))

        product_name = d.pop("product_name", UNSET)

        colour = d.pop("colour", UNSET)

        hide_subjects = d.pop("hide_subjects", UNSET)

        demand_second_factor = d.pop("demand_second_factor", UNSET)

        def _parse_parent(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        parent = _parse_parent(d.pop("parent", UNSET))

        v2_new_reseller = cls(
            name=name,
            display_name=display_name,
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
            parent=parent,
        )

        v2_new_reseller.additional_properties = d
        return v2_new_reseller

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
