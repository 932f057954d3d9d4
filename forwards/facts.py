"""What the rules for aliases look at, read with one statement for one alias and for a thousand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, Final

from django.db.models import QuerySet, Subquery, Value

from accounts.ownership import domains_of, waiting_domains
from accounts.queries import NamedQuery
from core.prepared import Call
from forwards.models import ForwardingAlias, Recipient

_Pair = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Facts:
    """Which aliases are there, as context and address; whom domains belong to; which contexts' domains wait for proof.

    `continues` is whether an edge begins at one of the recipients or ends at one of the aliases. Also one that is not
    served: it may be, as soon as its domain is declared.
    """

    present: Collection[_Pair] = ()
    owners: dict[str, int] = field(default_factory=dict)
    waiting: Collection[_Pair] = ()
    continues: bool = False


class _Kind(IntEnum):
    PRESENT = 1
    OWNER = 2
    WAITING = 3
    EDGE = 4


def look_up(
    *,
    contexts: Collection[int],
    names: Collection[str],
    domains: Collection[str],
    recipients: Collection[str],
    behind: Sequence[Call] = (),
) -> Facts:
    """The facts about aliases of these `names` in the contexts, and about edges from them to the recipients.

    As they are after the calls that go before, in the same message to the database.
    """
    found: dict[int, list[_Pair]] = defaultdict(list)
    for kind, number, name in FACTS.rows_behind(
        behind, contexts=list(contexts), names=list(names), domains=list(domains), recipients=list(recipients)
    ):
        found[kind].append((number, name))
    return Facts(
        present=found[_Kind.PRESENT],
        owners={name: context for context, name in found[_Kind.OWNER]},
        waiting=found[_Kind.WAITING],
        continues=bool(found[_Kind.EDGE]),
    )


def _facts(_viewer: None, *, contexts: Any, names: Any, domains: Any, recipients: Any) -> QuerySet[Any, Any]:
    present = ForwardingAlias.objects.at(contexts, names)
    below = ForwardingAlias.objects.filter(normalized__among=recipients)
    above = Recipient.objects.filter(normalized__among=names)
    return _as(_Kind.PRESENT, present, "context_id", "normalized").union(
        _as(_Kind.OWNER, domains_of(None).filter(name__among=domains), "context_id", "name"),
        _as(_Kind.WAITING, waiting_domains().filter(name__among=domains), "context_id", "name"),
        _as(_Kind.EDGE, _one(below), "context_id", "normalized"),
        _as(_Kind.EDGE, _one(above), "alias_id", "normalized"),
        all=True,
    )


def _as(kind: _Kind, rows: QuerySet[Any], number: str, name: str) -> QuerySet[Any, Any]:
    pairs: QuerySet[Any, Any] = rows.annotate(kind=Value(int(kind))).order_by().values_list("kind", number, name)
    return pairs


def _one(rows: QuerySet[Any]) -> QuerySet[Any]:
    """One of the rows: an address may be the recipient of very many aliases."""
    one: QuerySet[Any] = rows.model._default_manager.filter(pk=Subquery(rows.order_by().values("pk")[:1]))
    return one


FACTS: Final = NamedQuery(_facts, contexts=list, names=list, domains=list, recipients=list)
