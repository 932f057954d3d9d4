"""Loops of aliases and chains that are too long, named before the services would refuse them one by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from forwards.graph import MAX_CHAIN
from importers.ledger import quoted


def refusals(edges: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """The aliases (normalized) that must be left out so that no loop and no long chain remains, each with the reason.

    One walk from alias to recipient, deepest first, without recursion: a chain may be as long as the table.
    """
    walk = _Walk(edges)
    for start in edges:
        walk.from_alias(start)
    return walk.refused


class _Walk:
    def __init__(self, edges: Mapping[str, Sequence[str]]) -> None:
        self._edges = edges
        # How many aliases a chain from here has; 0 for what was left out.
        self._levels: dict[str, int] = {}
        self._way: list[tuple[str, Iterator[str]]] = []
        self._on_way: dict[str, int] = {}
        self.refused: dict[str, str] = {}

    def from_alias(self, start: str) -> None:
        """Look at everything that the alias leads to and that was not looked at yet."""
        if start not in self._levels:
            self._enter(start)
        while self._way:
            alias, rest = self._way[-1]
            following = next(rest, None)
            if following is None:
                self._way.pop()
                del self._on_way[alias]
                self._finish(alias)
            elif following in self._on_way:
                circle = [one for one, _rest in self._way[self._on_way[following] :]]
                self.refused.setdefault(alias, f"it closes a loop: {_named([*circle, following])}")
            elif following in self._edges and following not in self._levels:
                self._enter(following)

    def _enter(self, alias: str) -> None:
        self._on_way[alias] = len(self._way)
        self._way.append((alias, iter(self._edges[alias])))

    def _finish(self, alias: str) -> None:
        levels = 1 + max((self._levels.get(one, 0) for one in self._edges[alias]), default=0)
        if levels > MAX_CHAIN:
            self.refused.setdefault(alias, f"it makes a chain of more than {MAX_CHAIN} aliases")
        self._levels[alias] = 0 if alias in self.refused else levels


def _named(circle: list[str]) -> str:
    """The way round, shortened in the middle when it is long."""
    shown = circle if len(circle) <= 8 else [*circle[:4], "…", *circle[-3:]]
    return " → ".join(one if one == "…" else quoted(one) for one in shown)
