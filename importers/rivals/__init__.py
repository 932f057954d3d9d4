"""The systems that people come from: which tables and columns of theirs are looked at, and what their rows mean."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from importers.rivals import mailcow, modoboa, postfixadmin, tables
from importers.sources import Source, Wanted
from importers.world import World


@dataclass(frozen=True, slots=True)
class Rival:
    """How a rival is read. `needed` are the tables without which it is not that rival's database."""

    wanted: Wanted
    needed: tuple[str, ...]
    read: Callable[[Source, int], World]


RIVALS: Final[dict[str, Rival]] = {
    "postfixadmin": Rival(postfixadmin.WANTED, ("domain", "mailbox", "alias"), postfixadmin.read),
    "modoboa": Rival(modoboa.WANTED, ("admin_domain", "admin_mailbox", "admin_alias"), modoboa.read),
    "mailcow": Rival(mailcow.WANTED, ("domain", "mailbox", "alias"), mailcow.read),
    "csv": Rival(tables.WANTED, ("mailboxes",), tables.read),
}
