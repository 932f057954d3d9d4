"""Every write to forwarding aliases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Context
from accounts.ownership import check_address
from changelog.entries import Entry, Snapshot
from changelog.record import record, record_all
from core.actor import Actor
from core.addresses import Address, parse_address, parse_alias
from core.errors import Conflict, Invalid, NotFound
from core.locks import locked
from core.transactions import atomic
from forwards.graph import check_chains, lock_edges, lock_graph
from forwards.models import ForwardingAlias, Recipient

_CHUNK: Final = 1000


@atomic
def create_forward(
    *, actor: Actor, context: Context, alias: str, recipients: Sequence[str], key: int | None = None
) -> bool:
    """True when the alias is new; False when the context has it already, and then nothing changes, whatever was asked.

    `key` is the former primary key of an alias that is restored. Invalid; Conflict when the address is in another
    context's domain.
    """
    address = parse_alias(alias)
    try:
        wanted = _parse_recipients(recipients)
    except Invalid:
        # Whose address it is counts first: a bad recipient must not tell another context's domain from a free one.
        if _exists(context, address):
            return False
        check_address(context, address)
        raise
    continues = lock_edges(address.normalized, [one.normalized for one in wanted], domain=address.domain)
    if _exists(context, address):
        return False
    check_address(context, address)
    _check_recipients(actor, context, address, wanted, count=len(wanted), continues=continues)
    row = ForwardingAlias(
        pk=key, context=context, address=address.written, normalized=address.normalized, domain=address.domain
    )
    row.save(force_insert=True)
    _append(row, wanted)
    record(actor, entry(row, None, _snapshot(row, [one.written for one in wanted])))
    return True


@atomic
def add_recipients(*, actor: Actor, context: Context, alias: str, recipients: Sequence[str]) -> bool:
    """True when at least one recipient was added, False when all were there. NotFound, Invalid."""
    forward = find_forward(context, alias)
    wanted = _parse_recipients(recipients)
    row = _lock(forward, wanted)
    return _change(actor, row, [*_current(row), *wanted])


@atomic
def remove_recipient(*, actor: Actor, context: Context, alias: str, recipient: str) -> None:
    """Take one recipient away; with the last one the alias goes. NotFound."""
    row = find_forward(context, alias, lock=True)
    normalized = _normalized(recipient)
    current = _current(row)
    left = [one for one in current if one.normalized != normalized]
    if len(left) == len(current):
        raise NotFound(_("The alias has no such recipient."))
    if left:
        _change(actor, row, left)
    else:
        _delete(actor, [row])


@atomic
def set_recipients(*, actor: Actor, forward: ForwardingAlias, recipients: Sequence[str]) -> bool:
    """Make these the alias's recipients, the new ones in this order; whether anything changed. Invalid, NotFound."""
    wanted = _parse_recipients(recipients)
    return _change(actor, _lock(forward, wanted), wanted)


@atomic
def replace_recipient(*, actor: Actor, forward: ForwardingAlias, old: str, new: str) -> bool:
    """Put `new` in place of `old`; False when the alias has no `old`. Invalid, NotFound."""
    old_address, new_address = parse_address(old, field="old"), parse_address(new, field="new")
    row = _lock(forward, [new_address])
    current = _current(row)
    if old_address.normalized not in {one.normalized for one in current}:
        return False
    return _change(actor, row, [new_address if one.normalized == old_address.normalized else one for one in current])


@atomic
def drop_recipient(*, actor: Actor, forward: ForwardingAlias, recipient: str) -> bool:
    """Take one recipient away but never the last; False when the alias has no such. Invalid, NotFound."""
    normalized = parse_address(recipient, field="recipient").normalized
    row = _locked(forward)
    left = [one for one in _current(row) if one.normalized != normalized]
    if not left:
        raise Invalid(_("This is the only recipient. Delete the alias, or suspend it."), field="recipient")
    return _change(actor, row, left)


@atomic
def move_forward(*, actor: Actor, forward: ForwardingAlias, context: Context) -> bool:
    """Give the alias with its recipients to another context; False when it is there already.

    NotFound where the actor does not see the context; Conflict when the address is in another context's domain, or an
    alias of that context already; Invalid when it would be served there and close a loop or a chain that is too long.
    The change log has two lines, one for each context, so that neither learns of the other: it went, it came.
    """
    if actor.administrator is not None:
        context = _visible_context(actor, context.pk)
    row = _lock(forward, [])
    if row.context_id == context.pk:
        return False
    check_address(context, _address(row))
    if _exists(context, _address(row)):
        raise Conflict(_("The context %(context)s has this alias already.") % {"context": context.name})
    lock_graph()
    check_chains(actor, context, _address(row), _current(row))
    state = snapshot(row)
    gone = entry(row, state, None)
    row.context = context
    row.save(update_fields=["context"])
    record(actor if actor.batch else actor.in_batch(), gone, entry(row, None, state))
    return True


@atomic
def set_forward_active(*, actor: Actor, forward: ForwardingAlias, is_active: bool) -> bool:
    """Suspend or resume an alias; whether anything changed. NotFound."""
    row = _locked(forward)
    before = snapshot(row)
    row.is_active = is_active
    row.save(update_fields=["is_active"])
    record(actor, entry(row, before, snapshot(row)))
    return bool(before["is_active"] != is_active)


@atomic
def delete_forward(*, actor: Actor, context: Context, alias: str) -> None:
    """Delete one alias. NotFound."""
    _delete(actor, [find_forward(context, alias, lock=True)])


@atomic
def delete_forwards(*, actor: Actor, context: Context) -> int:
    """Delete all aliases of the context as one batch, in bounded memory, and say how many there were."""
    batch = actor if actor.batch else actor.in_batch()
    rows = ForwardingAlias.objects.select_for_update(of=("self",)).select_related("context").filter(context=context)
    count = 0
    while chunk := list(rows.order_by("pk")[:_CHUNK]):
        _delete(batch, chunk)
        count += len(chunk)
    return count


def find_forward(context: Context, alias: str, *, lock: bool = False) -> ForwardingAlias:
    """The context's alias of this address. NotFound, also for what is no address."""
    rows = ForwardingAlias.objects.select_related("context__reseller")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(context=context, normalized=_normalized(alias)).first()
    if row is None:
        raise NotFound(_("Forwarding alias does not exist."))
    return row


def _visible_context(actor: Actor, context_id: int) -> Context:
    context = Context.objects.visible_to(actor.administrator).filter(pk=context_id).first()
    if context is None:
        raise NotFound(_("There is no such context."))
    return context


def snapshot(row: ForwardingAlias) -> Snapshot:
    """What the change log keeps of an alias."""
    return _snapshot(row, list(row.recipients.order_by("pk").values_list("address", flat=True)))


def _snapshot(row: ForwardingAlias, recipients: list[str]) -> Snapshot:
    return {"alias": row.address, "recipients": recipients, "is_active": row.is_active}


def entry(row: ForwardingAlias, before: Snapshot | None, after: Snapshot | None) -> Entry:
    """The change log's entry about this alias."""
    return Entry("forward", row.pk, row.address, before, after, row.context.owners)


def _lock(forward: ForwardingAlias, new: Sequence[Address]) -> ForwardingAlias:
    """The alias as it is now, held together with all that `new` recipients could make a loop with."""
    lock_edges(forward.normalized, [one.normalized for one in new], domain=forward.domain)
    return _locked(forward)


def _locked(forward: ForwardingAlias) -> ForwardingAlias:
    rows = ForwardingAlias.objects.select_related("context__reseller")
    return locked(rows, forward.pk, _("The alias does not exist any more."))


def _normalized(text: str) -> str:
    """The form in which an alias or recipient of a path is looked up; NotFound for what is no address."""
    try:
        return parse_address(text).normalized
    except Invalid as error:
        raise NotFound(_("Forwarding alias does not exist.")) from error


def _exists(context: Context, address: Address) -> bool:
    """Whether the context has the alias."""
    rows = ForwardingAlias.objects.filter(context=context, normalized=address.normalized).order_by()
    return bool(rows.values_list("pk")[:1])


def _parse_recipients(recipients: Sequence[str]) -> list[Address]:
    """The addresses, each once, in order; one bad address spoils the list."""
    if not recipients:
        raise Invalid(_("There must be at least one recipient."), field="recipients")
    if len(recipients) > settings.MAX_RECIPIENTS:
        raise Invalid(
            _("An alias has at most %(limit)s recipients.") % {"limit": settings.MAX_RECIPIENTS}, field="recipients"
        )
    return _once([parse_address(one, field="recipients") for one in recipients])


def _once(addresses: Sequence[Address]) -> list[Address]:
    first: dict[str, Address] = {}
    for one in addresses:
        first.setdefault(one.normalized, one)
    return list(first.values())


def _check_recipients(
    actor: Actor,
    context: Context,
    alias: Address,
    added: Sequence[Address],
    *,
    count: int,
    continues: bool = True,
) -> None:
    """Refuse too many recipients, the alias itself, and, where an existing edge is continued, loops and long chains."""
    if count > settings.MAX_RECIPIENTS:
        raise Invalid(
            _("An alias has at most %(limit)s recipients.") % {"limit": settings.MAX_RECIPIENTS}, field="recipients"
        )
    if alias.normalized in {one.normalized for one in added}:
        raise Invalid(_("An alias cannot be its own recipient."), field="recipients")
    if continues:
        check_chains(actor, context, alias, added)


def _current(row: ForwardingAlias) -> list[Address]:
    return [Address(*values) for values in row.recipients.order_by("pk").values_list("address", "normalized", "domain")]


def _change(actor: Actor, row: ForwardingAlias, target: Sequence[Address]) -> bool:
    """Make `target` the recipients of the held alias; those that stay keep their place. Whether anything changed."""
    before = snapshot(row)
    wanted = _once(target)
    present = {one.normalized for one in _current(row)}
    gone = present - {one.normalized for one in wanted}
    added = [one for one in wanted if one.normalized not in present]
    row.recipients.filter(normalized__in=gone).delete()
    if added:
        _check_recipients(actor, row.context, _address(row), added, count=len(wanted))
        _append(row, added)
    record(actor, entry(row, before, snapshot(row)))
    return bool(gone or added)


def _address(row: ForwardingAlias) -> Address:
    return Address(row.address, row.normalized, row.domain)


def _append(row: ForwardingAlias, addresses: Sequence[Address]) -> None:
    Recipient.objects.bulk_create(
        Recipient(alias=row, address=one.written, normalized=one.normalized, domain=one.domain) for one in addresses
    )


def _delete(actor: Actor, rows: Sequence[ForwardingAlias]) -> None:
    """Delete these locked rows, not more than one statement can name, and record each with what it had."""
    recipients: dict[int, list[str]] = {row.pk: [] for row in rows}
    pairs = Recipient.objects.filter(alias__in=recipients).order_by("pk").values_list("alias_id", "address")
    for alias_id, address in pairs:
        recipients[alias_id].append(address)
    record_all(actor, (entry(row, _snapshot(row, recipients[row.pk]), None) for row in rows))
    ForwardingAlias.objects.filter(pk__in=recipients).delete()
