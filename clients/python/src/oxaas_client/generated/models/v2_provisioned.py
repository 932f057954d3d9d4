from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

if TYPE_CHECKING:
    from ..models.v2_planned import V2Planned


T = TypeVar("T", bound="V2Provisioned")


@_attrs_define
class V2Provisioned:
    """
    Attributes:
        preview (bool):
        changes (int):
        batch (None | UUID): Of its lines in the change log; null: nothing changed.
        data (list[V2Planned]):
    """

    preview: bool
    changes: int
    batch: None | UUID
    data: list[V2Planned]
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        preview = self.preview

        changes = self.changes

        batch: None | str
        if isinstance(self.batch, UUID):
            batch = str(self.batch)
        else:
            batch = self.batch

        data = []
        for data_item_data in self.data:
            data_item = data_item_data.to_dict()
            data.append(data_item)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "preview": preview,
                "changes": changes,
                "batch": batch,
                "data": data,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v2_planned import V2Planned  # noqa: PLC0415

        d = dict(src_dict)
        preview = d.pop("preview")

        changes = d.pop("changes")

        def _parse_batch(data: object) -> None | UUID:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                batch_type_0 = UUID(data)

                return batch_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | UUID, data)

        batch = _parse_batch(d.pop("batch"))

        data = []
        _data = d.pop("data")
        for data_item_data in _data:
            data_item = V2Planned.from_dict(data_item_data)

            data.append(data_item)

        v2_provisioned = cls(
            preview=preview,
            changes=changes,
            batch=batch,
            data=data,
        )

        v2_provisioned.additional_properties = d
        return v2_provisioned

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
