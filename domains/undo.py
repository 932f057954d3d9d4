"""How changes of explicit domains are undone, and what a context loses of them when it is deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from accounts.models import Context
from accounts.undo import context_of, contexts_of
from changelog.entries import Entry, Snapshot
from changelog.models import Change
from changelog.plan import Plan, plan_what_can_be
from changelog.undo import UndoKind, refuse_changed
from core.actor import Actor
from domains.models import ExplicitDomain, Proof
from domains.plans import entry, plan_domains, snapshot
from domains.wishes import DomainWish, declaring


def cascade_entries(context: Context) -> Iterator[Entry]:
    """The context's explicit domains."""
    for row in ExplicitDomain.objects.filter(context=context).select_related("context__reseller").order_by("name"):
        yield entry(row, snapshot(row), None)


def _find(change: Change) -> ExplicitDomain | None:
    return ExplicitDomain.objects.select_related("context__reseller").filter(pk=change.key).first()


def _current(change: Change) -> Snapshot | None:
    row = _find(change)
    return None if row is None else snapshot(row)


def _plan(actor: Actor, changes: Sequence[Change], hold: bool) -> Plan:
    found = ExplicitDomain.objects.filter(pk__among=[change.key for change in changes])
    rows = {row.pk: row for row in found.select_related("context__reseller")}
    contexts = contexts_of(changes)

    def wish(change: Change) -> DomainWish:
        row, before = rows.get(change.key), change.before
        refuse_changed(actor, change, None if row is None else snapshot(row))
        if row is None:
            # Where a proof is asked for, it is looked for again: the domain may be somebody else's by now.
            context, former = context_of(change, contexts), before or {}
            return declaring(context, former["domain"], key=change.key, token=former.get("token"))
        if before is None:
            return DomainWish(row, delete=True)
        return DomainWish(row, Proof.MASTER if before.get("proof") else Proof.WAITING)

    return plan_what_can_be(changes, wish, lambda wishes: plan_domains(actor, wishes, hold=hold))


KINDS: Final = {"domain": UndoKind("domains.explicitdomain", _current, plan=_plan)}
