"""What bulk edits do to aliases, to one: by the wishes that they plan, held and written as they do it."""

from __future__ import annotations

from accounts.models import Context
from core.actor import Actor
from core.addresses import parse_address
from core.transactions import atomic
from forwards.models import ForwardingAlias
from forwards.services import dropping, hold_and_plan, visible_context
from forwards.wishes import AliasEdit


def drop_recipient(*, actor: Actor, forward: ForwardingAlias, recipient: str) -> bool:
    """Take one recipient away but never the last; False when the alias has no such. Invalid, NotFound."""
    return _one(actor, dropping(forward, parse_address(recipient, field="recipient")))


def move_forward(*, actor: Actor, forward: ForwardingAlias, context: Context) -> bool:
    """Give the alias to another context; False when it is there already. NotFound, Conflict, Invalid."""
    return _one(actor, AliasEdit(forward, context=visible_context(actor, context.pk)))


@atomic
def _one(actor: Actor, wish: AliasEdit) -> bool:
    plan = hold_and_plan(actor, [wish])
    changed = plan.rows[0].outcome()
    plan.write(actor)
    return changed
