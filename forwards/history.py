"""The history of forwarding aliases: how their changes are undone, what goes with a context."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from django.utils.translation import gettext as _

from accounts.models import Change, Context
from accounts.services.changes import Entry, Snapshot
from accounts.services.history import Kind, context_of
from forwards.models import ForwardingAlias, Recipient
from forwards.services import (
    create_forward,
    delete_forward,
    find_forward,
    set_forward_active,
    set_recipients,
    snapshot,
)
from oxaas.changes import Actor
from oxaas.errors import Conflict, NotFound


def lost_with(context: Context) -> Iterator[Entry]:
    """The context's aliases with their recipients."""
    suspended = set(ForwardingAlias.objects.suspended().filter(context=context).values_list("address", flat=True))
    for alias, recipients in Recipient.objects.by_alias(context):
        before = {"recipients": recipients, "is_active": alias not in suspended}
        yield Entry("forward", alias, before, None, context=context)


def _find(change: Change) -> ForwardingAlias | None:
    try:
        return find_forward(context_of(change), change.label)
    except NotFound:
        return None


def _current(change: Change) -> Snapshot | None:
    row = _find(change)
    return None if row is None else snapshot(row)


def _restore(actor: Actor, change: Change) -> None:
    context = context_of(change)
    if change.before is None:
        delete_forward(actor=actor, context=context, alias=change.label)
        return
    if change.after is None:
        recipients = change.before["recipients"]
        if not create_forward(actor=actor, context=context, alias=change.label, recipients=recipients):
            raise Conflict(_("It has changed since."))
    row = find_forward(context, change.label)
    set_recipients(actor=actor, forward=row, recipients=change.before["recipients"])
    set_forward_active(actor=actor, forward=row, is_active=change.before["is_active"])


KINDS: Final = {"forward": Kind("forwards.forwardingalias", _current, _restore)}
