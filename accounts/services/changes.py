"""Writing the change log: the one place that makes `Change` rows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from accounts.models import Change, Context, Reseller
from oxaas.changes import Actor

Snapshot = dict[str, Any]


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
    """Append what `actor` did. Entries that changed nothing are left out."""
    record_all(actor, entries)


def record_all(actor: Actor, entries: Iterable[Entry]) -> None:
    """Append many changes with few statements."""
    rows = (_row(actor, entry) for entry in entries if entry.before != entry.after)
    Change.objects.bulk_create(rows, batch_size=500)


def _row(actor: Actor, entry: Entry) -> Change:
    context = entry.context
    return Change(
        actor=str(actor),
        administrator=actor.administrator,
        door=actor.door,
        action=_action(entry),
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
