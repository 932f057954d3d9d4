"""What a service says of a change, before it becomes a line of the log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Snapshot = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Owners:
    """Whose an object is, as numbers: its context with that one's reseller, or a reseller; and the reseller's parent.

    Nothing at all stands for the server, which is the master's. `user_id` is the mailbox that a change touches.
    """

    context_id: int | None = None
    context_name: str = ""
    reseller_id: int | None = None
    reseller_parent_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One change of the object `kind`, `key`; `label` names it for people. None is "was not there"."""

    kind: str
    key: int
    label: str
    before: Snapshot | None
    after: Snapshot | None
    owners: Owners = Owners()
