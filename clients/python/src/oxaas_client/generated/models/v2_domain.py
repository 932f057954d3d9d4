from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_domain_proof import V2DomainProof, check_v2_domain_proof

T = TypeVar("T", bound="V2Domain")


@_attrs_define
class V2Domain:
    """
    Attributes:
        id (int):
        context (int):
        name (str):
        is_proven (bool): Whether it belongs to the context.
        proof (V2DomainProof): * `waiting` - waiting for proof
            * `declared` - no proof asked for
            * `txt` - proven by its TXT record
            * `mx` - proven by its MX record
            * `master` - marked as proven
        proven_at (datetime.datetime | None):
        record_name (str):
        record_value (str):
        checked_at (datetime.datetime | None):
        answer (str): What the last look into the DNS found, as a sentence.
    """

    id: int
    context: int
    name: str
    is_proven: bool
    proof: V2DomainProof
    proven_at: datetime.datetime | None
    record_name: str
    record_value: str
    checked_at: datetime.datetime | None
    answer: str
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        context = self.context

        name = self.name

        is_proven = self.is_proven

        proof: str = self.proof

        proven_at: None | str
        if isinstance(self.proven_at, datetime.datetime):
            proven_at = self.proven_at.isoformat()
        else:
            proven_at = self.proven_at

        record_name = self.record_name

        record_value = self.record_value

        checked_at: None | str
        if isinstance(self.checked_at, datetime.datetime):
            checked_at = self.checked_at.isoformat()
        else:
            checked_at = self.checked_at

        answer = self.answer

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "context": context,
                "name": name,
                "is_proven": is_proven,
                "proof": proof,
                "proven_at": proven_at,
                "record_name": record_name,
                "record_value": record_value,
                "checked_at": checked_at,
                "answer": answer,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        context = d.pop("context")

        name = d.pop("name")

        is_proven = d.pop("is_proven")

        proof = check_v2_domain_proof(d.pop("proof"))

        def _parse_proven_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                proven_at_type_0 = datetime.datetime.fromisoformat(data)

                return proven_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        proven_at = _parse_proven_at(d.pop("proven_at"))

        record_name = d.pop("record_name")

        record_value = d.pop("record_value")

        def _parse_checked_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                checked_at_type_0 = datetime.datetime.fromisoformat(data)

                return checked_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        checked_at = _parse_checked_at(d.pop("checked_at"))

        answer = d.pop("answer")

        v2_domain = cls(
            id=id,
            context=context,
            name=name,
            is_proven=is_proven,
            proof=proof,
            proven_at=proven_at,
            record_name=record_name,
            record_value=record_value,
            checked_at=checked_at,
            answer=answer,
        )

        v2_domain.additional_properties = d
        return v2_domain

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
