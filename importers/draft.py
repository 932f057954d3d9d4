"""The file that is being made: its contexts and entries, what becomes of each row, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, Literal

from core.addresses import Address, is_public_suffix, parse_address, parse_domain
from core.errors import Invalid
from domains.plans import reserved_domains
from importers.here import KnownContext
from importers.ledger import Ledger
from importers.world import MEBIBYTE, Domain, DomainAlias, World

Entry = dict[str, Any]
_LONGEST_NAME: Final = 120


@dataclass(frozen=True, slots=True)
class Options:
    """What may be chosen. `megabyte` is in bytes; `first_id` 0 means: after the last one that is here."""

    contexts: Literal["domain", "admin"] = "domain"
    reseller: str | None = None
    first_id: int = 0
    merge: bool = False
    expand: bool = True
    proven: bool = False
    megabyte: int = MEBIBYTE


@dataclass(slots=True)
class PlannedContext:
    """A context with the domains of the source that it gets, and those domains' aliases."""

    id: int
    name: str
    reseller: str | None
    is_new: bool
    domains: dict[str, Domain] = field(default_factory=dict)
    domain_aliases: list[str] = field(default_factory=list)
    mailboxes: int = 0

    @property
    def is_active(self) -> bool:
        """Suspended when all of its domains are switched off."""
        return any(domain.is_active for domain in self.domains.values())


@dataclass(slots=True)
class Draft:
    """Everything that the steps of the translation hand on to each other."""

    world: World
    options: Options
    ledger: Ledger = field(default_factory=Ledger)
    # Normalized name -> the source's domain, of those that can be taken over.
    domains: dict[str, Domain] = field(default_factory=dict)
    domain_aliases: dict[str, tuple[DomainAlias, str]] = field(default_factory=dict)
    # Some rivals have a row among the domains for a domain alias as well.
    rows_of_domain_aliases: dict[str, Domain] = field(default_factory=dict)
    why_no_domain: dict[str, str] = field(default_factory=dict)
    here: dict[str, KnownContext] = field(default_factory=dict)
    contexts: list[PlannedContext] = field(default_factory=list)
    context_of: dict[str, PlannedContext] = field(default_factory=dict)
    administers: dict[str, set[str]] = field(default_factory=dict)
    resellers: dict[str, Entry] = field(default_factory=dict)
    administrators: list[Entry] = field(default_factory=list)
    passwords: list[tuple[str, str]] = field(default_factory=list)
    # Normalized address -> entry.
    users: dict[str, Entry] = field(default_factory=dict)
    forwards: dict[str, Entry] = field(default_factory=dict)
    owners: list[str] = field(default_factory=list)
    readable_passwords: int = 0

    def is_active(self, domain: str) -> bool:
        """Whether the domain is in service, by itself and, for another one's alias, by that one."""
        if domain in self.domain_aliases:
            alias, target = self.domain_aliases[domain]
            own = self.rows_of_domain_aliases.get(domain)
            return alias.is_active and (own is None or own.is_active) and self.is_active(target)
        return self.domains[domain].is_active

    def why_not_in(self, domain: str) -> str:
        """Why no address of this (normalized) domain can be taken over; empty when it can."""
        if domain in self.context_of:
            return ""
        return self.why_no_domain.get(domain, "its domain is not among the source's domains")

    def document(self) -> dict[str, list[Entry]]:
        """The file, for `provision`."""
        sections: dict[str, list[Entry]] = {
            "resellers": list(self.resellers.values()),
            "contexts": [_context_entry(context) for context in self.contexts],
            "administrators": self.administrators,
            "users": list(self.users.values()),
            "domains": [
                {"context": context.id, "domain": name, **({"proven": True} if self.options.proven else {})}
                for context in self.contexts
                for name in (*context.domains, *context.domain_aliases)
            ],
            "forwards": list(self.forwards.values()),
        }
        return {key: entries for key, entries in sections.items() if entries}


def domain_name(written: str) -> str:
    """The domain, normalized. Invalid when nobody can have it here."""
    try:
        name = parse_domain(written.strip())
    except Invalid as error:
        raise Invalid("it is no domain name") from error
    if is_public_suffix(name):
        raise Invalid("it is a public suffix, such as com: nobody owns it")
    if any(name == one or name.endswith(f".{one}") for one in reserved_domains()):
        raise Invalid("the domain is reserved here (RESERVED_DOMAINS)")
    return name


def own_address(draft: Draft, written: str, why_not: str) -> tuple[Address | None, str]:
    """The address of a mailbox or an alias, or why it cannot be one here."""
    if why_not:
        return None, why_not
    if written.startswith(("@", "*@")):
        return None, "a catch-all: mail to addresses that do not exist is refused here"
    try:
        address = parse_address(written)
    except Invalid:
        return None, "it is no mail address"
    reason = draft.why_not_in(address.domain)
    return (None, reason) if reason else (address, "")


def context_name(domain: str) -> str:
    """The domain as the name of a context, which may be shorter."""
    return domain[:_LONGEST_NAME].rstrip(".-")


def _context_entry(context: PlannedContext) -> Entry:
    entry: Entry = {"id": context.id, "name": context.name, "reseller": context.reseller}
    if context.is_new:
        entry |= {"quota": _quota(context), "max_user": _most_users(context), "is_active": context.is_active}
    return entry


def _quota(context: PlannedContext) -> int | None:
    """The sum of the domains'; unlimited as soon as one of them is."""
    quotas = [domain.quota for domain in context.domains.values()]
    return None if None in quotas else sum(quota or 0 for quota in quotas)


def _most_users(context: PlannedContext) -> int | None:
    """The sum of what the domains may have, and never less than there are."""
    limits = [domain.most_mailboxes for domain in context.domains.values()]
    if None in limits:
        return None
    return max(sum(max(limit or 0, 0) for limit in limits), context.mailboxes)
