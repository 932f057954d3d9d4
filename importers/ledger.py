"""What becomes of every row of the source: each is taken over or left out, and then with its reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from accounts.provision.reading import shown
from importers.world import Origin

_SHOWN: Final = 120


@dataclass(slots=True)
class Account:
    """One table's rows: how many were taken over and left out."""

    taken: int = 0
    left: int = 0

    @property
    def rows(self) -> int:
        """All of them."""
        return self.taken + self.left


@dataclass(slots=True)
class Ledger:
    """Rows by table, the left ones with their reasons, and what changed on the way."""

    accounts: dict[str, Account] = field(default_factory=dict)
    reasons: list[tuple[Origin, str]] = field(default_factory=list)
    notes: list[tuple[Origin, str]] = field(default_factory=list)
    elsewhere: list[tuple[str, int, str]] = field(default_factory=list)

    def take(self, *origins: Origin | None) -> None:
        """These rows are in the file."""
        for origin in origins:
            if origin is not None and origin.table:
                self._account(origin.table).taken += 1

    def leave(self, origin: Origin | None, reason: str) -> None:
        """This row is not in the file."""
        if origin is not None and origin.table:
            self._account(origin.table).left += 1
        if origin is not None:
            self.reasons.append((origin, reason))

    def leave_table(self, table: str, rows: int, reason: str) -> None:
        """None of these rows of a table is in the file, all for one reason."""
        if rows:
            self._account(table).left += rows
            self.elsewhere.append((table, rows, reason))

    def note(self, origin: Origin, sentences: Iterable[str]) -> None:
        """Something about a row that is in the file, but not quite as it was."""
        self.notes += ((origin, sentence) for sentence in sentences)

    def _account(self, table: str) -> Account:
        return self.accounts.setdefault(table, Account())


def quoted(value: str) -> str:
    """Text from the source fit for a sentence of the report: short, on one line, and no Markdown.

    What has no picture of its own is replaced: it might turn the rest of the line round.
    """
    visible = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in shown(value, _SHOWN))
    return f"`{visible.replace('`', chr(0x2019))}`"
