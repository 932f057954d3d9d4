"""What leads to mailboxes, such as aliases, and breaks when they are deleted, renamed or suspended.

The app that keeps it registers it here.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, Self

from django.db.models import QuerySet, TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from changelog.plan import Plan, Planned
from core.actor import Actor
from core.addresses import Address, parse_address
from core.numbers import counted
from core.scoping import Viewer

# So many aliases are named in a sentence; the others are counted.
_SHOWN: Final = 10


class Choice(TextChoices):
    """What becomes of what leads to a mailbox."""

    HAND_OVER = "hand_over", gettext_lazy("Hand them to another address")
    TAKE_OUT = "take_out", gettext_lazy("Take this recipient out; an alias that has no other is deleted")
    LEAVE = "leave", gettext_lazy("Leave them as they are")


@dataclass(frozen=True, slots=True)
class Redirect:
    """The choice, and the address that they are handed to."""

    choice: Choice = Choice.LEAVE
    address: str = ""

    @classmethod
    def of(cls, params: dict[str, str]) -> Self:
        """What `params` has kept of it; of an edit that was not asked, that everything is left."""
        return cls(Choice(params.get("leads", Choice.LEAVE)), params.get("address", ""))

    def params(self) -> dict[str, str]:
        """As JSON can keep it."""
        return {"leads": str(self.choice.value), "address": self.address}

    @property
    def to(self) -> Address | None:
        """Whom they are handed to, if to anybody. Invalid."""
        return parse_address(self.address, field="address") if self.choice is Choice.HAND_OVER else None

    def of_aliases(self) -> str:
        """The choice in a few words that name the aliases."""
        if self.choice is Choice.HAND_OVER:
            return _("aliases are handed to %(address)s") % {"address": self.address}
        return _("taken out of aliases")

    def words(self) -> str:
        """What becomes of them, in a sentence."""
        match self.choice:
            case Choice.HAND_OVER:
                return _("They go to %(address)s instead.") % {"address": self.address}
            case Choice.TAKE_OUT:
                return _("This recipient is taken out.")
        return _("They stay as they are.")


class RedirectPlan(Plan, Protocol):
    """A plan with a row for each alias."""

    @property
    def labels(self) -> Sequence[str]:
        """The aliases."""

    @property
    def about(self) -> Sequence[Collection[str]]:
        """The names (normalized) of the mailboxes that each of them leads to."""


class Source(Protocol):
    """What an app must tell of what it keeps."""

    def leading_to(self, viewer: Viewer | None, users: QuerySet[User]) -> QuerySet[Any, tuple[str, str]]:
        """Pairs of a mailbox's normalized name and an alias to it that the viewer sees, sorted by alias."""

    def plan(self, actor: Actor, names: Collection[str], to: Address | None, *, hold: bool) -> RedirectPlan:
        """What becomes of the aliases that the actor sees when each recipient of these names makes room for `to`."""

    def taken(self, context: int, names: Collection[str]) -> set[str]:
        """Which of these addresses (normalized) are aliases of the context."""

    def doubt(self, viewer: Viewer, addresses: Collection[str]) -> str:
        """Which of the addresses do not exist in domains of the viewer's, in a sentence; empty when all do."""


_sources: Final[list[Source]] = []


def register(source: Source) -> None:
    """Make what leads to mailboxes known."""
    _sources.append(source)


def source() -> Source:
    """What was registered."""
    (found,) = _sources
    return found


def leading_to(viewer: Viewer | None, users: QuerySet[User]) -> dict[str, list[str]]:
    """The aliases that lead to each of the mailboxes, by its normalized name."""
    found: dict[str, list[str]] = {}
    for name, alias in source().leading_to(viewer, users):
        found.setdefault(name, []).append(alias)
    return found


def sentence(viewer: Viewer, users: QuerySet[User]) -> str:
    """How many aliases lead to the mailboxes, and which; empty for none. Two statements, however many there are."""
    pairs = source().leading_to(viewer, users)
    first = [alias for _name, alias in pairs[: _SHOWN + 1]]
    count = len(first) if len(first) <= _SHOWN else pairs.count()
    return named(first, count) if first else ""


def named(aliases: Sequence[str], count: int) -> str:
    """The number of aliases and the first of them."""
    shown = _first(aliases, count)
    words = ngettext("%(count)s alias leads here: %(aliases)s.", "%(count)s aliases lead here: %(aliases)s.", count)
    return words % {"count": counted(count), "aliases": shown}


def outcome(name: str, plan: RedirectPlan) -> str:
    """Which aliases go because this mailbox is their only recipient, in a sentence; empty for none."""
    gone = [
        label for label, about, planned in _rows(plan) if name in about and planned.after is None and planned.changed
    ]
    return _("Deleted, as they have no other: %(aliases)s.") % {"aliases": _first(gone, len(gone))} if gone else ""


def _first(aliases: Sequence[str], count: int) -> str:
    shown = ", ".join(aliases[:_SHOWN])
    if count <= _SHOWN:
        return shown
    return _("%(addresses)s and %(count)s more") % {"addresses": shown, "count": counted(count - _SHOWN)}


def refusals(plan: RedirectPlan) -> dict[str, Planned]:
    """The mailboxes whose aliases cannot be redirected, each with the row of the first that cannot."""
    found: dict[str, Planned] = {}
    for _label, about, planned in _rows(plan):
        if planned.refusal is not None:
            found = dict.fromkeys(about, planned) | found
    return found


def _rows(plan: RedirectPlan) -> list[tuple[str, Collection[str], Planned]]:
    return list(zip(plan.labels, plan.about, plan.rows, strict=True))
