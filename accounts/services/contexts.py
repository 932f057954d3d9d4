"""Every write to contexts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.contents import cascade_entries, lock_contents
from accounts.models import Administrator, Context, Reseller
from accounts.services import administrators, config, limits
from accounts.services.context_plans import (
    ContextWish,
    check_context_name,
    check_number,
    entry_of,
    marks_entry,
    name_taken,
    plan_contexts,
    snapshot,
)
from accounts.services.marks import Labels, marks_of
from accounts.services.users import forget_users
from changelog.entries import Entry
from changelog.record import record, record_all
from core.access import Role
from core.actor import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.keep import KEEP, Keep
from core.locks import lock_names, locked
from core.names import normalize_identifier
from core.numbers import MAX_BIGINT
from core.transactions import atomic


@atomic
def create_context(
    *,
    actor: Actor,
    context_id: int,
    name: str,
    reseller: Reseller | None,
    quota: int | None = None,
    max_user: int | None = None,
    is_active: bool = True,
    created_at: datetime | None = None,
) -> Context:
    """A new context, or one that is restored as of `created_at`.

    Invalid, Conflict (id or name taken), NotAllowed (a limit, or not the actor's reseller).
    """
    check_reseller(actor, reseller)
    chain = limits.lock_resellers(reseller.pk if reseller else None)
    limits.check_room_for_context(actor, chain)
    limits.check_context_quota(actor, chain, quota=check_number(quota, "quota"))
    if not 0 < context_id <= MAX_BIGINT:
        raise Invalid(_("The context id must be a positive number."), field="id")
    _claim_name(check_context_name(name))
    lock_names([f"context:{context_id}"])
    if Context.objects.filter(pk=context_id).exists():
        raise Conflict(_("The context id %(id)s is taken.") % {"id": context_id}, field="id")
    context = Context(
        id=context_id,
        name=name,
        reseller=reseller,
        quota=quota,
        max_user=check_number(max_user, "max_user"),
        is_active=is_active,
        created_at=created_at or timezone.now(),
    )
    context.save(force_insert=True)
    record(actor, entry_of(context, None, snapshot(context)))
    return context


@atomic
def update_context(
    *,
    actor: Actor,
    context: Context,
    name: str | Keep = KEEP,
    quota: int | Keep | None = KEEP,
    max_user: int | Keep | None = KEEP,
    is_active: bool | Keep = KEEP,
) -> Context:
    """Change what is given, all of it or nothing. Invalid, Conflict (name taken), NotAllowed (the reseller's quota)."""
    return _one(actor, ContextWish(context, name, quota, max_user, is_active))


@atomic
def mark_context(*, actor: Actor, context: Context, note: str | Keep | None = KEEP, labels: Labels = KEEP) -> Context:
    """Give it a note and labels, of which its own administrators learn nothing. Invalid, NotAllowed, NotFound."""
    return _one(actor, ContextWish(context, note=note, labels=labels))


@atomic
def delete_context(*, actor: Actor, context: Context) -> None:
    """Delete the context with everything in it: users, aliases, domains, administrators and configuration.

    Each of them has its line in the change log, in one batch with the context's own, which is the last: undone
    backwards, the context comes first.
    """
    context = _locked(context)
    # What others may be changing comes first: they refer to the context's administrators, which go after it.
    users = list(context.users.select_for_update(of=("self",)).select_related("context").order_by("pk"))
    lock_contents(context)
    actor = actor if actor.batch is not None else actor.in_batch()
    record(actor, marks_entry(context, marks_of(context), {}))
    # The lines are undone backwards: domains come back before the addresses in them, those before what is set for them.
    record_all(actor, _own_entries(context))
    record_all(actor, cascade_entries(context, others_rely_on=False))
    forget_users(actor=actor, users=users)
    record_all(actor, cascade_entries(context, others_rely_on=True))
    record(actor, entry_of(context, snapshot(context) | {"created_at": context.created_at.isoformat()}, None))
    context.delete()


def _own_entries(context: Context) -> Iterator[Entry]:
    """The change log's lines for the context's own configuration and administrators."""
    for row in context.config.select_related("context__reseller").order_by("name"):
        yield config.entry(row, config.snapshot(row), None)
    for one in administrators.held(Administrator.objects.filter(context=context)):
        yield administrators.entry(one, administrators.snapshot(one), None)


def _one(actor: Actor, wish: ContextWish) -> Context:
    plan = plan_contexts(actor, [wish], hold=True)
    plan.rows[0].outcome()
    plan.write(actor)
    return plan.contexts[0]


def _locked(context: Context) -> Context:
    rows = Context.objects.select_related("reseller")
    return locked(rows, context.pk, _("The context does not exist any more."), no_key=False)


def _claim_name(name: str) -> None:
    compared = normalize_identifier(name)
    lock_names([f"context-name:{compared}"])
    if Context.objects.filter(name_normalized=compared).exists():
        raise name_taken(name)


def check_reseller(actor: Actor, reseller: Reseller | None) -> None:
    """A reseller's staff make contexts for their own reseller or one of its children. NotAllowed."""
    administrator = actor.administrator
    if administrator is None or Role(administrator.role) is Role.MASTER:
        return
    if reseller is None or not Reseller.objects.visible_to(administrator).filter(pk=reseller.pk).exists():
        raise NotAllowed(_("A context belongs to your reseller or to one of its children."))
