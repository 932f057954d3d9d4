from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.v2_change_action import V2ChangeAction, check_v2_change_action
from ..models.v2_change_channel import V2ChangeChannel, check_v2_change_channel

if TYPE_CHECKING:
    from ..models.v2_change_after_type_0 import V2ChangeAfterType0
    from ..models.v2_change_before_type_0 import V2ChangeBeforeType0


T = TypeVar("T", bound="V2Change")


@_attrs_define
class V2Change:
    """
    Attributes:
        id (int):
        at (datetime.datetime):
        actor (str):
        administrator (int | None):
        channel (V2ChangeChannel): * `api` - api
            * `web` - web
            * `import` - import
            * `provision` - provision
            * `command` - command
        credential (str):
        action (V2ChangeAction): * `create` - create
            * `update` - update
            * `delete` - delete
            * `read` - read
            * `handover` - handover
        kind (str):
        object_ (int): The id of the object, which may be gone.
        label (str):
        context (int | None):
        reseller (int | None):
        user (int | None):
        before (None | V2ChangeBeforeType0):
        after (None | V2ChangeAfterType0):
        batch (None | UUID):
    """

    id: int
    at: datetime.datetime
    actor: str
    administrator: int | None
    channel: V2ChangeChannel
    credential: str
    action: V2ChangeAction
    kind: str
    object_: int
    label: str
    context: int | None
    reseller: int | None
    user: int | None
    before: None | V2ChangeBeforeType0
    after: None | V2ChangeAfterType0
    batch: None | UUID
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        from ..models.v2_change_after_type_0 import V2ChangeAfterType0  # noqa: PLC0415
        from ..models.v2_change_before_type_0 import V2ChangeBeforeType0  # noqa: PLC0415

        id = self.id

        at = self.at.isoformat()

        actor = self.actor

        administrator: int | None
        administrator = self.administrator

        channel: str = self.channel

        credential = self.credential

        action: str = self.action

        kind = self.kind

        object_ = self.object_

        label = self.label

        context: int | None
        context = self.context

        reseller: int | None
        reseller = self.reseller

        user: int | None
        user = self.user

        before: dict[str, Any] | None
        if isinstance(self.before, V2ChangeBeforeType0):
            before = self.before.to_dict()
        else:
            before = self.before

        after: dict[str, Any] | None
        if isinstance(self.after, V2ChangeAfterType0):
            after = self.after.to_dict()
        else:
            after = self.after

        batch: None | str
        if isinstance(self.batch, UUID):
            batch = str(self.batch)
        else:
            batch = self.batch

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "at": at,
                "actor": actor,
                "administrator": administrator,
                "channel": channel,
                "credential": credential,
                "action": action,
                "kind": kind,
                "object": object_,
                "label": label,
                "context": context,
                "reseller": reseller,
                "user": user,
                "before": before,
                "after": after,
                "batch": batch,
            }
        )

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.v2_change_after_type_0 import V2ChangeAfterType0  # noqa: PLC0415
        from ..models.v2_change_before_type_0 import V2ChangeBeforeType0  # noqa: PLC0415

        d = dict(src_dict)
        id = d.pop("id")

        at = datetime.datetime.fromisoformat(d.pop("at"))

        actor = d.pop("actor")

        def _parse_administrator(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        administrator = _parse_administrator(d.pop("administrator"))

        channel = check_v2_change_channel(d.pop("channel"))

        credential = d.pop("credential")

        action = check_v2_change_action(d.pop("action"))

        kind = d.pop("kind")

        object_ = d.pop("object")

        label = d.pop("label")

        def _parse_context(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        context = _parse_context(d.pop("context"))

        def _parse_reseller(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        reseller = _parse_reseller(d.pop("reseller"))

        def _parse_user(data: object) -> int | None:
            if data is None:
                return data
            return cast(int | None, data)

        user = _parse_user(d.pop("user"))

        def _parse_before(data: object) -> None | V2ChangeBeforeType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                before_type_0 = V2ChangeBeforeType0.from_dict(data)

                return before_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | V2ChangeBeforeType0, data)

        before = _parse_before(d.pop("before"))

        def _parse_after(data: object) -> None | V2ChangeAfterType0:
            if data is None:
                return data
            try:
                if not isinstance(data, dict):
                    raise TypeError()
                after_type_0 = V2ChangeAfterType0.from_dict(data)

                return after_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(None | V2ChangeAfterType0, data)

        after = _parse_after(d.pop("after"))

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

        v2_change = cls(
            id=id,
            at=at,
            actor=actor,
            administrator=administrator,
            channel=channel,
            credential=credential,
            action=action,
            kind=kind,
            object_=object_,
            label=label,
            context=context,
            reseller=reseller,
            user=user,
            before=before,
            after=after,
            batch=batch,
        )

        v2_change.additional_properties = d
        return v2_change

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
