"""With what somebody logged in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Credential:
    """What a login was verified with. The password itself opens whatever the role does; an API password, its scope."""

    name: str = "password"
    key: int | None = None
    families: frozenset[str] | None = None
    may_write: bool = True
    contexts: frozenset[int] | None = None

    def admits(self, family: str, *, writes: bool) -> bool:
        """Whether the scope has this family of operations, and changes where it `writes`."""
        return (self.families is None or family in self.families) and (self.may_write or not writes)

    def __str__(self) -> str:
        return self.name


PASSWORD: Final = Credential()
