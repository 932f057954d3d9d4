"""How changes of forwarding aliases are undone, and what a context loses of them when it is deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Context
from accounts.services.marks import marks_before
from accounts.undo import context_of, contexts_of
from changelog.entries import Entry, Snapshot
from changelog.models import Change
from changelog.plan import Plan, plan_what_can_be
from changelog.undo import UndoKind, refuse_changed
from core.actor import Actor
from core.days import day_of
from core.errors import Conflict
from forwards.models import ForwardingAlias, Recipient
from forwards.plans import entry, plan_aliases, snapshot
from forwards.services import deleting, hold_and_plan, setting
from forwards.wishes import NewAlias, Wish


def cascade_entries(context: Context) -> Iterator[Entry]:
    """The context's aliases with their recipients."""
    rows = ForwardingAlias.objects.filter(context=context).select_related("context__reseller")
    for row in rows.order_by("normalized").iterator(chunk_size=1000):
        yield entry(row, snapshot(row), None)


def lock_aliases(context: Context) -> None:
    """Wait for and hold the rows of the context's aliases until the transaction ends."""
    rows = ForwardingAlias.objects.filter(context=context).select_for_update()
    for _pk in rows.order_by("pk").values_list("pk", flat=True).iterator():
        pass


def _find(change: Change) -> ForwardingAlias | None:
    return ForwardingAlias.objects.select_related("context__reseller").filter(pk=change.key).first()


def _current(change: Change) -> Snapshot | None:
    row = _find(change)
    return None if row is None else snapshot(row)


def _plan(actor: Actor, changes: Sequence[Change], hold: bool) -> Plan:
    contexts = contexts_of(changes)
    found = ForwardingAlias.objects.filter(pk__in={change.key for change in changes}).order_by()
    rows = {row.pk: row for row in found.with_contexts(contexts.values())}
    recipients = Recipient.objects.of_aliases(rows)

    def wish(change: Change) -> Wish:
        row, before = rows.get(change.key), change.before
        now = None
        if row is not None:
            now = snapshot(row, [one.written for _key, one in recipients.get(row.pk, {}).values()])
        refuse_changed(actor, change, now)
        if row is not None:
            if before is None:
                return deleting(row)
            return setting(row, before["recipients"], **_columns(before))
        if before is None:
            raise Conflict(_("The alias does not exist any more."))
        return NewAlias(
            context_of(change, contexts),
            before["alias"],
            before["recipients"],
            key=change.key,
            must_be_new=True,
            **_columns(before),
        )

    plan = hold_and_plan if hold else plan_aliases
    return plan_what_can_be(changes, wish, lambda wishes: plan(actor, wishes))


def _columns(before: Snapshot) -> dict[str, Any]:
    """What a snapshot tells of the alias's own columns, as wishes take it."""
    expires_on = day_of(before.get("expires_on"))
    return {"is_active": before["is_active"], "expires_on": expires_on, **marks_before(before)}


KINDS: Final = {"forward": UndoKind("forwards.forwardingalias", _current, plan=_plan)}
