from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_job_state import V2JobState, check_v2_job_state

T = TypeVar("T", bound="V2Job")


@_attrs_define
class V2Job:
    """
    Attributes:
        id (int):
        administrator (int):
        edit (str):
        state (V2JobState): * `columns` - columns
            * `reading` - reading
            * `previewing` - previewing
            * `ready` - ready
            * `running` - running
            * `done` - done
            * `cancelled` - cancelled
            * `failed` - failed
        note (str): Why it stopped, as a sentence.
        has_run (bool): Whether it has begun to run.
        total (int):
        done (int): Rows that the present phase, preview or run, has behind it.
        changed (int):
        unchanged (int):
        refused (int):
        confirm (None | str): What `start` must be told; null: nothing.
        batch (UUID): Of its lines in the change log.
        created_at (datetime.datetime):
        started_at (datetime.datetime | None):
        finished_at (datetime.datetime | None):
    """

    id: int
    administrator: int
    edit: str
    state: V2JobState
    note: str
    has_run: bool
    total: int
    done: int
    changed: int
    unchanged: int
    refused: int
    confirm: None | str
    batch: UUID
    created_at: datetime.datetime
    started_at: datetime.datetime | None
    finished_at: datetime.datetime | None
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = self.id

        administrator = self.administrator

        edit = self.edit

        state: str = self.state

        note = self.note

        has_run = self.has_run

        total = self.total

        done = self.done

        changed = self.changed

        unchanged = self.unchanged

        refused = self.refused

        confirm: None | str
        confirm = self.confirm

        batch = str(self.batch)

        created_at = self.created_at.isoformat()

        started_at: None | str
        if isinstance(self.started_at, datetime.datetime):
            started_at = self.started_at.isoformat()
        else:
            started_at = self.started_at

        finished_at: None | str
        if isinstance(self.finished_at, datetime.datetime):
            finished_at = self.finished_at.isoformat()
        else:
            finished_at = self.finished_at

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "administrator": administrator,
                "edit": edit,
                "state": state,
                "note": note,
                "has_run": has_run,
                "total": total,
                "done": done,
                "changed": changed,
                "unchanged": unchanged,
                "refused": refused,
                "confirm": confirm,
                "batch": batch,
                "created_at": created_at,
                "started_at": started_at,
                "finished_at": finished_at,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        id = d.pop("id")

        administrator = d.pop("administrator")

        edit = d.pop("edit")

        state = check_v2_job_state(d.pop("state"))

        note = d.pop("note")

        has_run = d.pop("has_run")

        total = d.pop("total")

        done = d.pop("done")

        changed = d.pop("changed")

        unchanged = d.pop("unchanged")

        refused = d.pop("refused")

        def _parse_confirm(data: object) -> None | str:
            if data is None:
                return data
            return cast(None | str, data)

        confirm = _parse_confirm(d.pop("confirm"))

        batch = UUID(d.pop("batch"))

        created_at = datetime.datetime.fromisoformat(d.pop("created_at"))

        def _parse_started_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                started_at_type_0 = datetime.datetime.fromisoformat(data)

                return started_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        started_at = _parse_started_at(d.pop("started_at"))

        def _parse_finished_at(data: object) -> datetime.datetime | None:
            if data is None:
                return data
            try:
                if not isinstance(data, str):
                    raise TypeError()
                finished_at_type_0 = datetime.datetime.fromisoformat(data)

                return finished_at_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(datetime.datetime | None, data)

        finished_at = _parse_finished_at(d.pop("finished_at"))

        v2_job = cls(
            id=id,
            administrator=administrator,
            edit=edit,
            state=state,
            note=note,
            has_run=has_run,
            total=total,
            done=done,
            changed=changed,
            unchanged=unchanged,
            refused=refused,
            confirm=confirm,
            batch=batch,
            created_at=created_at,
            started_at=started_at,
            finished_at=finished_at,
        )

        v2_job.additional_properties = d
        return v2_job

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
