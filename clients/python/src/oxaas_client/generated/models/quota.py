from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

T = TypeVar("T", bound="Quota")


@_attrs_define
class Quota:
    """
    Attributes:
        quota (int): Bytes; -1: unlimited.
        use (int): Bytes.
        countquota (int): Messages; -1: unlimited.
        countuse (int): Messages.
    """

    quota: int
    use: int
    countquota: int
    countuse: int
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        quota = self.quota

        use = self.use

        countquota = self.countquota

        countuse = self.countuse

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "quota": quota,
                "use": use,
                "countquota": countquota,
                "countuse": countuse,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        quota = d.pop("quota")

        use = d.pop("use")

        countquota = d.pop("countquota")

        countuse = d.pop("countuse")

        quota = cls(
            quota=quota,
            use=use,
            countquota=countquota,
            countuse=countuse,
        )

        quota.additional_properties = d
        return quota

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
