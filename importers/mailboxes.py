"""Mailboxes: the entries of users, and the lines of Dovecot's file of owners."""

from __future__ import annotations

from collections.abc import Iterable

from core.addresses import Address, parse_msisdn
from core.errors import Invalid
from importers import here
from importers.draft import Draft, own_address
from importers.hashes import for_dovecot, is_readable
from importers.ledger import quoted
from importers.world import Mailbox, Origin


def take_mailboxes(draft: Draft) -> None:
    """The entries of users, numbered in each context in the order of their addresses."""
    chosen: dict[str, tuple[Mailbox, Address]] = {}
    for mailbox in draft.world.mailboxes:
        address, why_not = own_address(draft, mailbox.address, mailbox.why_not)
        if address is not None and address.normalized in chosen:
            why_not = f"the same mailbox as {quoted(chosen[address.normalized][0].address)}, written differently"
        if address is None or why_not:
            _leave(draft, (mailbox.origin, *mailbox.more_rows), why_not)
        else:
            chosen[address.normalized] = (mailbox, address)
    known = here.users(chosen)
    numbers = here.greatest_numbers(context.id for context in draft.contexts if not context.is_new)
    for normalized, (mailbox, address) in sorted(chosen.items()):
        context = draft.context_of[address.domain]
        of_context, number = known.get(normalized, (context.id, 0))
        if of_context != context.id:
            _leave(draft, (mailbox.origin, *mailbox.more_rows), f"the context {of_context} here has this mailbox")
            continue
        if not number:
            number = numbers[context.id] = numbers.get(context.id, 0) + 1
        context.mailboxes += 1
        draft.users[normalized] = {
            "context": context.id,
            "id": number,
            "uidname": address.written,
            "quota": mailbox.quota,
            "is_active": mailbox.is_active and (draft.is_active(address.domain) or not context.is_active),
        }
        draft.ledger.take(mailbox.origin, *mailbox.more_rows)
        draft.ledger.note(mailbox.origin, mailbox.notes)
        _take_hash(draft, mailbox, address)
    _take_phones(draft, {normalized: chosen[normalized][0] for normalized in draft.users})


def _take_hash(draft: Draft, mailbox: Mailbox, address: Address) -> None:
    if not mailbox.password_hash:
        return
    entry, name = for_dovecot(mailbox.password_hash), address.written.lower()
    if not entry or ":" in name or not name.isascii():
        draft.ledger.note(mailbox.origin, ["its password cannot be taken over: nobody can tell how it was hashed"])
        return
    draft.readable_passwords += is_readable(entry)
    draft.owners.append(f"{name}:{entry}")


def _take_phones(draft: Draft, mailboxes: dict[str, Mailbox]) -> None:
    """Phone numbers become msisdns, as far as they are such and nobody else's."""
    wanted: dict[str, str] = {}
    for normalized, mailbox in mailboxes.items():
        if not mailbox.phone:
            continue
        try:
            digits = parse_msisdn(mailbox.phone)[1]
        except Invalid:
            draft.ledger.note(mailbox.origin, [f"its phone number {quoted(mailbox.phone)} is not + and digits"])
            continue
        if wanted.setdefault(digits, normalized) != normalized:
            draft.ledger.note(mailbox.origin, ["its phone number is another mailbox's as well, which keeps it"])
    taken = here.phones(wanted)
    for digits, normalized in wanted.items():
        if taken.get(digits, normalized) == normalized:
            draft.users[normalized]["msisdn"] = mailboxes[normalized].phone
        else:
            draft.ledger.note(mailboxes[normalized].origin, ["its phone number is another user's here"])


def _leave(draft: Draft, origins: Iterable[Origin], reason: str) -> None:
    for origin in origins:
        draft.ledger.leave(origin, reason)
