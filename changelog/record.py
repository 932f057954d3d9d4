"""Writing the change log: the one place that makes `Change` rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.db.models import Model
from django.utils import timezone
from django.utils.translation import gettext as _

from changelog.entries import Entry, Owners
from changelog.models import Change
from core import replica
from core.access import Role
from core.actor import Actor
from core.errors import NotAllowed
from core.prepared import insert_rows
from core.scoping import Viewer
from core.trace import current_request_id

# Kinds that a context's administrators write themselves. Apps register theirs.
_of_context_administrators: Final[set[str]] = set()


# Kinds whose lines are of a part of another kind's object, by that other kind. Apps register theirs.
_parts: Final[dict[str, str]] = {}


def register_part(kind: str, *, of: str) -> None:
    """Lines of `kind` change the object of the kind `of` that has the same key: its version counts them."""
    _parts[of] = kind


def kinds_of(kind: str) -> tuple[str, ...]:
    """The kinds of all lines that change an object of this kind."""
    return (kind, _parts[kind]) if kind in _parts else (kind,)


def register_context_kinds(*kinds: str) -> None:
    """Let a context's administrators write changes of these kinds in their context."""
    _of_context_administrators.update(kinds)


def record(actor: Actor, *entries: Entry) -> None:
    """Append what `actor` did. Entries that changed nothing are left out. NotAllowed, see `record_all`."""
    record_all(actor, entries)


def record_all(actor: Actor, entries: Iterable[Entry], *, behind: Sequence[Model] = ()) -> None:
    """Append many changes with few statements. New rows that they tell of may go before, in the same message.

    NotAllowed undoes them all where the actor is not in charge of what one is about: the last line of defence, behind
    the checks of every channel.
    """
    permitted, now = list(_permitted(actor.administrator, entries)), timezone.now()
    rows = [_row(actor, entry, at=now) for entry in permitted if entry.before != entry.after]
    insert_rows([*behind, *rows], keys=actor.made is not None)
    if actor.administrator is not None:
        replica.wrote_on_commit(actor.administrator.pk)
    if actor.made is not None:
        actor.made.extend(rows)


def record_reading(actor: Actor, *, kind: str, key: int, label: str, owners: Owners) -> None:
    """Append that somebody read something private. What was read is not kept."""
    entry = Entry(kind, key, label, None, None, owners)
    insert_rows([_row(actor, entry, Change.Action.READ)])


def record_handovers(actor: Actor, entries: Iterable[Entry]) -> None:
    """Append, for each side of a handover, that there was one; who the other side is, neither learns here.

    The change itself is recorded for whoever is above both.
    """
    Change.objects.bulk_create([_row(replace(actor, batch=None), entry, Change.Action.HAND_OVER) for entry in entries])


def _permitted(writer: Viewer | None, entries: Iterable[Entry]) -> Iterator[Entry]:
    checked: set[tuple[str, Owners]] = set()
    for entry in entries:
        about = (entry.kind, entry.owners)
        if about not in checked and (refusal := refusal_of(writer, entry)):
            raise refusal
        checked.add(about)
        yield entry


def refusal_of(writer: Viewer | None, entry: Entry) -> NotAllowed | None:
    """Why the writer may not make this change; None when they may."""
    if _is_in_charge(writer, entry):
        return None
    return NotAllowed(_("You can only work on objects in your own contexts."))


def _is_in_charge(writer: Viewer | None, entry: Entry) -> bool:
    """The operator and the master of everything; a tenant credential of nothing."""
    owners = entry.owners
    if writer is None or Role(writer.role) is Role.MASTER:
        return True
    if Role(writer.role) is Role.RESELLER:
        return writer.reseller_id is not None and writer.reseller_id in {owners.reseller_id, owners.reseller_parent_id}
    if Role(writer.role) is Role.CONTEXT and owners.context_id == writer.context_id is not None:
        # Their users and aliases; limits, domains and configuration are set by who sold them the context.
        own_account = entry.kind == "administrator" and entry.key == writer.pk
        return own_account or entry.kind in _of_context_administrators
    return False


def _row(actor: Actor, entry: Entry, action: Change.Action | None = None, *, at: datetime | None = None) -> Change:
    writer, owners = actor.administrator, entry.owners
    return Change(
        at=at or timezone.now(),
        actor=str(actor),
        administrator_id=None if writer is None else writer.pk,
        channel=actor.channel,
        credential=actor.credential,
        action=action or _action(entry),
        kind=entry.kind,
        key=entry.key,
        label=entry.label,
        context_id=owners.context_id,
        context_name=owners.context_name,
        reseller_id=owners.reseller_id,
        reseller_parent_id=owners.reseller_parent_id,
        user_id=owners.user_id,
        before=entry.before,
        after=entry.after,
        batch=actor.batch,
        request_id=current_request_id(),
    )


def _action(entry: Entry) -> Change.Action:
    if entry.before is None:
        return Change.Action.CREATE
    return Change.Action.DELETE if entry.after is None else Change.Action.UPDATE
