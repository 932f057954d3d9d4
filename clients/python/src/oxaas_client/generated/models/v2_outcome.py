from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.v2_problem import V2Problem


T = TypeVar("T", bound="V2Outcome")


@_attrs_define
class V2Outcome:
    """One line for each line of the body.

    Attributes:
        line (int): From 1, without empty ones.
        status (int): As if the line had come alone.
        id (int | Unset): Of the object.
        problem (V2Problem | Unset): A refusal after RFC 9457.
    """

    line: int
    status: int
    id: int | Unset = UNSET
    problem: V2Problem | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        line = self.line

        status = self.status

        id = self.id

        problem: dict[str, Any] | Unset = UNSET
        if not isinstance(self.problem, Unset):
            problem = self.problem.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "line": line,
                "status": status,
            }
        )
        if id is not UNSET:
            field_dict["id"] = id
        if problem is not UNSET:
            field_dict["problem"] = problem

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v2_problem import V2Problem  # noqa: PLC0415

        d = dict(src_dict)
        line = d.pop("line")

        status = d.pop("status")

        id = d.pop("id", UNSET)

        _problem = d.pop("problem", UNSET)
        problem: V2Problem | Unset
        if isinstance(_problem, Unset):
            problem = UNSET
        else:
            problem = V2Problem.from_dict(_problem)

        v2_outcome = cls(
            line=line,
            status=status,
            id=id,
            problem=problem,
        )

        v2_outcome.additional_properties = d
        return v2_outcome

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
