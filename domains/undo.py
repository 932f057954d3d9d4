"""How changes of explicit domains are undone, and what a context loses of them when it is deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from accounts.models import Context
from accounts.undo import context_of
from changelog.entries import Entry, Snapshot
from changelog.models import Change
from changelog.undo import UndoKind
from core.actor import Actor
from domains.models import ExplicitDomain
from domains.services import add_domain, entry, remove_domain, snapshot


def cascade_entries(context: Context) -> Iterator[Entry]:
    """The context's explicit domains."""
    for row in ExplicitDomain.objects.filter(context=context).select_related("context__reseller").order_by("name"):
        yield entry(row, snapshot(row), None)


def _find(change: Change) -> ExplicitDomain | None:
    return ExplicitDomain.objects.select_related("context__reseller").filter(pk=change.key).first()


def _current(change: Change) -> Snapshot | None:
    row = _find(change)
    return None if row is None else snapshot(row)


def _restore(actor: Actor, change: Change) -> None:
    if change.before is not None:
        add_domain(actor=actor, context=context_of(change), name=change.before["domain"], key=change.key)
        return
    row = _find(change)
    if row is not None:
        remove_domain(actor=actor, context=row.context, name=row.name)


KINDS: Final = {"domain": UndoKind("domains.explicitdomain", _current, _restore)}
