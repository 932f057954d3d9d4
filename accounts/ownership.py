"""Whose address is it, whose domain: asked by everything that refuses, serves or traces one.

A domain belongs to the context that has declared it, with DOMAIN_PROOF=dns once it is proven. The mail servers serve an
address only where its domain belongs to the same context; others are kept and take part in nothing. The app that keeps
the domains registers its table here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Final, Protocol, Self

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from accounts.models import Context
from core.addresses import Address
from core.errors import Conflict, DomainError, Invalid
from core.locks import lock_names
from core.scoping import ScopedQuerySet, Viewer

ALLOW: Final = "allow"
REFUSE: Final = "refuse"
# A context and a domain.
Claim = tuple[int, str]


class Objections(Protocol):
    """What stands against that domains begin to belong to contexts, asked for one after the other."""

    def against(self, context: int, domain: str) -> DomainError | None:
        """Why the domain must not be the context's; where nothing is said, it is from now on."""

    def forget(self, context: int, domain: str) -> None:
        """The domain is not the context's any more."""


# Reads at once what it looks at for all of the claims; and holds it until the transaction ends, where it is told so.
BelongingCheck = Callable[[Collection[Claim], bool], Objections]

# The domains that belong to their contexts, and those that wait for their proof: rows with `name` and `context`.
_tables: Final[list[tuple[Callable[[], ScopedQuerySet[Any]], Callable[[], ScopedQuerySet[Any]]]]] = []
_belonging_checks: Final[list[BelongingCheck]] = []


def register_domains(belonging: Callable[[], ScopedQuerySet[Any]], waiting: Callable[[], ScopedQuerySet[Any]]) -> None:
    """Register the domains that belong to their context, and the declared ones that wait for their proof."""
    _tables.append((belonging, waiting))


def register_belonging_check(check: BelongingCheck) -> None:
    """Ask `check` before domains begin to belong to contexts."""
    _belonging_checks.append(check)


def domains_of(viewer: Viewer | None) -> QuerySet[Any]:
    """The domains that belong to what the viewer sees; everybody's without a viewer, who is the operator."""
    ((belonging, _waiting),) = _tables
    return belonging() if viewer is None else belonging().visible_to(viewer)


def waiting_domains() -> QuerySet[Any]:
    """The domains that contexts have declared, and have yet to prove."""
    ((_belonging, waiting),) = _tables
    return waiting()


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


def awaits_proof() -> Coalesce:
    """For a page of a list: whether the row's context has declared the row's domain, and has yet to prove it."""
    return _for_each(waiting_domains())


def served_flag(prefix: str = "") -> Coalesce:
    """`is_served` for a few rows that are found by something else: a page of a list, some addresses."""
    return _for_each(domains_of(None), prefix)


def _for_each(domains: QuerySet[Any], prefix: str = "") -> Coalesce:
    """Whether the row's domain is among its context's, looked up for each row.

    EXISTS becomes a join, which may begin with all domains, or with all addresses of a table that has grown since
    PostgreSQL counted it.
    """
    of_row = domains.filter(name=OuterRef(f"{prefix}domain"), context=OuterRef(f"{prefix}context"))
    return Coalesce(Subquery(of_row.values(is_there=Value(True))[:1]), Value(False))


def undeclared(rows: QuerySet[Any]) -> QuerySet[Any]:
    """The rows whose address is not served, because their context has not declared its domain, or not proven it."""
    return rows.exclude(domain="").filter(~is_served())


class Claims:
    """Whom some domains belong to, looked up once for many addresses of many contexts.

    Where the hoster is strict, addresses may be prepared while their domain is `waiting` for its proof.
    """

    def __init__(self, owners: Mapping[str, int], waiting: Collection[tuple[int, str]]) -> None:
        self.owners, self._waiting = owners, set(waiting)
        self._strict = settings.UNDECLARED_DOMAINS != ALLOW

    @classmethod
    def of(cls, domains: Collection[str]) -> Self:
        """What is known of these domains."""
        owners = owners_of(domains)
        strict = settings.UNDECLARED_DOMAINS != ALLOW
        return cls(owners, _waiting({one for one in domains if one} - owners.keys()) if strict else set())

    def refusal(self, context: Context, address: Address) -> DomainError | None:
        """What keeps the address from the context."""
        owner = self.owners.get(address.domain)
        if owner is None:
            if not self._strict or (context.pk, address.domain) in self._waiting:
                return None
            return Invalid(_("The domain %(domain)s is not declared.") % {"domain": address.domain}, field="address")
        if owner == context.pk:
            return None
        return Conflict(
            _("The domain %(domain)s belongs to another context.") % {"domain": address.domain}, field="address"
        )


def hold_domains(domains: Iterable[str]) -> None:
    """Hold the domains until the transaction ends: nobody puts an address into one or declares it meanwhile."""
    if names := [f"domain:{domain}" for domain in domains]:
        lock_names(names)


def objections(claims: Collection[Claim], *, hold: bool) -> list[Objections]:
    """What apps have against that these domains, which are held, begin to belong to the contexts."""
    return [check(claims, hold) for check in _belonging_checks] if claims else []


def _waiting(domains: Collection[str]) -> set[tuple[int, str]]:
    """Which contexts have declared which of the domains, and have yet to prove it."""
    if not domains:
        return set()
    return set(waiting_domains().filter(name__in=domains).values_list("context_id", "name"))
