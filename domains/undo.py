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
from domains.services import add_domain, entry, mark_proven, remove_domain, snapshot, withdraw_proof


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
    row = _find(change)
    if change.before is None:
        if row is not None:
            remove_domain(actor=actor, context=row.context, name=row.name)
    elif row is None:
        # Where a proof is asked for, it is looked for again: the domain may be somebody else's by now.
        token = change.before.get("token")
        add_domain(actor=actor, context=context_of(change), name=change.before["domain"], key=change.key, token=token)
    elif change.before.get("proof"):
        mark_proven(actor=actor, domain=row)
    else:
        withdraw_proof(actor=actor, domain=row)


KINDS: Final = {"domain": UndoKind("domains.explicitdomain", _current, _restore)}
