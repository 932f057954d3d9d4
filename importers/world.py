"""What every rival's rows become before they are translated: domains, mailboxes, aliases, administrators."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from core.numbers import MAX_BIGINT, whole_number
from importers.sources import Cell

_TRUE: Final = frozenset({"1", "t", "true", "yes", "y", "on"})
MEBIBYTE: Final = 2**20


@dataclass(frozen=True, slots=True)
class Origin:
    """The row that something comes from: its table, and the words by which a person finds it there."""

    table: str
    label: str


@dataclass(frozen=True, slots=True)
class Domain:
    """A mail domain. `quota` is in bytes, for all its mailboxes together; `why_not` says why it cannot be taken."""

    origin: Origin
    name: str
    is_active: bool = True
    quota: int | None = None
    most_mailboxes: int | None = None
    resellers: tuple[str, ...] = ()
    why_not: str = ""
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A mailbox. `quota` is in bytes; the hash is for Dovecot, and empty where nobody may log in."""

    origin: Origin
    address: str
    password_hash: str = ""
    quota: int | None = None
    is_active: bool = True
    phone: str = ""
    why_not: str = ""
    notes: tuple[str, ...] = ()
    more_rows: tuple[Origin, ...] = ()  # that stand and fall with it


@dataclass(frozen=True, slots=True)
class Target:
    """One recipient as it is written; with a row of its own where the rival keeps recipients in a table."""

    text: str
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Alias:
    """An alias, or what a mailbox's own mail is forwarded to."""

    origin: Origin
    address: str
    targets: tuple[Target, ...]
    is_active: bool = True
    why_not: str = ""
    notes: tuple[str, ...] = ()
    more_rows: tuple[Origin, ...] = ()  # of the same address


@dataclass(frozen=True, slots=True)
class DomainAlias:
    """A domain whose addresses are those of another; with some rivals those of the mailboxes alone."""

    origin: Origin
    name: str
    target: str
    is_active: bool = True
    mailboxes_alone: bool = False


@dataclass(frozen=True, slots=True)
class Grant:
    """That somebody administers a domain."""

    origin: Origin
    login: str
    domain: str
    is_active: bool = True
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who logs in to the rival's web admin. A `reseller` has domains of its own to sell."""

    origin: Origin
    login: str
    is_active: bool = True
    is_reseller: bool = False
    why_not: str = ""


@dataclass(slots=True)
class World:
    """All of it. `elsewhere` are tables that are not taken over: how many rows, and why."""

    domains: list[Domain] = field(default_factory=list)
    mailboxes: list[Mailbox] = field(default_factory=list)
    aliases: list[Alias] = field(default_factory=list)
    domain_aliases: list[DomainAlias] = field(default_factory=list)
    administrators: list[Administrator] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    elsewhere: list[tuple[str, int, str]] = field(default_factory=list)


def text(cell: Cell) -> str:
    """A cell as text; nothing is the empty text."""
    return "" if cell is None else str(cell)


def truth(cell: Cell) -> bool:
    """Whether a cell says yes, in whichever way a database or a dump writes that."""
    return text(cell).lower() in _TRUE


def number(cell: Cell) -> int | None:
    """A whole number that is at least -1; None for everything else."""
    if isinstance(cell, int):
        return cell if -1 <= cell <= MAX_BIGINT else None
    written = text(cell).strip()
    return -1 if written == "-1" else whole_number(written)


def quota_of(cell: Cell, *, unit: int, what: str) -> tuple[int | None, tuple[str, ...]]:
    """A quota in bytes, and what there is to say about it. 0 and -1 are no quota."""
    amount = number(cell)
    if amount == 0:
        return None, ()
    if amount == -1:
        return None, (f"{what} -1 (switched off) is no quota here: unlimited",)
    if amount is None or amount * unit > MAX_BIGINT:
        return None, (f"{what} is no number that can be taken: unlimited",)
    return amount * unit, ()
