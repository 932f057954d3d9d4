"""Whose address is it, whose domain: asked by everything that refuses, serves or traces one.

A domain belongs to the context that has declared it. The mail servers serve an address only where its domain belongs to
the same context; others are kept and take part in nothing. The app that keeps the domains registers its table here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Context
from core.addresses import Address
from core.errors import Conflict, DomainError, Invalid
from core.locks import lock_names
from core.scoping import ScopedQuerySet, Viewer

ALLOW: Final = "allow"
REFUSE: Final = "refuse"
# The table of declared domains: rows with `name` and `context`.
_tables: Final[list[Callable[[], ScopedQuerySet[Any]]]] = []
# Asked before a domain is declared; each raises Conflict when that must not be.
_declaration_checks: Final[list[Callable[[Context, str], None]]] = []


def register_domains(rows: Callable[[], ScopedQuerySet[Any]]) -> None:
    """Register the rows of all declared domains that belong to their context, with `name` and `context`."""
    _tables.append(rows)


def register_declaration_check(check: Callable[[Context, str], None]) -> None:
    """Call `check` with the context and the domain before a domain is declared. It raises Conflict."""
    _declaration_checks.append(check)


def domains_of(viewer: Viewer | None) -> QuerySet[Any]:
    """The domains that belong to what the viewer sees; everybody's without a viewer, who is the operator."""
    (rows,) = _tables
    return rows() if viewer is None else rows().visible_to(viewer)


def owners_of(domains: Collection[str]) -> dict[str, int]:
    """The context that each of these domains belongs to, as far as they belong to any. One statement."""
    names = {domain for domain in domains if domain}
    if not names:
        return {}
    return dict(domains_of(None).filter(name__in=names).values_list("name", "context_id"))


def is_served(prefix: str = "") -> Exists:
    """For a queryset: whether the row's domain belongs to the row's context.

    `prefix` leads from the row to the one that has `domain` and `context`, such as "alias__".
    """
    return Exists(domains_of(None).filter(name=OuterRef(f"{prefix}domain"), context=OuterRef(f"{prefix}context")))


def undeclared(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows whose address is not served, because their context has not declared its domain."""
    return rows.exclude(domain="").filter(~is_served())


def claim_addresses(context: Context, addresses: Collection[Address]) -> Mapping[str, DomainError]:
    """What keeps each of the addresses (by its normalized form) from the context; nothing for those it may have.

    The domains are held, shared, until the transaction ends, so that nobody declares one meanwhile.
    """
    domains = {address.domain for address in addresses if address.domain}
    lock_names([f"domain:{domain}" for domain in domains], shared=True)
    return refusals_of(context, addresses)


def refusals_of(context: Context, addresses: Collection[Address]) -> Mapping[str, DomainError]:
    """`claim_addresses` for a caller that holds the domains already, or only asks."""
    owners = owners_of({address.domain for address in addresses})
    found = ((address.normalized, _refusal(context, address, owners)) for address in addresses if address.domain)
    return {normalized: refusal for normalized, refusal in found if refusal is not None}


def check_address(context: Context, address: Address) -> None:
    """Conflict when the address is in another context's domain; Invalid when nobody's and the hoster is strict.

    The caller holds the domain, as `claim_addresses` does, when it is going to write.
    """
    refusal = refusals_of(context, [address]).get(address.normalized)
    if refusal is not None:
        raise refusal


def claim_domain(context: Context, domain: str) -> None:
    """Hold the domain until the transaction ends. Conflict when an app has a reason against its declaration."""
    lock_names([f"domain:{domain}"])
    for check in _declaration_checks:
        check(context, domain)


def _refusal(context: Context, address: Address, owners: Mapping[str, int]) -> DomainError | None:
    owner = owners.get(address.domain)
    if owner is None:
        if settings.UNDECLARED_DOMAINS == ALLOW:
            return None
        return Invalid(_("The domain %(domain)s is not declared.") % {"domain": address.domain}, field="address")
    if owner == context.pk:
        return None
    return Conflict(
        _("The domain %(domain)s belongs to another context.") % {"domain": address.domain}, field="address"
    )
