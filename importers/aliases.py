"""Aliases: the entries of forwards, those of domain aliases included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.conf import settings

from core.addresses import Address, parse_address
from core.errors import Invalid
from importers.draft import Draft, own_address
from importers.graph import refusals
from importers.ledger import quoted
from importers.recipients import judge, without_extension
from importers.world import Alias, Target

_KEEPS_A_COPY = (
    "it keeps mail in the mailbox and sends it on as well, and an alias here replaces the mailbox: "
    "the owner's Sieve script can do that (`redirect :copy`), to "
)
_NAMED = 5


@dataclass(frozen=True, slots=True)
class _Forward:
    """An alias that may still turn out to close a loop. One without `alias` comes from a domain alias."""

    address: Address
    recipients: tuple[Address, ...]
    is_active: bool
    alias: Alias | None = None
    # What becomes of each recipient's row: nothing, or the reason why it is left out.
    targets: tuple[tuple[Target, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Judged:
    """An alias's recipients that mail can go to, by their normalized form, and what there is to say."""

    good: dict[str, Address]
    targets: tuple[tuple[Target, str], ...]
    notes: tuple[str, ...]


class Aliases:
    """First what each alias is by itself, then what all of them together are."""

    def __init__(self, draft: Draft) -> None:
        self._draft = draft
        self._forwards: dict[str, _Forward] = {}
        self._addresses: set[str] = set()

    def take(self) -> None:
        """Make the entries of forwards; every row of an alias is taken or left."""
        rows = sorted(self._draft.world.aliases, key=lambda alias: (not alias.is_active, alias.address))
        read = [(alias, *own_address(self._draft, alias.address, alias.why_not)) for alias in rows]
        aliases = {address.normalized for _alias, address, _why_not in read if address}
        expanded = dict(self._of_domain_aliases(aliases))
        self._addresses = {*aliases, *self._draft.users, *expanded}
        for alias, address, why_not in read:
            if address is None:
                self._leave(alias, why_not)
            elif address.normalized in self._forwards:
                self._leave(alias, f"another row has the alias {quoted(address.normalized)} already")
            else:
                self._look_at(alias, address)
        self._expand(expanded)
        self._settle()

    def _look_at(self, alias: Alias, address: Address) -> None:
        own, judged = address.normalized, self._judged(alias, address.normalized)
        recipients = tuple(judged.good.values())
        others = [one.written for one in recipients if one.normalized != own]
        if own in judged.good and not others:
            # A mailbox that mail to it goes to: that is what a mailbox is.
            self._take_rows(alias, judged.targets, judged.notes)
        elif own in judged.good:
            named = ", ".join(quoted(one) for one in others[:_NAMED]) + (" and more" if others[_NAMED:] else "")
            self._leave(alias, _KEEPS_A_COPY + named)
        elif not recipients:
            reasons = "; ".join(dict.fromkeys(reason for _target, reason in judged.targets if reason))
            self._leave(alias, f"it has no recipient that can be taken over{f': {reasons}' if reasons else ''}")
        elif len(recipients) > settings.MAX_RECIPIENTS:
            most = settings.MAX_RECIPIENTS
            self._leave(alias, f"it has {len(recipients)} recipients, and an alias has at most {most} (MAX_RECIPIENTS)")
        else:
            notes = judged.notes
            if own in self._draft.users:
                notes += ("its mail goes on and none stays in the mailbox of that address",)
            is_active = alias.is_active and self._serves(address.domain)
            self._forwards[own] = _Forward(address, recipients, is_active, alias, judged.targets, notes)

    def _judged(self, alias: Alias, own: str) -> _Judged:
        good: dict[str, Address] = {}
        targets: list[tuple[Target, str]] = []
        notes: list[str] = list(alias.notes)
        for target in alias.targets:
            try:
                address, note = self._recipient(target.text, own)
            except Invalid as error:
                targets.append((target, str(error)))
                notes.append(f"a recipient is left out: {error}")
                continue
            good.setdefault(address.normalized, address)
            targets.append((target, ""))
            notes += [note] if note else []
        return _Judged(good, tuple(targets), tuple(notes))

    def _recipient(self, written: str, own: str) -> tuple[Address, str]:
        """The recipient, and what there is to say about it. Invalid."""
        address = judge(written, own)
        if address.normalized == own and own not in self._draft.users:
            raise Invalid("an alias is never its own recipient")
        if address.domain not in self._draft.context_of or address.normalized in self._addresses:
            return address, ""
        base = without_extension(address)
        if base in self._addresses and base != own:
            # The address that the extension stands behind is where its mail ended there.
            return parse_address(base), f"{quoted(written)} becomes {quoted(base)}: there are no extensions here"
        return address, f"its recipient {quoted(written)} does not exist: mail to it will come back"

    def _of_domain_aliases(self, aliases: set[str]) -> Iterator[tuple[str, str]]:
        """The addresses that domain aliases stand for, each with the one that it leads to."""
        mailboxes, others = _by_domain(self._draft.users), _by_domain(aliases - self._draft.users.keys())
        for name, (alias, target) in self._draft.domain_aliases.items():
            for local in (*mailboxes.get(target, ()), *(() if alias.mailboxes_alone else others.get(target, ()))):
                yield f"{local}@{name}", f"{local}@{target}"

    def _expand(self, expanded: dict[str, str]) -> None:
        for new, old in sorted(expanded.items()):
            if new in self._forwards or new in self._draft.users:
                continue
            try:
                address = parse_address(new)
            except Invalid:  # the other domain is longer
                origin = self._draft.domain_aliases[new.rpartition("@")[2]][0].origin
                self._draft.ledger.note(origin, [f"{quoted(new)} is too long for an address"])
                continue
            active = self._serves(address.domain)
            self._forwards[new] = _Forward(address, (parse_address(old),), active)

    def _settle(self) -> None:
        """Leave out what closes loops, and take the rest; what stands for something that was left out goes with it."""
        edges = {own: [one.normalized for one in forward.recipients] for own, forward in self._forwards.items()}
        refused = refusals(edges)
        for own, forward in self._forwards.items():
            if forward.alias is None:
                continue
            if own in refused:
                self._leave(forward.alias, refused[own])
            else:
                self._take_rows(forward.alias, forward.targets, forward.notes)
                self._add(forward)
        taken = {*self._draft.users, *self._draft.forwards}
        for own, forward in self._forwards.items():
            if forward.alias is None and own not in refused and forward.recipients[0].normalized in taken:
                self._add(forward)

    def _add(self, forward: _Forward) -> None:
        self._draft.forwards[forward.address.normalized] = {
            "context": self._draft.context_of[forward.address.domain].id,
            "alias": forward.address.written,
            "recipients": [one.written for one in forward.recipients],
            "is_active": forward.is_active,
        }

    def _serves(self, domain: str) -> bool:
        """Whether an alias there is active by itself: a context that is suspended suspends its aliases as a whole."""
        return self._draft.is_active(domain) or not self._draft.context_of[domain].is_active

    def _take_rows(self, alias: Alias, targets: Iterable[tuple[Target, str]], notes: Iterable[str]) -> None:
        ledger = self._draft.ledger
        ledger.take(alias.origin, *alias.more_rows)
        ledger.note(alias.origin, notes)
        for target, reason in targets:
            if target.origin is not None and reason:
                ledger.leave(target.origin, reason)
            else:
                ledger.take(target.origin)

    def _leave(self, alias: Alias, reason: str) -> None:
        ledger = self._draft.ledger
        for origin in (alias.origin, *alias.more_rows):
            ledger.leave(origin, reason)
        for target in alias.targets:
            if target.origin is not None:
                ledger.leave(target.origin, "its alias is not taken over")


def _by_domain(addresses: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for address in addresses:
        local, _at, domain = address.rpartition("@")
        found.setdefault(domain, []).append(local)
    return found
