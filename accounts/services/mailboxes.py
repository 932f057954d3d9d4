"""Writes to mailboxes together with what leads to them, such as aliases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from accounts import leads
from accounts.leads import Choice, Redirect, RedirectPlan
from accounts.models import User
from accounts.services.plans import UserPlan, UserWish, plan_users
from accounts.services.users import hold_and_plan
from core.actor import Actor
from core.errors import DomainError, Invalid
from core.transactions import atomic


class MailboxPlan:
    """What becomes of users, and of what leads to them."""

    def __init__(self, inner: UserPlan, redirection: RedirectPlan | None) -> None:
        self.rows, self.users = inner.rows, inner.users
        self._inner, self._redirection = inner, redirection

    def write(self, actor: Actor) -> None:
        """Do it, with statements whose number does not grow. Undone backwards, the mailboxes come first."""
        if self._redirection is not None:
            actor = actor if actor.batch is not None else actor.in_batch()
            self._redirection.write(actor)
        self._inner.write(actor)


def plan_mailboxes(actor: Actor, wishes: Sequence[UserWish], redirect: Redirect, *, hold: bool) -> MailboxPlan:
    """What becomes of each wish and of the aliases to its mailbox, which the details name.

    A mailbox whose aliases cannot be redirected is refused, and all of them stay.
    """
    keys = [wish.row.pk for wish in wishes]
    names = [wish.row.uidname_normalized for wish in wishes]
    leading = leads.leading_to(actor.administrator, User.objects.filter(pk__in=keys))
    plan = hold_and_plan(actor, wishes) if hold else plan_users(actor, wishes)
    rows = dict(zip(names, plan.rows, strict=True))
    redirection = None
    due = {name for name, planned in rows.items() if planned.changed and name in leading}
    if redirect.choice is not Choice.LEAVE:
        redirection, refused = _redirection(actor, due, redirect, hold=hold)
        for name, refusal in refused.items():
            rows[name].refusal = refusal
    for name in due:
        after = leads.outcome(name, redirection) if redirection is not None else ""
        words = [leads.named(leading[name], len(leading[name])), redirect.words(), after]
        rows[name].detail = " ".join(filter(None, words))
    return MailboxPlan(plan, redirection)


def _redirection(
    actor: Actor, due: set[str], redirect: Redirect, *, hold: bool
) -> tuple[RedirectPlan | None, dict[str, DomainError]]:
    """The plan for the aliases of those mailboxes that all can be redirected, and why the others cannot."""
    refused: dict[str, DomainError] = {}
    to = redirect.to
    if to is not None and to.normalized in due:
        refused[to.normalized] = Invalid(_("It is this very address."), field="address")
    while names := due - refused.keys():
        plan = leads.source().plan(actor, names, to, hold=hold)
        found = {name: row.refusal for name, row in leads.refusals(plan).items() if row.refusal is not None}
        if not found:
            return plan, refused
        refused |= found
    return None, refused


@atomic
def update_mailbox(*, actor: Actor, user: User, redirect: Redirect, **fields: Any) -> User:
    """`update_user`, and what becomes of the aliases to the mailbox as it was called before."""
    return _one(actor, UserWish(user, **fields), redirect)


@atomic
def delete_mailbox(*, actor: Actor, user: User, redirect: Redirect) -> None:
    """`delete_user`, and what becomes of the aliases to the mailbox."""
    _one(actor, UserWish(user, delete=True), redirect)


def _one(actor: Actor, wish: UserWish, redirect: Redirect) -> User:
    plan = plan_mailboxes(actor, [wish], redirect, hold=True)
    plan.rows[0].outcome()
    plan.write(actor)
    return plan.users[0]
