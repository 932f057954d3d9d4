"""Recipients that do not exist: in a domain of the viewer's, an address that neither a mailbox nor an alias has.

They may be meant, as the mailbox may come later. Mostly they are misspelt, so the nearest address that exists is named.
In other people's domains it would tell which addresses there are.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from difflib import get_close_matches
from typing import Any, Final

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts import ownership
from accounts.models import User
from core.addresses import Address, parse_address
from core.errors import Invalid
from core.iteration import batched
from core.numbers import counted
from core.scoping import Viewer
from forwards.models import ForwardingAlias

_CHUNK: Final = 500
# So many of the addresses are looked up for a nearest one, among so many, and so many are named.
_LOOKED_UP: Final = 20
_CANDIDATES: Final = 500
_NAMED: Final = 5
# How like its nearest one an address must be, from 0 to 1.
_LIKENESS: Final = 0.75
# So many characters at the beginning or at the end are the same, and so much longer or shorter it may be.
_ALIKE: Final = 2
_LONGER: Final = 3
# What an address can be of, and where it is kept.
_HOLDERS: Final[list[tuple[type[Any], str]]] = [(User, "uidname_normalized"), (ForwardingAlias, "normalized")]
Known = Callable[[Collection[str]], Collection[str]]


def doubt(viewer: Viewer | None, addresses: Iterable[str]) -> str:
    """Which of the addresses do not exist in a domain of the viewer's, in a sentence; empty when all do."""
    missing = list(missing_of(viewer, addresses).values())
    nearest = nearest_of(missing[:_NAMED])
    return sentence(missing, nearest)


def doubts(viewer: Viewer | None, lists: Sequence[Collection[str]], known: Known) -> list[str]:
    """`doubt` of many lists, with a number of statements that does not grow.

    `known` tells which of some normalized addresses will be there soon, such as the other lines of a file.
    """
    missing = missing_of(viewer, {one for addresses in lists for one in addresses})
    soon = known(set(missing)) if missing else set()
    missing = {name: one for name, one in missing.items() if name not in soon}
    if not missing:
        return [""] * len(lists)
    nearest = nearest_of(list(missing.values()))
    return [sentence([missing[name] for name in _parsed(one) if name in missing], nearest) for one in lists]


def missing_of(viewer: Viewer | None, addresses: Iterable[str]) -> dict[str, Address]:
    """Those of the addresses that do not exist in a domain of the viewer's, by their normalized form."""
    asked = _parsed(addresses)
    owned: set[str] = set()
    for domains in batched({one.domain for one in asked.values()}, _CHUNK):
        owned.update(ownership.domains_of(viewer).filter(name__in=domains).values_list("name", flat=True))
    missing = {name: one for name, one in asked.items() if one.domain in owned}
    for names in batched(list(missing), _CHUNK):
        for model, column in _HOLDERS:
            rows: QuerySet[Any] = model._default_manager.filter(ownership.served_flag(), **{f"{column}__in": names})
            for name in rows.order_by().values_list(column, flat=True):
                missing.pop(name, None)
    return missing


def nearest_of(missing: Sequence[Address]) -> dict[str, str]:
    """The nearest address that exists to each of these, as far as there is one; of the first few only."""
    found: dict[str, str] = {}
    for address in missing[:_LOOKED_UP]:
        candidates = {name for model, column in _HOLDERS for name in _candidates(model, column, address)}
        for one in get_close_matches(address.normalized, candidates, 1, _LIKENESS):
            found[address.normalized] = one
    return found


def sentence(missing: Sequence[Address], nearest: Mapping[str, str]) -> str:
    """What does not exist, and what may be meant; empty for nothing."""
    words = []
    for one in missing[:_NAMED]:
        words.append(_("%(address)s does not exist.") % {"address": one.written})
        if one.normalized in nearest:
            words.append(_("Did you mean %(address)s?") % {"address": nearest[one.normalized]})
    if len(missing) > _NAMED:
        words.append(_("And %(count)s more do not exist.") % {"count": counted(len(missing) - _NAMED)})
    return " ".join(words)


def _candidates(model: type[Any], column: str, address: Address) -> QuerySet[Any, str]:
    """Addresses of about the same length in the same domain that begin or end alike."""
    local = address.normalized.rpartition("@")[0]
    alike = Q(**{f"{column}__startswith": local[:_ALIKE]}) | Q(
        **{f"{column}__endswith": f"{local[-_ALIKE:]}@{address.domain}"}
    )
    length = len(address.normalized)
    rows: QuerySet[Any] = model._default_manager.filter(
        alike,
        ownership.is_served(),
        domain=address.domain,
        **{f"{column}__length__range": (length - _LONGER, length + _LONGER)},
    )
    return rows.order_by(column).values_list(column, flat=True)[:_CANDIDATES]


def _parsed(addresses: Iterable[str]) -> dict[str, Address]:
    """The addresses by their normalized form; what is none is the service's to refuse."""
    found: dict[str, Address] = {}
    for text in addresses:
        with suppress(Invalid):
            one = parse_address(text)
            found.setdefault(one.normalized, one)
    return found
