"""Who has an address, who has a domain: asked by everything that refuses, serves or traces one.

The apps that keep aliases and domains register how theirs are looked up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, Final

from django.db.models import QuerySet

from accounts.models import Context
from core.scoping import Viewer

# Normalized addresses or domains -> the contexts that have them.
Lookup = Callable[[Collection[str]], dict[str, set[int]]]
# The explicit domains that a viewer sees; everybody's without one.
_domains: Final[list[Callable[[Viewer | None], QuerySet[Any]]]] = []
_lookups: Final[dict[str, Lookup]] = {}


def register(**lookups: Lookup) -> None:
    """Register look-ups: `aliases` by address, `alias_domains` by domain, `explicit_domains` by name."""
    _lookups.update(lookups)


def register_domains(visible: Callable[[Viewer | None], QuerySet[Any]]) -> None:
    """Register how explicit domains are listed: rows with `name` and `context`."""
    _domains.append(visible)


def domains_visible_to(viewer: Viewer | None) -> QuerySet[Any]:
    """The explicit domains that a viewer sees; without a viewer all of them."""
    return _domains[0](viewer)


def alias_elsewhere(context: Context, normalized: str) -> bool:
    """Whether another context has a forwarding alias of this address."""
    return _elsewhere("aliases", context, normalized)


def domain_elsewhere(context: Context, domain: str) -> bool:
    """Whether this is another context's explicit domain."""
    return _elsewhere("explicit_domains", context, domain)


def aliases_elsewhere(context: Context, domain: str) -> bool:
    """Whether another context has forwarding aliases in this domain."""
    return _elsewhere("alias_domains", context, domain)


def _elsewhere(lookup: str, context: Context, name: str) -> bool:
    return bool(_lookups[lookup]([name]).get(name, set()) - {context.pk})
