"""How changes of forwarding aliases are undone, and what a context loses of them when it is deleted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import Context
from accounts.undo import context_of
from changelog.entries import Entry, Snapshot
from changelog.models import Change
from changelog.undo import UndoKind
from core.actor import Actor
from core.errors import Conflict
from forwards.models import ForwardingAlias
from forwards.plans import entry, snapshot
from forwards.services import (
    create_forward,
    delete_forward,
    find_forward,
    set_forward_active,
    set_recipients,
)


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


def _restore(actor: Actor, change: Change) -> None:
    row = _find(change)
    if change.before is None:
        if row is not None:
            delete_forward(actor=actor, context=row.context, alias=row.address)
        return
    before = change.before
    if row is None:
        context = context_of(change)
        made = create_forward(
            actor=actor, context=context, alias=before["alias"], recipients=before["recipients"], key=change.key
        )
        if not made:
            raise Conflict(_("The context has this alias already."))
        row = find_forward(context, before["alias"])
    set_recipients(actor=actor, forward=row, recipients=before["recipients"])
    set_forward_active(actor=actor, forward=row, is_active=before["is_active"])


KINDS: Final = {"forward": UndoKind("forwards.forwardingalias", _current, _restore)}
