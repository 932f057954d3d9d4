"""The graph of aliases: no cycles, no chain that the mail server could not expand.

Only what is served counts: an alias whose domain is its context's. So at most one alias has an address here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Context
from accounts.ownership import is_served, owners_of
from core.actor import Actor
from core.addresses import Address
from core.errors import Conflict, Invalid
from core.iteration import batched
from core.locks import lock_names
from core.scoping import Viewer
from forwards.models import ForwardingAlias, Recipient

# Aliases on the way from the first to a mailbox: Postfix's virtual_alias_recursion_limit in our configuration.
MAX_CHAIN: Final = 20
_CHUNK: Final = 1000
_GRAPH: Final = "alias graph"


def lock_edges(alias: str, recipients: Collection[str], *, domain: str) -> bool:
    """Hold what the new edges from `alias` (normalized) could make a cycle with.

    Two writers whose edges meet in an address wait for each other there. Edges that are connected only through existing
    ones do not meet, so whoever continues an existing edge, at either end, also holds the lock of the whole graph.
    Whether one is continued: where not, there is no chain to check.
    """
    return lock_edges_of_many({alias: domain}, recipients)


def lock_edges_of_many(aliases: Mapping[str, str], recipients: Collection[str]) -> bool:
    """`lock_edges` of every one of `aliases` (normalized → domain), in the order that nobody waits in a circle in."""
    domains = {f"domain:{domain}" for domain in aliases.values()}
    lock_names((f"address:{address}" for address in {*aliases, *recipients}), then_shared=domains)
    if not _continues(aliases, recipients):
        return False
    lock_graph()
    return True


def _continues(aliases: Collection[str], recipients: Collection[str]) -> bool:
    """Whether there is an edge that begins at one of the recipients or ends at one of the aliases.

    Also one that is not served: it may be, as soon as its domain is declared.
    """
    below = ForwardingAlias.objects.filter(normalized__in=recipients).order_by().values("normalized")[:1]
    above = Recipient.objects.filter(normalized__in=list(aliases)).order_by().values("normalized")[:1]
    if connection.features.supports_slicing_ordering_in_compound:
        return bool(below.union(above, all=True))
    return below.exists() or above.exists()


def lock_graph() -> None:
    """Hold the whole graph, for edges that begin to be served. Whoever continues one of them waits."""
    lock_names([_GRAPH])


def check_chains(actor: Actor, context: Context, alias: Address, recipients: Collection[Address]) -> None:
    """Invalid when `alias` → `recipients` would close a cycle (the sentence names it) or a chain longer than MAX_CHAIN.

    The caller holds `lock_edges`. An alias that is not served closes nothing.
    """
    if owners_of([alias.domain]).get(alias.domain) != context.pk:
        return
    below, way = _levels({one.normalized for one in recipients}, "alias__normalized", "normalized", alias.normalized)
    if way:
        raise Invalid(
            _("That would make a loop: %(way)s.") % {"way": _named(actor, alias, [alias.normalized, *way])},
            field="recipients",
        )
    above, _way = _levels({alias.normalized}, "normalized", "alias__normalized", None)
    if above + 1 + below > MAX_CHAIN:
        raise Invalid(
            _("That would make a chain of more than %(limit)s aliases.") % {"limit": MAX_CHAIN}, field="recipients"
        )


def refuse_loops(context: Context, domain: str) -> None:
    """Conflict when the context's aliases in `domain`, once they are served, close a cycle. Holds the graph's lock."""
    lock_graph()
    newly = Q(alias__context=context, alias__domain=domain)
    edges: dict[str, set[str]] = {}
    frontier = set(ForwardingAlias.objects.filter(context=context, domain=domain).values_list("normalized", flat=True))
    while frontier:
        beyond: set[str] = set()
        for chunk in batched(frontier, _CHUNK):
            rows = Recipient.objects.filter(newly | Q(is_served("alias__")), alias__normalized__in=chunk)
            for left, right in rows.values_list("alias__normalized", "normalized"):
                edges.setdefault(left, set()).add(right)
                beyond.add(right)
        frontier = beyond - edges.keys()
    if _has_cycle(edges):
        raise Conflict(_("Declaring %(domain)s would close a loop of aliases.") % {"domain": domain}, field="name")


def _has_cycle(edges: Mapping[str, Collection[str]]) -> bool:
    """Whether the graph has a cycle: what is left when all that leads nowhere has been taken away, again and again."""
    sources: dict[str, list[str]] = {}
    remaining = dict.fromkeys(edges, 0)
    for node, targets in edges.items():
        for target in targets:
            if target in edges:
                remaining[node] += 1
                sources.setdefault(target, []).append(node)
    ends = [node for node, count in remaining.items() if not count]
    taken = 0
    while ends:
        taken += 1
        for source in sources.get(ends.pop(), []):
            remaining[source] -= 1
            if not remaining[source]:
                ends.append(source)
    return taken < len(edges)


def _levels(start: set[str], source: str, target: str, goal: str | None) -> tuple[int, list[str]]:
    """How many levels of aliases lie beyond `start`, and the way from it to `goal` when there is one.

    A level may meet an address again: in a graph without cycles the number of levels is the longest way.
    """
    frontier, came_from, levels = start, dict.fromkeys(start, ""), 0
    while frontier and levels <= MAX_CHAIN and goal not in frontier:
        beyond = set()
        # In pieces: an address may be the recipient of more aliases than a statement may have parameters.
        for chunk in batched(frontier, _CHUNK):
            rows = Recipient.objects.filter(is_served("alias__"), **{f"{source}__in": chunk})
            for left, right in rows.values_list(source, target):
                came_from.setdefault(right, left)
                beyond.add(right)
        frontier = beyond
        levels += bool(frontier)
    if goal is None or goal not in frontier:
        return levels, []
    way, step = [], goal
    while step:
        way.append(step)
        step = came_from[step]
    return levels, way[::-1]


def _named(actor: Actor, alias: Address, way: list[str]) -> str:
    """The cycle for a person, without the addresses that are none of the actor's business."""
    shown = {alias.normalized, way[1]} | set(_visible_aliases(actor.administrator, way))
    return " → ".join(one if one in shown else _("(another customer's alias)") for one in way)


def _visible_aliases(administrator: Viewer | None, way: list[str]) -> list[str]:
    rows = ForwardingAlias.objects.filter(normalized__in=way)
    visible = rows if administrator is None else rows.visible_to(administrator)
    return list(visible.values_list("normalized", flat=True))
