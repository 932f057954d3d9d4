"""Writing the change log: the one place that makes `Change` rows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Administrator, Change, Context, Reseller, User
from oxaas.access import Role
from oxaas.changes import Actor
from oxaas.errors import NotAllowed

Snapshot = dict[str, Any]
_OF_A_CONTEXT_ADMIN: Final = frozenset({"user", "forward"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One change: `kind` and `label` name the object (`forward`, `sales@acme.example`); None is "was not there"."""

    kind: str
    label: str
    before: Snapshot | None
    after: Snapshot | None
    context: Context | None = None
    reseller: Reseller | None = None


def record(actor: Actor, *entries: Entry) -> None:
    """Append what `actor` did. Entries that changed nothing are left out. NotAllowed, see `record_all`."""
    record_all(actor, entries)


def record_all(actor: Actor, entries: Iterable[Entry]) -> None:
    """Append many changes with few statements.

    NotAllowed undoes them all where the actor is not in charge of what one is about: the last line, behind every
    door's own.
    """
    rows = (_row(actor, entry) for entry in _permitted(actor.administrator, entries) if entry.before != entry.after)
    made = Change.objects.bulk_create(rows, batch_size=500)
    if actor.made is not None:
        actor.made.extend(made)


def record_reading(actor: Actor, user: User) -> None:
    """Append that somebody read the subjects of a user's mail. No subject is kept."""
    entry = Entry("mail", f"{user.number} {user.uidname}", None, None, context=user.context)
    Change.objects.bulk_create([_row(actor, entry, Change.Action.READ)])


def _permitted(writer: Administrator | None, entries: Iterable[Entry]) -> Iterator[Entry]:
    checked: set[tuple[str, int | None, int | None]] = set()
    for entry in entries:
        owners = (entry.context.pk if entry.context else None, entry.reseller.pk if entry.reseller else None)
        about = (entry.kind, *owners)
        if about not in checked and not _is_in_charge(writer, entry):
            raise NotAllowed(_("That would belong to somebody else."))
        checked.add(about)
        yield entry


def _is_in_charge(writer: Administrator | None, entry: Entry) -> bool:
    """The operator and the master of everything; a tenant credential of nothing."""
    if writer is None or Role(writer.role) is Role.MASTER:
        return True
    if entry.context is None:
        return entry.reseller is not None and writer.manages(entry.reseller)
    if Role(writer.role) is Role.CONTEXT:
        # Their users and aliases; limits, domains and configuration are set by who sold them the context.
        own_account = entry.kind == "administrator" and entry.label == str(writer)
        if not own_account and entry.kind not in _OF_A_CONTEXT_ADMIN:
            return False
    return Role(writer.role) is not Role.TENANT and writer.in_charge_of(entry.context)


def _row(actor: Actor, entry: Entry, action: Change.Action | None = None) -> Change:
    context = entry.context
    return Change(
        actor=str(actor),
        administrator=actor.administrator,
        door=actor.door,
        action=action or _action(entry),
        kind=entry.kind,
        label=entry.label,
        context_number=context.pk if context else None,
        context_name=context.name if context else "",
        reseller_id=context.reseller_id if context else (entry.reseller.pk if entry.reseller else None),
        before=entry.before,
        after=entry.after,
        batch=actor.batch,
    )


def _action(entry: Entry) -> Change.Action:
    if entry.before is None:
        return Change.Action.CREATE
    return Change.Action.DELETE if entry.after is None else Change.Action.UPDATE
