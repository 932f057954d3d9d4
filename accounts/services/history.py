"""Undoing a change of the log, by the same services that made it.

Who could have made the opposite change may undo it, as long as the thing is still as the change left it. An app says in
its module `history` what its kinds of things are like now and how they get back (`KINDS`), and what it loses with a
context (`lost_with`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from django.apps import apps
from django.db import transaction
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _

from accounts.models import Change, Context
from accounts.services.changes import Entry, Snapshot
from oxaas.changes import Actor
from oxaas.errors import Conflict, Invalid, NotAllowed


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of thing is undone.

    `permission_model` is the model whose web permissions count; `current` tells what the change's thing is like now
    (None: it is not there); `restore` makes it what it was `before` the change, by services.
    """

    permission_model: str
    current: Callable[[Change], Snapshot | None]
    restore: Callable[[Actor, Change], None]


@transaction.atomic
def undo_change(*, actor: Actor, change: Change) -> None:
    """Make the thing what it was before. Invalid, NotAllowed, Conflict when it has changed since."""
    kind = _kinds().get(change.kind)
    if kind is None or change.action not in _OPPOSITE:
        raise Invalid(_("That cannot be undone."))
    writer = actor.administrator
    needed = f"{_OPPOSITE[change.action]}_{kind.permission_model.partition('.')[2]}"
    if writer is not None and not writer.has_perm(f"{kind.permission_model.partition('.')[0]}.{needed}"):
        raise NotAllowed(_("Your role cannot undo that."))
    if comparable(kind.current(change)) != comparable(change.after):
        raise Conflict(_("It has changed since."))
    kind.restore(actor, change)


def can_be_undone(change: Change) -> bool:
    """Whether there is a way back at all; whether it is open, only trying tells."""
    return change.kind in _kinds() and change.action in _OPPOSITE


def comparable(snapshot: Snapshot | None) -> Snapshot | None:
    """What two snapshots of one thing are compared by: not the marks that a change leaves beside the state."""
    return None if snapshot is None else {key: value for key, value in snapshot.items() if key not in _MARKS}


def context_of(change: Change) -> Context:
    """The context that the change was made in. Conflict when it is gone, or is another one under the same id."""
    context = Context.objects.select_related("reseller__parent").filter(pk=change.context_number or 0).first()
    if context is None or context.created_at > change.at:
        raise Conflict(_("The context does not exist any more."))
    return context


def lost_with(context: Context) -> Iterator[Entry]:
    """What is deleted together with the context, as the change log keeps it. Its users are recorded apart."""
    for module in _modules():
        yield from module.lost_with(context)


_OPPOSITE: Mapping[str, str] = {
    Change.Action.CREATE: "delete",
    Change.Action.UPDATE: "change",
    Change.Action.DELETE: "add",
}
_MARKS = frozenset({"password", "created_at"})


@cache
def _modules() -> list[Any]:
    """The installed apps' modules `history`."""
    return [
        import_module(f"{app.name}.history")
        for app in apps.get_app_configs()
        if module_has_submodule(app.module, "history")
    ]


@cache
def _kinds() -> Mapping[str, Kind]:
    """What the installed apps declare, by the kind's name in the change log."""
    return {name: kind for module in _modules() for name, kind in module.KINDS.items()}
