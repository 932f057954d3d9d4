"""Every write to contexts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.contents import cascade_entries, lock_contents
from accounts.models import Administrator, Context, Reseller
from accounts.services import administrators, config, limits
from accounts.services.administrators import check_rename
from accounts.services.marks import LabelRules, Labels, clean_note, marks_of
from accounts.services.users import forget_users
from changelog.entries import Entry, Snapshot
from changelog.record import record, record_all
from core.access import Role
from core.actor import Actor
from core.errors import Conflict, Invalid, NotAllowed
from core.keep import KEEP, Keep
from core.locks import lock_names, locked
from core.names import clean_identifier, normalize_identifier
from core.numbers import MAX_BIGINT, MAX_INTEGER
from core.transactions import atomic

# "/" would split the path, ":" the credentials, "@" the long form of a context admin's login.
_FORBIDDEN_IN_NAME: Final = re.compile(r"[/:@\\]")


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
    limits.check_context_quota(actor, chain, quota=_number(quota, "quota"))
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
        max_user=_number(max_user, "max_user"),
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
    chain = limits.lock_resellers(context.reseller_id)
    context = _locked(context, no_key=True)
    before = snapshot(context)
    if not isinstance(name, Keep) and name != context.name:
        _claim_name(check_context_name(name), context)
        check_rename(context, name)
        context.name = name
    if not isinstance(quota, Keep) and quota != context.quota:
        limits.check_context_quota(actor, chain, quota=_number(quota, "quota"), except_context=context.pk)
        context.quota = quota
    if not isinstance(max_user, Keep):
        context.max_user = _number(max_user, "max_user")
    if not isinstance(is_active, Keep):
        context.is_active = is_active
    context.save()
    record(actor, entry_of(context, before, snapshot(context)))
    return context


@atomic
def mark_context(*, actor: Actor, context: Context, note: str | Keep | None = KEEP, labels: Labels = KEEP) -> Context:
    """Give it a note and labels, of which its own administrators learn nothing. Invalid, NotAllowed, NotFound."""
    context = _locked(context, no_key=True)
    before = marks_of(context)
    note = clean_note(note)
    chosen = LabelRules(actor, [(context.reseller_id, labels)]).chosen(context.reseller_id, labels, context.labels)
    if not isinstance(note, Keep):
        context.note = note
    if not isinstance(chosen, Keep):
        context.labels = chosen
    context.save(update_fields=["note", "labels"])
    record(actor, marks_entry(context, before, marks_of(context)))
    return context


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


def check_context_name(name: str) -> str:
    """`name` itself, when it can be one: 1 to 128 characters, not all digits, without / : @ and backslash.

    Wide digits and signs are the plain ones, as names are compared.
    """
    clean_identifier(name, what=_("context name"), field="name", limit=128)
    compared = normalize_identifier(name)
    if re.fullmatch(r"[0-9]+", compared):
        raise Invalid(_("A context name cannot be all digits."), field="name")
    if _FORBIDDEN_IN_NAME.search(compared):
        raise Invalid(_(r"A context name cannot contain / : @ or \."), field="name")
    return name


def snapshot(context: Context) -> Snapshot:
    """What the change log keeps of a context."""
    return {
        "name": context.name,
        "reseller": context.reseller.name if context.reseller else None,
        "quota": context.quota,
        "max_user": context.max_user,
        "is_active": context.is_active,
    }


def entry_of(context: Context, before: Snapshot | None, after: Snapshot | None) -> Entry:
    """The change log's line of a context."""
    return Entry("context", context.pk, f"{context.pk} {context.name}", before, after, context.owners)


def marks_entry(context: Context, before: Snapshot, after: Snapshot) -> Entry:
    """The change log's line of its note and labels: its reseller's, and not the context's."""
    owners = replace(context.owners, context_id=None, context_name="")
    return Entry("context_marks", context.pk, f"{context.pk} {context.name}", before, after, owners)


def _locked(context: Context, *, no_key: bool = False) -> Context:
    rows = Context.objects.select_related("reseller")
    return locked(rows, context.pk, _("The context does not exist any more."), no_key=no_key)


def _claim_name(name: str, context: Context | None = None) -> None:
    compared = normalize_identifier(name)
    lock_names([f"context-name:{compared}"])
    others = Context.objects.exclude(pk=context.pk) if context is not None else Context.objects.all()
    if others.filter(name_normalized=compared).exists():
        raise Conflict(_("The context name %(name)s is taken.") % {"name": name}, field="name")


def _number(value: int | None, field: str) -> int | None:
    most = MAX_INTEGER if field == "max_user" else MAX_BIGINT
    if value is not None and not 0 <= value <= most:
        raise Invalid(_("The value must be 0 or more, or empty for no limit."), field=field)
    return value


def check_reseller(actor: Actor, reseller: Reseller | None) -> None:
    """A reseller's staff make contexts for their own reseller or one of its children. NotAllowed."""
    administrator = actor.administrator
    if administrator is None or Role(administrator.role) is Role.MASTER:
        return
    if reseller is None or not Reseller.objects.visible_to(administrator).filter(pk=reseller.pk).exists():
        raise NotAllowed(_("A context belongs to your reseller or to one of its children."))
