"""The graph of aliases: no cycles, no chain that the mail server could not expand.

Only what is served counts: an alias whose domain is its context's. So at most one alias has an address here.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Final

from django.db.models import F
from django.utils.translation import gettext as _

from accounts.ownership import Claim, served_flag
from core.actor import Actor
from core.errors import Conflict, Invalid
from core.iteration import batched
from core.locks import lock_names, locking
from core.prepared import Call
from core.scoping import Viewer
from forwards.models import ForwardingAlias, Recipient

# Aliases on the way from the first to a mailbox: Postfix's virtual_alias_recursion_limit in our configuration.
MAX_CHAIN: Final = 20
_CHUNK: Final = 1000
_GRAPH: Final = "alias graph"


def locking_edges(aliases: Mapping[str, str], recipients: Collection[str]) -> list[Call]:
    """What holds all that the new edges from `aliases` (normalized → domain) to `recipients` could make a cycle with.

    Two writers whose edges meet in an address wait for each other there. Edges that are connected only through existing
    ones do not meet, so whoever continues an existing edge, at either end, also takes `lock_graph`; where none is
    continued, what is there need not be looked at.
    """
    domains = {f"domain:{domain}" for domain in aliases.values()}
    return locking((f"address:{address}" for address in {*aliases, *recipients}), then_shared=domains)


def lock_graph() -> None:
    """Hold the whole graph, for edges that begin to be served. Whoever continues one of them waits."""
    lock_names([_GRAPH])


class Graph:
    """The served edges around some addresses, and those that a batch adds to them. No statement once it is loaded."""

    def __init__(self) -> None:
        self._down: dict[str, set[str]] = {}
        self._up: dict[str, set[str]] = {}
        self._shown: set[str] | None = None

    @classmethod
    def around(cls, aliases: Collection[str], recipients: Collection[str]) -> Graph:
        """What leads to the aliases and what the recipients lead to (normalized), level by level."""
        graph = cls()
        graph._load(set(recipients), "alias__normalized")
        graph._load(set(aliases), "normalized")
        return graph

    def _load(self, frontier: set[str], source: str) -> None:
        """Load the edges that lead on from `frontier`, and so on; `source` is the end of an edge that is looked for."""
        known, levels = set(frontier), 0
        while frontier and levels <= MAX_CHAIN:
            beyond: set[str] = set()
            # In pieces: an address may be the recipient of more aliases than a statement may have parameters.
            for chunk in batched(frontier, _CHUNK):
                rows = Recipient.objects.filter(served_flag("alias__"), **{f"{source}__in": chunk}).order_by("pk")
                for left, right in rows.values_list("alias__normalized", "normalized"):
                    self._link(left, right)
                    beyond.add(left if source == "normalized" else right)
            frontier = beyond - known
            known |= beyond
            levels += 1

    def _link(self, alias: str, recipient: str) -> None:
        self._down.setdefault(alias, set()).add(recipient)
        self._up.setdefault(recipient, set()).add(alias)

    def add(self, alias: str, recipients: Collection[str]) -> None:
        """Count these edges as served from now on."""
        for recipient in recipients:
            self._link(alias, recipient)

    def remove(self, alias: str, recipients: Collection[str]) -> None:
        """Count these edges as gone from now on."""
        for recipient in recipients:
            self._down.get(alias, set()).discard(recipient)
            self._up.get(recipient, set()).discard(alias)

    def check(self, actor: Actor, alias: str, recipients: Collection[str]) -> None:
        """Invalid when these edges would close a cycle (the sentence names it) or a chain longer than MAX_CHAIN."""
        below, way = _levels(set(recipients), self._down, alias)
        if way:
            shown = self._named(actor, alias, [alias, *way])
            raise Invalid(_("That would make a loop: %(way)s.") % {"way": shown}, field="recipients")
        above, _way = _levels({alias}, self._up, None)
        if above + 1 + below > MAX_CHAIN:
            raise Invalid(
                _("That would make a chain of more than %(limit)s aliases.") % {"limit": MAX_CHAIN}, field="recipients"
            )

    def _named(self, actor: Actor, alias: str, way: list[str]) -> str:
        """The cycle for a person, without the addresses that are none of the actor's business."""
        if self._shown is None:
            self._shown = _visible_aliases(actor.administrator, self._down)
        shown = {alias, way[1]} | self._shown
        return " → ".join(one if one in shown else _("(another customer's alias)") for one in way)


class Loops:
    """Which domains, once they are their contexts', would close a loop of their aliases. Asked one after the other.

    Whoever holds the domains knows that no alias in them comes or goes. Where there is none, no edge begins to be
    served, and nothing is looked at.
    """

    def __init__(self, claims: Collection[Claim], hold: bool) -> None:
        """Read what leads on from the aliases of these domains; with `hold` nobody continues an edge meanwhile."""
        self._with_aliases: set[Claim] = set()
        # By alias: the edges that are served or may be from now on, and whose they are.
        self._edges: dict[str, set[tuple[str, Claim]]] = {}
        self._serving: set[Claim] = set()
        frontier = self._aliases(claims)
        if frontier and hold:
            lock_graph()
            frontier = self._aliases(claims)
        self._load(frontier, set(claims))
        # Nearly always: then none of them has to be looked at by itself.
        self._may_close = _has_cycle({alias: {one for one, _whose in to} for alias, to in self._edges.items()})

    def against(self, context: int, domain: str) -> Conflict | None:
        """Conflict when the domain closes a loop; where it does not, it is served from now on."""
        claim = (context, domain)
        if claim in self._with_aliases:
            served = self._serving | {claim}
            edges = {
                alias: {one for one, whose in to if whose in served}
                for alias, to in (self._edges.items() if self._may_close else ())
            }
            if _has_cycle(edges):
                return Conflict(
                    _("Declaring %(domain)s would close a loop of aliases.") % {"domain": domain}, field="name"
                )
        self._serving.add(claim)
        return None

    def forget(self, context: int, domain: str) -> None:
        """The domain is not served any more."""
        self._serving.discard((context, domain))

    def _aliases(self, claims: Collection[Claim]) -> set[str]:
        """The aliases of the contexts in their domains."""
        contexts, domains = ({claim[place] for claim in claims} for place in (0, 1))
        rows = ForwardingAlias.objects.alias(place=F("context_id") + 0)
        rows = rows.filter(domain__among=list(domains), place__among=list(contexts)).order_by()
        found = set()
        for context, domain, name in rows.values_list("context_id", "domain", "normalized"):
            if (context, domain) in claims:
                self._with_aliases.add((context, domain))
                found.add(name)
        return found

    def _load(self, frontier: set[str], claims: Collection[Claim]) -> None:
        while frontier:
            beyond: set[str] = set()
            for chunk in batched(frontier, _CHUNK):
                rows = Recipient.objects.filter(alias__normalized__among=chunk).order_by()
                rows = rows.annotate(served=served_flag("alias__"))
                columns = ("alias__normalized", "normalized", "alias__context_id", "alias__domain", "served")
                for left, right, context, domain, served in rows.values_list(*columns):
                    claim = (context, domain)
                    if served:
                        self._serving.add(claim)
                    if served or claim in claims:
                        self._edges.setdefault(left, set()).add((right, claim))
                        beyond.add(right)
            frontier = beyond - self._edges.keys()


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


def _levels(start: set[str], edges: Mapping[str, set[str]], goal: str | None) -> tuple[int, list[str]]:
    """How many levels of aliases lie beyond `start`, and the way from it to `goal` when there is one.

    A level may meet an address again: in a graph without cycles the number of levels is the longest way.
    """
    frontier, came_from, levels = start, dict.fromkeys(start, ""), 0
    while frontier and levels <= MAX_CHAIN and goal not in frontier:
        beyond = set()
        for left in frontier:
            for right in edges.get(left, ()):
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


def _visible_aliases(administrator: Viewer | None, addresses: Collection[str]) -> set[str]:
    """Those of the addresses that are aliases the administrator sees."""
    shown: set[str] = set()
    for chunk in batched(addresses, _CHUNK):
        rows = ForwardingAlias.objects.filter(normalized__in=chunk)
        visible = rows if administrator is None else rows.visible_to(administrator)
        shown.update(visible.values_list("normalized", flat=True))
    return shown
