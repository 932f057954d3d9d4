from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v2_provision_document import V2ProvisionDocument


T = TypeVar("T", bound="V2Provision")


@_attrs_define
class V2Provision:
    """
    Attributes:
        document (V2ProvisionDocument | Unset): The sections, as in a file for `manage.py provision`.
        text (str | Unset): The same as YAML or JSON.
        preview (bool | Unset): Whether only the plan is wanted, and nothing changes. Default: True.
    """

    document: V2ProvisionDocument | Unset = UNSET
    text: str | Unset = UNSET
    preview: bool | Unset = True
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        document: dict[str, Any] | Unset = UNSET
        if not isinstance(self.document, Unset):
            document = self.document.to_dict()

        text = self.text

        preview = self.preview

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if document is not UNSET:
            field_dict["document"] = document
        if text is not UNSET:
            field_dict["text"] = text
        if preview is not UNSET:
            field_dict["preview"] = preview

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v2_provision_document import V2ProvisionDocument  # noqa: PLC0415

        d = dict(src_dict)
        _document = d.pop("document", UNSET)
        document: V2ProvisionDocument | Unset
        if isinstance(_document, Unset):
            document = UNSET
        else:
            document = V2ProvisionDocument.from_dict(_document)

        text = d.pop("text", UNSET)

        preview = d.pop("preview", UNSET)

        v2_provision = cls(
            document=document,
            text=text,
            preview=preview,
        )

        v2_provision.additional_properties = d
        return v2_provision

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
