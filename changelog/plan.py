"""What a service is about to do to many rows: decided for all of them first, then written together.

A preview stops after the decision. So it says what the run will do, locks nothing and writes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from changelog.entries import Entry, Snapshot
from changelog.record import refusal_of
from core.actor import Actor
from core.errors import DomainError

_Item = TypeVar("_Item")
_Wish = TypeVar("_Wish")


@dataclass(slots=True)
class Planned:
    """What becomes of one row: the lines of the change log that it will have, or why it is refused.

    `before` is what it is like now, None where it is not there. `detail` is what else comes of it, for a person.
    """

    before: Snapshot | None = None
    entries: list[Entry] = field(default_factory=list)
    refusal: DomainError | None = None
    detail: str = ""

    @property
    def after(self) -> Snapshot | None:
        """What it will be like."""
        return self.entries[-1].after if self.changed else self.before

    @property
    def changed(self) -> bool:
        """Whether anything changes."""
        return self.refusal is None and any(entry.before != entry.after for entry in self.entries)

    def outcome(self) -> bool:
        """Whether anything changes; raises the refusal."""
        if self.refusal is not None:
            raise self.refusal
        return self.changed


class Plan(Protocol):
    """What becomes of each of many rows, in their order, and how it is written."""

    @property
    def rows(self) -> Sequence[Planned]:
        """One for each row that the service was given."""

    def write(self, actor: Actor) -> None:
        """Do what is planned for the rows that are not refused, and record it. The caller holds the locks."""


def refuse_strangers(actor: Actor, rows: Sequence[Planned]) -> None:
    """Refuse every row that the actor is not in charge of."""
    for row in rows:
        if row.refusal is None:
            row.refusal = next(filter(None, (refusal_of(actor.administrator, entry) for entry in row.entries)), None)


class PartPlan:
    """The plan for some rows, and refusals for the others."""

    def __init__(self, rows: Sequence[Planned], inner: Plan) -> None:
        self.rows, self._inner = rows, inner

    def write(self, actor: Actor) -> None:
        """Do what is planned for those that are."""
        self._inner.write(actor)


def plan_what_can_be(
    items: Iterable[_Item], wish: Callable[[_Item], _Wish], plan: Callable[[list[_Wish]], Plan]
) -> PartPlan:
    """`plan` of the wishes that `wish` makes of the items; those for which it raises a DomainError are refused."""
    rows: list[Planned | None] = []
    wishes: list[_Wish] = []
    for item in items:
        try:
            wishes.append(wish(item))
            rows.append(None)
        except DomainError as error:
            rows.append(Planned(refusal=error))
    inner = plan(wishes)
    planned = iter(inner.rows)
    return PartPlan([next(planned) if row is None else row for row in rows], inner)
