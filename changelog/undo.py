"""Undoing a change of the log, by the same services that made it.

Who could have made the opposite change may undo it, as long as the object is still as the change left it. Apps register
what their kinds of objects are like now and how they get back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from changelog.entries import Snapshot
from changelog.models import Change
from changelog.plan import Plan, plan_what_can_be
from core.actor import Actor
from core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from core.locks import lock_everything
from core.scoping import Viewer
from core.transactions import atomic


@dataclass(frozen=True, slots=True)
class UndoKind:
    """How changes of one kind of object are undone.

    `permission_model` is the label of the model whose web permissions count; `current` tells what the change's object
    is like now (None: it is not there); `restore` makes it what it was `before` the change, by services. Instead of it,
    `plan` says what the services make of many changes, no two of one object, which it holds first if it is told so; it
    calls `refuse_changed` for each. Where there is both, `plans` says of a change whether it is planned.
    """

    permission_model: str
    current: Callable[[Change], Snapshot | None]
    restore: Callable[[Actor, Change], None] | None = None
    plan: Callable[[Actor, Sequence[Change], bool], Plan] | None = None
    plans: Callable[[Change], bool] | None = None


_kinds: Final[dict[str, UndoKind]] = {}
_locks: Final[list[Callable[[Collection[Change]], None]]] = []
_OPPOSITE: Final[Mapping[str, str]] = {
    Change.Action.CREATE: "delete",
    Change.Action.UPDATE: "change",
    Change.Action.DELETE: "add",
}
# What a change leaves in a snapshot beside the object's state.
_MARKS: Final = frozenset({"password", "created_at"})


def register(kinds: Mapping[str, UndoKind]) -> None:
    """Say how changes of these kinds are undone."""
    _kinds.update(kinds)


def register_lock(lock: Callable[[Collection[Change]], None]) -> None:
    """Have `lock` hold the rows that the services ask for first, in their order, before several changes are undone."""
    _locks.append(lock)


def lock_owners(changes: Collection[Change]) -> None:
    """Hold, until the transaction ends, the rows of those that the changed objects belong to."""
    for lock in _locks:
        lock(changes)


@atomic
def undo_change(*, actor: Actor, change: Change) -> None:
    """Make the object what it was before. Invalid, NotAllowed, Conflict when it has changed since."""
    if is_planned(change):
        plan = plan_undo(actor, [change], hold=True)
        plan.rows[0].outcome()
        plan.write(actor)
        return
    _refuse(actor, change)
    if sentence := _changed_since(change, actor.administrator):
        raise Conflict(sentence)
    if (restore := _kinds[change.kind].restore) is not None:
        restore(actor, change)


def is_planned(change: Change) -> bool:
    """Whether many such changes can be undone at once."""
    kind = _kinds.get(change.kind)
    return kind is not None and kind.plan is not None and (kind.plans is None or kind.plans(change))


def plan_undo(actor: Actor, changes: Sequence[Change], *, hold: bool) -> Plan:
    """What becomes of the objects of these changes, all of one planned kind and no two of one object."""
    plan = _kinds[changes[0].kind].plan
    if plan is None:
        raise ValueError(f"changes of {changes[0].kind} are undone one by one")

    def checked(change: Change) -> Change:
        _refuse(actor, change)
        return change

    return plan_what_can_be(changes, checked, lambda some: plan(actor, some, hold))


def refuse_changed(actor: Actor, change: Change, current: Snapshot | None) -> None:
    """Conflict when the change's object, which is `current` now, is not as the change left it."""
    if sentence := _difference(change, current, actor.administrator):
        raise Conflict(sentence)


def _refuse(actor: Actor, change: Change) -> None:
    """Raise what forbids to undo the change, whatever its object is like now."""
    if sentence := _never(change):
        raise Invalid(sentence)
    if not _permitted(actor.administrator, change):
        raise NotAllowed(_("Your role cannot undo that."))


@atomic
def undo_batch(*, actor: Actor, batch: UUID, dry_run: bool = False) -> int:
    """Undo every change of the batch, the last one first, as a batch of its own; how many there were.

    All or nothing: Invalid names the first change that cannot be undone. NotFound for a batch without changes.
    """
    changes = list(Change.objects.filter(batch=batch).order_by("-pk"))
    if not changes:
        raise NotFound(_("There is no such batch of changes."))
    lock_owners(changes)
    actor = actor.in_batch()
    with lock_everything():
        for change in changes:
            try:
                undo_change(actor=actor, change=change)
            except DomainError as error:
                raise Invalid(f"{change.kind} {change.label}: {error}") from error
    transaction.set_rollback(dry_run)
    return len(changes)


def can_be_undone(change: Change, viewer: Viewer) -> bool:
    """Whether there is a way back at all, and the viewer's role has it: nothing is looked up."""
    return not _never(change) and _permitted(viewer, change)


def why_not_undoable(change: Change, viewer: Viewer) -> str:
    """Why the viewer cannot undo the change, as a sentence; empty when it can be tried.

    What else a service may refuse, such as a limit that was reached meanwhile, the preview tells.
    """
    if sentence := _never(change):
        return sentence
    if not _permitted(viewer, change):
        return _("Your role cannot undo that.")
    return _changed_since(change, viewer)


def _never(change: Change) -> str:
    """Why there is no way back from such a change at all."""
    if change.is_masked:
        return _("A person was erased from this line, so it cannot be undone.")
    if change.kind not in _kinds or change.action not in _OPPOSITE:
        return _("That cannot be undone.")
    if "password" in (change.after or {}):
        return _("Passwords are not kept, so this cannot be undone.")
    return ""


def _permitted(writer: Viewer | None, change: Change) -> bool:
    app_label, _dot, model = _kinds[change.kind].permission_model.partition(".")
    return writer is None or writer.has_perm(f"{app_label}.{_OPPOSITE[change.action]}_{model}")


def _changed_since(change: Change, viewer: Viewer | None) -> str:
    """That the object is not as the change left it; empty when it is."""
    try:
        current = _kinds[change.kind].current(change)
    except Conflict as refusal:
        return str(refusal)
    return _difference(change, current, viewer)


def _difference(change: Change, current: Snapshot | None, viewer: Viewer | None) -> str:
    """That the object is not as the change left it, and who has changed it, if the viewer sees that; empty when it is.

    Somebody else's object may have the key by now: a context id that was given again, an alias that moved away.
    """
    if _comparable(current) == _comparable(change.after):
        return ""
    lines = Change.objects.all() if viewer is None else Change.objects.visible_to(viewer)
    later = lines.filter(kind=change.kind, key=change.key, pk__gt=change.pk).order_by("-pk").first()
    if later is None:
        return _("Cannot undo: it has changed since.")
    when = date_format(timezone.localtime(later.at), "DATETIME_FORMAT")
    return _("Cannot undo: it was changed again later, by %(who)s on %(when)s.") % {"who": later.actor, "when": when}


def _comparable(snapshot: Snapshot | None) -> Snapshot | None:
    return None if snapshot is None else {key: value for key, value in snapshot.items() if key not in _MARKS}
