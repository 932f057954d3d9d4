from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v2_new_job_filter import V2NewJobFilter
    from ..models.v2_new_job_params import V2NewJobParams


T = TypeVar("T", bound="V2NewJob")


@_attrs_define
class V2NewJob:
    """
    Attributes:
        edit (str):
        params (V2NewJobParams | Unset): What the edit must be told.
        ids (list[int] | Unset):
        filter_ (V2NewJobFilter | Unset): Query parameters of the collection.
        preview (bool | Unset): Whether it waits to be started; else it runs when the preview is done. Default: True.
        anyway (bool | Unset): Whether what looks like a mistake is meant. Default: False.
    """

    edit: str
    params: V2NewJobParams | Unset = UNSET
    ids: list[int] | Unset = UNSET
    filter_: V2NewJobFilter | Unset = UNSET
    preview: bool | Unset = True
    anyway: bool | Unset = False
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        edit = self.edit

        params: dict[str, Any] | Unset = UNSET
        if not isinstance(self.params, Unset):
            params = self.params.to_dict()

        ids: list[int] | Unset = UNSET
        if not isinstance(self.ids, Unset):
            ids = self.ids

        filter_: dict[str, Any] | Unset = UNSET
        if not isinstance(self.filter_, Unset):
            filter_ = self.filter_.to_dict()

        preview = self.preview

        anyway = self.anyway

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "edit": edit,
            }
        )
        if params is not UNSET:
            field_dict["params"] = params
        if ids is not UNSET:
            field_dict["ids"] = ids
        if filter_ is not UNSET:
            field_dict["filter"] = filter_
        if preview is not UNSET:
            field_dict["preview"] = preview
        if anyway is not UNSET:
            field_dict["anyway"] = anyway

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v2_new_job_filter import V2NewJobFilter  # noqa: PLC0415
        from ..models.v2_new_job_params import V2NewJobParams  # noqa: PLC0415

        d = dict(src_dict)
        edit = d.pop("edit")

        _params = d.pop("params", UNSET)
        params: V2NewJobParams | Unset
        if isinstance(_params, Unset):
            params = UNSET
        else:
            params = V2NewJobParams.from_dict(_params)

        ids = cast(list[int], d.pop("ids", UNSET))

        _filter_ = d.pop("filter", UNSET)
        filter_: V2NewJobFilter | Unset
        if isinstance(_filter_, Unset):
            filter_ = UNSET
        else:
            filter_ = V2NewJobFilter.from_dict(_filter_)

        preview = d.pop("preview", UNSET)

        anyway = d.pop("anyway", UNSET)

        v2_new_job = cls(
            edit=edit,
            params=params,
            ids=ids,
            filter_=filter_,
            preview=preview,
            anyway=anyway,
        )

        v2_new_job.additional_properties = d
        return v2_new_job

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
