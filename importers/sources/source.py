"""What every source has in common: tables of rows, and cells that are text, whole numbers or nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

Cell = str | int | None
Row = Mapping[str, Cell]
Wanted = Mapping[str, Sequence[str]]
"""The columns that are looked at, by table. Nothing else is read, so that no other secret comes along."""


class Source(Protocol):
    """Tables by their plain names, without a prefix that the installation may have given them."""

    def tables(self) -> list[str]:
        """The names of all tables, in their order."""

    def count(self, table: str) -> int:
        """How many rows the table has; 0 for one that is not there."""

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a wanted table, each with all wanted columns; what the table does not have is None."""

    def close(self) -> None:
        """Let the connection go."""


def cell(value: Any) -> Cell:
    """What a driver returned as text, a whole number or nothing."""
    if value is None or isinstance(value, int):
        return None if value is None else int(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("utf-8", "replace")
    return value if isinstance(value, str) else str(value)
