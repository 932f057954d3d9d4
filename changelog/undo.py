"""Undoing a change of the log, by the same services that made it.

Who could have made the opposite change may undo it, as long as the object is still as the change left it. Apps register
what their kinds of objects are like now and how they get back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext as _

from changelog.entries import Snapshot
from changelog.models import Change
from core.actor import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.transactions import atomic


@dataclass(frozen=True, slots=True)
class UndoKind:
    """How changes of one kind of object are undone.

    `permission_model` is the label of the model whose web permissions count; `current` tells what the change's object
    is like now (None: it is not there); `restore` makes it what it was `before` the change, by services.
    """

    permission_model: str
    current: Callable[[Change], Snapshot | None]
    restore: Callable[[Actor, Change], None]


_kinds: Final[dict[str, UndoKind]] = {}
_OPPOSITE: Final[Mapping[str, str]] = {
    Change.Action.CREATE: "delete",
    Change.Action.UPDATE: "change",
    Change.Action.DELETE: "add",
}
_MARKS: Final = frozenset({"password", "created_at"})


def register(kinds: Mapping[str, UndoKind]) -> None:
    """Say how changes of these kinds are undone."""
    _kinds.update(kinds)


@atomic
def undo_change(*, actor: Actor, change: Change) -> None:
    """Make the object what it was before. Invalid, NotAllowed, Conflict when it has changed since."""
    kind = _kinds.get(change.kind)
    if kind is None or change.action not in _OPPOSITE:
        raise Invalid(_("That cannot be undone."))
    app_label, _dot, model = kind.permission_model.partition(".")
    writer = actor.administrator
    if writer is not None and not writer.has_perm(f"{app_label}.{_OPPOSITE[change.action]}_{model}"):
        raise NotAllowed(_("Your role cannot undo that."))
    if comparable(kind.current(change)) != comparable(change.after):
        raise Conflict(_("It has changed since."))
    kind.restore(actor, change)


def can_be_undone(change: Change) -> bool:
    """Whether there is a way back at all; whether it is open, only trying tells."""
    return change.kind in _kinds and change.action in _OPPOSITE


def comparable(snapshot: Snapshot | None) -> Snapshot | None:
    """What two snapshots of one object are compared by: not the marks that a change leaves beside the state."""
    return None if snapshot is None else {key: value for key, value in snapshot.items() if key not in _MARKS}
