"""Which of the folders that an IMAP server lists are the user's own mail, and what they hold.

Public and shared folders are told apart by their namespaces (RFC 2342), and folders that show other folders' messages
once more by their special use (RFC 6154, RFC 8457). What is left is a whole namespace of virtual folders: to the server
it is as personal as any other, so one of its folders is asked where its messages are from (`PROBE`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass
from typing import Final, Self

from mailstats.stores.imap_values import GarbledError, Value, number_of, pairs, text_of, word

FIGURES: Final = b"MESSAGES UNSEEN SIZE"
PROBE: Final = b"FETCH 1 (X-MAILBOX)"
"""Dovecot's name for the folder that a message is really in."""
_NO_FOLDER: Final = {b"\\NOSELECT", b"\\NONEXISTENT"}
_ONCE_MORE: Final = {b"\\ALL", b"\\FLAGGED", b"\\IMPORTANT"}
_INBOX: Final = b"INBOX"

Answers = Sequence[list[Value]]


@dataclass(frozen=True, slots=True)
class Folder:
    """What a folder holds; its name is INBOX in capitals, or as the server writes it."""

    name: bytes
    messages: int
    unseen: int
    size: int


@dataclass(frozen=True, slots=True)
class Namespace:
    """Folders whose names begin in one way."""

    prefix: bytes
    delimiter: bytes

    def has(self, name: bytes) -> bool:
        """Whether the folder is in it, or is the one that all others of it are in."""
        start = name[: len(self.prefix)]
        return self.prefix in (start, name + self.delimiter) or (
            self.has_inbox and start.upper() == self.prefix.upper()
        )

    @property
    def has_inbox(self) -> bool:
        return self.prefix.removesuffix(self.delimiter).upper() in (b"", _INBOX)


@dataclass(frozen=True, slots=True)
class Namespaces:
    """The user's own namespaces, and everybody else's."""

    personal: frozenset[Namespace]
    others: frozenset[Namespace]

    @classmethod
    def of(cls, answers: Answers) -> Self:
        """As the server tells them; all is the user's where it does not."""
        for answer in answers:
            match answer:
                case [kind, personal, *others] if word(kind) == b"NAMESPACE":
                    return cls(_namespaces([personal]), _namespaces(others))
        return cls(frozenset((Namespace(b"", b""),)), frozenset())

    def home(self, name: bytes) -> Namespace | None:
        """The user's namespace that a folder other than INBOX is in; None where it is in somebody else's or in none."""
        matching = [namespace for namespace in self.personal | self.others if namespace.has(name)]
        longest = max(matching, key=lambda namespace: len(namespace.prefix), default=None)
        return longest if longest in self.personal else None

    def is_own(self, name: bytes) -> bool:
        return name == _INBOX or self.home(name) is not None


@dataclass(frozen=True, slots=True)
class Listing:
    """The user's own folders by their names; `missing` are those about which nothing is told.

    `whole` says that all is told of every folder, the user's own or not.
    """

    folders: dict[bytes, Folder]
    missing: frozenset[bytes]
    whole: bool

    @classmethod
    def of(cls, answers: Answers, namespaces: Namespaces) -> Self:
        """From LIST with STATUS (RFC 5819)."""
        listed: dict[bytes, set[bytes]] = {}
        told: dict[bytes, Folder] = {}
        for answer in answers:
            match answer:
                case [kind, attributes, _, name] | [kind, attributes, _, name, _] if word(kind) == b"LIST":
                    listed[_name(name)] = {word(one) for one in (attributes if isinstance(attributes, list) else [])}
                case [kind, *figures] if word(kind) == b"STATUS":
                    folder = _folder(figures)
                    told[folder.name] = folder
        openable = {name for name, attributes in listed.items() if not attributes & _NO_FOLDER}
        no_mail = listed.keys() - {name for name in openable if not listed[name] & _ONCE_MORE}
        own = {name for name in listed.keys() | told.keys() if namespaces.is_own(name)} - no_mail
        return cls(
            {name: told[name] for name in told if name in own}, frozenset(own - told.keys()), openable <= told.keys()
        )

    def without(self, namespaces: Namespaces, left_out: Set[Namespace]) -> Self:
        """This without the folders of some namespaces."""

        def stays(name: bytes) -> bool:
            return name == _INBOX or namespaces.home(name) not in left_out

        folders = {name: one for name, one in self.folders.items() if stays(name)}
        return type(self)(folders, frozenset(filter(stays, self.missing)), self.whole)

    def to_probe(self, namespaces: Namespaces) -> dict[Namespace, bytes]:
        """Of each namespace that may be a virtual one, a folder that has mail."""
        found: dict[Namespace, bytes] = {}
        for name, folder in self.folders.items():
            home = namespaces.home(name)
            if home is not None and not home.has_inbox and folder.messages and quoted(name):
                found.setdefault(home, name)
        return found


def is_virtual(name: bytes, answers: Answers) -> bool:
    """Whether the answer to PROBE says that a message of this folder is really in another one."""
    for answer in answers:
        match answer:
            case [_, kind, list(items)] if word(kind) == b"FETCH":
                real = pairs(items).get(b"X-MAILBOX")
                if isinstance(real, bytes):
                    return _name(real) != name
    return False


def quoted(name: bytes) -> bytes:
    """A name that is written as a string; empty for one that cannot be written so."""
    if not name.isascii() or not name.decode("ascii").isprintable():
        return b""
    return b'"%b"' % name.replace(b"\\", b"\\\\").replace(b'"', b'\\"')


def _folder(figures: list[Value]) -> Folder:
    match figures:
        case [bytes() | None as name, list(values)]:
            for key in values[::2]:
                text_of(key)
            found = pairs(values)
            numbers = [number_of(found.get(key)) for key in FIGURES.split()]
            return Folder(_name(name), *numbers)
    raise GarbledError("STATUS: no figures")


def _name(value: Value) -> bytes:
    name = b"NIL" if value is None else text_of(value)  # somebody calls a folder so
    return _INBOX if name.upper() == _INBOX else name


def _namespaces(groups: Iterable[Value]) -> frozenset[Namespace]:
    found = set()
    for group in groups:
        for one in group if isinstance(group, list) else []:
            match one:
                case [bytes() as prefix, bytes() | None as delimiter, *_]:
                    found.add(Namespace(prefix, delimiter or b""))
    return frozenset(found)
