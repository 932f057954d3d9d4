"""Every write to forwarding aliases."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from django.conf import settings
from django.db import transaction

from accounts.models import Context, User
from accounts.services import neighbours
from accounts.services.changes import Entry, Snapshot, record, record_all
from forwards.graph import check_chains, lock_edges
from forwards.models import ForwardingAlias, Recipient
from oxaas.addresses import Address, parse_address, parse_alias
from oxaas.changes import Actor
from oxaas.errors import Conflict, Invalid, NotFound
from oxaas.iteration import batched

_CHUNK: Final = 1000


@transaction.atomic
def create_forward(*, actor: Actor, context: Context, alias: str, recipients: Sequence[str]) -> bool:
    """True when the alias is new; False when the context has it already, and then nothing changes, whatever was asked.

    Invalid; Conflict when the address or its domain is another context's.
    """
    address = parse_alias(alias)
    if _exists(context, address):
        return False
    wanted = _parse_recipients(recipients)
    lock_edges(address.normalized, [one.normalized for one in wanted], domain=address.domain)
    if _exists(context, address):
        return False
    _check_not_elsewhere(context, address)
    _check_recipients(actor, address, wanted, count=len(wanted))
    row = ForwardingAlias(
        context=context, address=address.written, normalized=address.normalized, domain=address.domain
    )
    row.save(force_insert=True)
    _append(row, wanted)
    record(actor, _entry(row, None, snapshot(row)))
    return True


@transaction.atomic
def add_recipients(*, actor: Actor, context: Context, alias: str, recipients: Sequence[str]) -> bool:
    """True when at least one recipient was added, False when all were there. NotFound, Invalid."""
    row = find_forward(context, alias)
    wanted = _parse_recipients(recipients)
    return _change(actor, row, [*_current(row), *wanted])


@transaction.atomic
def remove_recipient(*, actor: Actor, context: Context, alias: str, recipient: str) -> None:
    """Take one recipient away; with the last one the alias goes. NotFound."""
    row = find_forward(context, alias, lock=True)
    normalized = _normalized(recipient)
    current = _current(row)
    left = [one for one in current if one.normalized != normalized]
    if len(left) == len(current):
        raise NotFound("The alias has no such recipient.")
    if left:
        _change(actor, row, left)
    else:
        _delete(actor, [row])


@transaction.atomic
def set_recipients(*, actor: Actor, forward: ForwardingAlias, recipients: Sequence[str]) -> bool:
    """Make these the alias's recipients, the new ones in this order; whether anything changed. Invalid, NotFound."""
    return _change(actor, forward, _parse_recipients(recipients))


@transaction.atomic
def replace_recipient(*, actor: Actor, forward: ForwardingAlias, old: str, new: str) -> bool:
    """Put `new` in place of `old`; False when the alias has no `old`. Invalid, NotFound."""
    old_address, new_address = parse_address(old, field="old"), parse_address(new, field="new")
    current = _current(forward)
    if old_address.normalized not in {one.normalized for one in current}:
        return False
    return _change(
        actor, forward, [new_address if one.normalized == old_address.normalized else one for one in current]
    )


@transaction.atomic
def set_forward_active(*, actor: Actor, forward: ForwardingAlias, is_active: bool) -> bool:
    """Suspend or resume an alias; whether anything changed. NotFound."""
    row = _locked(forward)
    before = snapshot(row)
    row.is_active = is_active
    row.save(update_fields=["is_active"])
    record(actor, _entry(row, before, snapshot(row)))
    return bool(before["is_active"] != is_active)


@transaction.atomic
def delete_forward(*, actor: Actor, context: Context, alias: str) -> None:
    """Delete one alias. NotFound."""
    _delete(actor, [find_forward(context, alias, lock=True)])


@transaction.atomic
def delete_forwards(*, actor: Actor, context: Context) -> int:
    """Delete all aliases of the context as one batch, and say how many there were."""
    rows = list(ForwardingAlias.objects.select_for_update(of=("self",)).filter(context=context).order_by("pk"))
    _delete(actor.in_batch(), rows)
    return len(rows)


def find_forward(context: Context, alias: str, *, lock: bool = False) -> ForwardingAlias:
    """The context's alias of this address. NotFound, also for what is no address."""
    rows = ForwardingAlias.objects.select_related("context")
    if lock:
        rows = rows.select_for_update(of=("self",))
    row = rows.filter(context=context, normalized=_normalized(alias)).first()
    if row is None:
        raise NotFound("Forwarding alias does not exist.")
    return row


def snapshot(row: ForwardingAlias) -> Snapshot:
    """What the change log keeps of an alias."""
    return {
        "recipients": list(row.recipients.order_by("pk").values_list("address", flat=True)),
        "is_active": row.is_active,
    }


def _entry(row: ForwardingAlias, before: Snapshot | None, after: Snapshot | None) -> Entry:
    return Entry("forward", row.address, before, after, context=row.context)


def _locked(forward: ForwardingAlias) -> ForwardingAlias:
    rows = ForwardingAlias.objects.select_for_update(of=("self",)).select_related("context")
    row = rows.filter(pk=forward.pk).first()
    if row is None:
        raise NotFound("The alias does not exist any more.")
    return row


def _normalized(text: str) -> str:
    """The form in which an alias or recipient of a path is looked up; NotFound for what is no address."""
    try:
        return parse_address(text).normalized
    except Invalid as error:
        raise NotFound("Forwarding alias does not exist.") from error


def _exists(context: Context, address: Address) -> bool:
    """Whether the context has the alias. Conflict when another one has."""
    owner = ForwardingAlias.objects.filter(normalized=address.normalized).values_list("context_id", flat=True).first()
    if owner is not None and owner != context.pk:
        raise Conflict(f"The address {address.written} is not available in this context.", field="address")
    return owner is not None


def _check_not_elsewhere(context: Context, address: Address) -> None:
    """An alias must not take the mail of another context's mailbox or explicit domain."""
    mailboxes = User.objects.filter(uidname_normalized=address.normalized).exclude(context=context)
    if mailboxes.exists() or neighbours.domain_elsewhere(context, address.domain):
        raise Conflict(f"The address {address.written} is not available in this context.", field="address")


def _parse_recipients(recipients: Sequence[str]) -> list[Address]:
    """The addresses, each once, in order; one bad address spoils the list."""
    if not recipients:
        raise Invalid("There must be at least one recipient.", field="recipients")
    if len(recipients) > settings.MAX_RECIPIENTS:
        raise Invalid(f"An alias has at most {settings.MAX_RECIPIENTS} recipients.", field="recipients")
    return _once([parse_address(one, field="recipients") for one in recipients])


def _once(addresses: Sequence[Address]) -> list[Address]:
    first: dict[str, Address] = {}
    for one in addresses:
        first.setdefault(one.normalized, one)
    return list(first.values())


def _check_recipients(actor: Actor, alias: Address, added: Sequence[Address], *, count: int) -> None:
    if count > settings.MAX_RECIPIENTS:
        raise Invalid(f"An alias has at most {settings.MAX_RECIPIENTS} recipients.", field="recipients")
    if alias.normalized in {one.normalized for one in added}:
        raise Invalid("An alias cannot be its own recipient.", field="recipients")
    check_chains(actor, alias, added)


def _current(row: ForwardingAlias) -> list[Address]:
    return [Address(*values) for values in row.recipients.order_by("pk").values_list("address", "normalized", "domain")]


def _change(actor: Actor, forward: ForwardingAlias, target: Sequence[Address]) -> bool:
    """Make `target` the recipients of the alias; those that stay keep their place. Whether anything changed."""
    wanted = _once(target)
    present = {one.normalized for one in _current(forward)}
    added = [one for one in wanted if one.normalized not in present]
    if added:
        lock_edges(forward.normalized, [one.normalized for one in added], domain=forward.domain)
    row = _locked(forward)
    before = snapshot(row)
    gone = present - {one.normalized for one in wanted}
    row.recipients.filter(normalized__in=gone).delete()
    held = set(row.recipients.values_list("normalized", flat=True))
    added = [one for one in added if one.normalized not in held]
    if added:
        alias = Address(row.address, row.normalized, row.domain)
        _check_recipients(actor, alias, added, count=len(held) + len(added))
        _append(row, added)
    if not held and not added:
        raise Invalid("There must be at least one recipient.", field="recipients")
    record(actor, _entry(row, before, snapshot(row)))
    return bool(gone or added)


def _append(row: ForwardingAlias, addresses: Sequence[Address]) -> None:
    Recipient.objects.bulk_create(
        Recipient(alias=row, address=one.written, normalized=one.normalized, domain=one.domain) for one in addresses
    )


def _delete(actor: Actor, rows: Iterable[ForwardingAlias]) -> None:
    """Delete these locked rows, and record each with what it had."""
    for chunk in batched(rows, _CHUNK):
        recipients: dict[int, list[str]] = {row.pk: [] for row in chunk}
        pairs = Recipient.objects.filter(alias__in=recipients).order_by("pk").values_list("alias_id", "address")
        for alias_id, address in pairs:
            recipients[alias_id].append(address)
        record_all(
            actor,
            (_entry(row, {"recipients": recipients[row.pk], "is_active": row.is_active}, None) for row in chunk),
        )
        ForwardingAlias.objects.filter(pk__in=recipients).delete()
