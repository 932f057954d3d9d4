from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="PatchedV2WebhookEdit")


@_attrs_define
class PatchedV2WebhookEdit:
    """
    Attributes:
        name (str | Unset):
        url (str | Unset):
        kinds (list[str] | Unset):
        reseller (int | None | Unset): Only changes of this reseller.
        context (int | None | Unset): Only changes in this context.
        is_active (bool | Unset):  Default: True.
    """

    name: str | Unset = UNSET
    url: str | Unset = UNSET
    kinds: list[str] | Unset = UNSET
    reseller: int | None | Unset = UNSET
    context: int | None | Unset = UNSET
    is_active: bool | Unset = True
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        name = self.name

        url = self.url

        kinds: list[str] | Unset = UNSET
        if not isinstance(self.kinds, Unset):
            kinds = self.kinds

        reseller: int | None | Unset
        if isinstance(self.reseller, Unset):
            reseller = UNSET
        else:
            reseller = self.reseller

        context: int | None | Unset
        if isinstance(self.context, Unset):
            context = UNSET
        else:
            context = self.context

        is_active = self.is_active

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if name is not UNSET:
            field_dict["name"] = name
        if url is not UNSET:
            field_dict["url"] = url
        if kinds is not UNSET:
            field_dict["kinds"] = kinds
        if reseller is not UNSET:
            field_dict["reseller"] = reseller
        if context is not UNSET:
            field_dict["context"] = context
        if is_active is not UNSET:
            field_dict["is_active"] = is_active

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        name = d.pop("name", UNSET)

        url = d.pop("url", UNSET)

        kinds = cast(list[str], d.pop("kinds", UNSET))

        def _parse_reseller(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        reseller = _parse_reseller(d.pop("reseller", UNSET))

        def _parse_context(data: object) -> int | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            return cast(int | None | Unset, data)

        context = _parse_context(d.pop("context", UNSET))

        is_active = d.pop("is_active", UNSET)

        patched_v2_webhook_edit = cls(
            name=name,
            url=url,
            kinds=kinds,
            reseller=reseller,
            context=context,
            is_active=is_active,
        )

        patched_v2_webhook_edit.additional_properties = d
        return patched_v2_webhook_edit

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
