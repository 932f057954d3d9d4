"""What this installation has already of what the source has: asked in pieces, never row by row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Max

from accounts.models import Administrator, Context, Reseller, User
from accounts.ownership import owners_of
from core.iteration import batched
from domains.models import ExplicitDomain

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class KnownContext:
    """A context that is here."""

    id: int
    name: str
    reseller: str | None


def owners(domains: Iterable[str]) -> dict[str, KnownContext]:
    """The contexts that have some of the domains, by domain."""
    by_domain: dict[str, int] = {}
    for chunk in batched(domains, _CHUNK):
        # Declared is here, be it still without a proof; whose proof is known comes first.
        declared = ExplicitDomain.objects.filter(name__in=chunk).order_by("-pk").values_list("name", "context_id")
        by_domain |= dict(declared) | owners_of(chunk)
    known: dict[int, KnownContext] = {}
    for keys in batched(sorted(set(by_domain.values())), _CHUNK):
        rows = Context.objects.filter(pk__in=keys).values_list("pk", "name", "reseller__name")
        known |= {key: KnownContext(key, name, reseller) for key, name, reseller in rows}
    return {domain: known[key] for domain, key in by_domain.items()}


def greatest_context_id() -> int:
    """The greatest id of a context, 0 without any."""
    return Context.objects.aggregate(most=Max("pk"))["most"] or 0


def taken_context_names(names: Iterable[str]) -> set[str]:
    """Those of the names that contexts have."""
    taken: set[str] = set()
    for chunk in batched(names, _CHUNK):
        taken.update(Context.objects.filter(name__in=chunk).values_list("name", flat=True))
    return taken


def users(uidnames: Iterable[str]) -> dict[str, tuple[int, int]]:
    """Context id and number of those who have one of the (normalized) uidnames."""
    found: dict[str, tuple[int, int]] = {}
    for chunk in batched(uidnames, _CHUNK):
        rows = User.objects.filter(uidname_normalized__in=chunk).order_by()
        found |= {name: (context, number) for name, context, number in rows.values_list(*_USER)}
    return found


_USER: Final = ("uidname_normalized", "context_id", "number")


def phones(digits: Iterable[str]) -> dict[str, str]:
    """The (normalized) uidnames of those who have one of the phone numbers, by its digits."""
    found: dict[str, str] = {}
    for chunk in batched(digits, _CHUNK):
        rows = User.objects.filter(msisdn_digits__in=chunk).order_by()
        found |= {number or "": name for number, name in rows.values_list("msisdn_digits", "uidname_normalized")}
    return found


def greatest_numbers(contexts: Iterable[int]) -> dict[int, int]:
    """The greatest user number in each of the contexts that have users."""
    found: dict[int, int] = {}
    for chunk in batched(contexts, _CHUNK):
        rows = User.objects.filter(context__in=chunk).order_by().values("context_id").annotate(most=Max("number"))
        found |= {row["context_id"]: row["most"] for row in rows}
    return found


def logins() -> set[tuple[int | None, str]]:
    """All administrators, as the id of their context (None for the others) and their login."""
    return set(Administrator.objects.order_by().values_list("context_id", "login"))


def reseller_names() -> set[str]:
    """The names of all resellers."""
    return set(Reseller.objects.order_by().values_list("name", flat=True))
