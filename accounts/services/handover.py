"""Handing a context over to another reseller, with everything in it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import Context, Reseller
from accounts.services import limits
from accounts.services.context_plans import entry_of, marks_entry, snapshot
from accounts.services.contexts import check_reseller
from accounts.services.marks import marks_of
from changelog.entries import Entry, Owners
from changelog.record import record, record_handovers
from core.actor import Actor
from core.locks import locked
from core.transactions import atomic


@atomic
def hand_over(*, actor: Actor, context: Context, reseller: Reseller | None) -> Context:
    """Give the context to this reseller, or to nobody but the hoster.

    Users, aliases, domains, properties and administrators go along; its own note and labels do not. What the change
    log has of it so far stays with the reseller that was in charge. NotAllowed: not the actor's to give or to take, or
    a limit of the new reseller or of its parent. NotFound: the context or a reseller is gone.
    """
    resellers = [key for key in (context.reseller_id, reseller.pk if reseller else None) if key is not None]
    limits.lock_reseller_rows(Reseller.objects.filter(pk__in=resellers))
    context = locked(Context.objects.select_related("reseller__parent"), context.pk, _gone(), no_key=True)
    if context.reseller_id == (reseller.pk if reseller else None):
        return context
    taking = None if reseller is None else locked(_resellers(), reseller.pk, _("The reseller does not exist any more."))
    check_reseller(actor, taking)
    _check_limits(actor, context, taking)
    before, giving = snapshot(context), context.reseller
    # Whoever takes it learns nothing of what was noted about it before.
    record(actor, marks_entry(context, marks_of(context), {}))
    context.note, context.labels = None, None
    context.reseller = taking
    context.save(update_fields=["reseller", "note", "labels"])
    full = entry_of(context, before, snapshot(context))
    common = _above_both(giving, taking)
    record(actor, replace(full, owners=Owners(context.pk, context.name, common)))
    record_handovers(actor, _sides(full, [giving, taking], common))
    return context


def _check_limits(actor: Actor, context: Context, reseller: Reseller | None) -> None:
    """Refuse where a reseller that was not above the context until now has no room for it."""
    above = {one.pk for one in limits.chain_of(context.reseller)}
    new = [one for one in limits.chain_of(reseller) if one.pk not in above]
    limits.check_room_for_context(actor, new)
    limits.check_context_quota(actor, new, quota=context.quota, except_context=context.pk)
    limits.check_room_for_users(actor, new, context)


def _above_both(giving: Reseller | None, taking: Reseller | None) -> int | None:
    """The reseller that is in charge of the context before and after; None where only the hoster is."""
    after = {one.pk for one in limits.chain_of(taking)}
    return next((one.pk for one in limits.chain_of(giving) if one.pk in after), None)


def _sides(full: Entry, resellers: Collection[Reseller | None], common: int | None) -> Iterator[Entry]:
    """A line for each side that does not see the full one, which names the other side."""
    for one in resellers:
        if one is not None and one.pk != common:
            parent = one.parent_id if one.parent_id != common else None
            owners = Owners(full.owners.context_id, full.owners.context_name, one.pk, parent)
            yield replace(full, before={}, after={}, owners=owners)


def _gone() -> str:
    return _("The context does not exist any more.")


def _resellers() -> QuerySet[Reseller]:
    return Reseller.objects.select_related("parent")
