"""The values of an IMAP response (RFC 3501, 9051): atoms, strings in each of their forms, lists."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeAlias

Value: TypeAlias = "bytes | list[Value] | None"
"""An atom, a string or a number as bytes; a list in parentheses; NIL."""
Line: TypeAlias = list[bytes]
"""One response: text, literal, text, …; an odd number of parts."""

_LITERAL = re.compile(rb"~?\{[0-9]+\+?\}$")
_BLANKS = re.compile(rb"[ \t\r\n]+")
_QUOTED = re.compile(rb'"([^"\\]*(?:\\.[^"\\]*)*)("?)', re.DOTALL)
# As servers write them: some let more into a keyword than the norm does.
_ATOM_END = re.compile(rb'[ \t\r\n()"]|$')
# A section is a part of the item's name: BODY[HEADER.FIELDS (TO)]<0>. Everywhere else [ is a character like any other.
_SECTION = re.compile(rb"(?:BODY|BODY\.PEEK|BINARY|BINARY\.PEEK|BINARY\.SIZE)(?=\[)", re.IGNORECASE)
_IN_SECTION = re.compile(rb'[^\]"]+')
_AFTER_SECTION = re.compile(rb"\](?:<[0-9.]+>)?")


class GarbledError(Exception):
    """The server sends what is no IMAP, or more than it should."""


def parse(line: Line) -> list[Value]:
    """The values of one response, `*` left out; lists in parentheses are nested."""
    return _Reader(line).values()[1:]


def word(value: Value) -> bytes:
    """An atom or a string in capitals, for comparing; empty for what is none."""
    return value.upper() if isinstance(value, bytes) else b""


def pairs(values: Sequence[Value]) -> dict[bytes, Value]:
    """What a list such as (UID 5 FLAGS ()) says, by the names in capitals."""
    return dict(zip(map(word, values[::2]), values[1::2], strict=False))


def text_of(value: Value) -> bytes:
    """An atom or a string. Raises GarbledError for anything else."""
    if isinstance(value, bytes):
        return value
    raise GarbledError("a word was expected")


def number_of(value: Value) -> int:
    """A number of at most 63 bits. Raises GarbledError for anything else."""
    if isinstance(value, bytes) and value.isdigit() and len(value) <= 40 and (number := int(value)) < 2**63:
        return number
    raise GarbledError("a number was expected")


class _Reader:
    """Goes through the text and the literals of one response."""

    def __init__(self, line: Line) -> None:
        self._line = line
        self._part = 0
        self._position = 0
        self._top: list[Value] = []
        self._open = [self._top]

    def values(self) -> list[Value]:
        while self._part < len(self._line):
            text = self._text
            if self._position >= len(text):
                self._take_literal()
            elif blanks := _BLANKS.match(text, self._position):
                self._position = blanks.end()
            else:
                self._take(text)
        return self._top

    @property
    def _text(self) -> bytes:
        return self._line[self._part]

    def _take_literal(self) -> None:
        if (literal := self._next_literal()) is not None:
            self._open[-1].append(literal)

    def _next_literal(self) -> bytes | None:
        """The literal behind this text, which is at its end; None where the response is."""
        literal = self._line[self._part + 1] if self._part + 1 < len(self._line) else None
        self._part += 2
        self._position = 0
        return literal

    def _take(self, text: bytes) -> None:
        mark = text[self._position : self._position + 1]
        if mark == b'"':
            self._open[-1].append(self._quoted(text))
        elif mark == b"(":
            inner: list[Value] = []
            self._open[-1].append(inner)
            self._open.append(inner)
            self._position += 1
        elif mark == b")":
            if len(self._open) == 1:
                raise GarbledError("a parenthesis too many")
            self._open.pop()
            self._position += 1
        elif section := self._is_item_name() and _SECTION.match(text, self._position):
            self._position = section.end()
            self._open[-1].append(section[0] + self._section())
        else:
            end = _ATOM_END.search(text, self._position)
            atom = text[self._position : end.start() if end else None]
            self._position += len(atom)
            self._open[-1].append(None if atom.upper() == b"NIL" else atom)

    def _quoted(self, text: bytes) -> bytes:
        found = _QUOTED.match(text, self._position)
        if found is None or not found[2]:
            raise GarbledError("a string without an end")
        self._position = found.end()
        return re.sub(rb"\\(.)", rb"\1", found[1], flags=re.DOTALL)

    def _is_item_name(self) -> bool:
        """Whether a name of an item of FETCH stands here: `* 1 FETCH (name value name value …)`."""
        return (
            len(self._open) == 2
            and len(self._top) == 4
            and word(self._top[2]) == b"FETCH"
            and len(self._open[1]) % 2 == 0
        )

    def _section(self) -> bytes:
        """From [ to ], strings and literals in it in quotes, and what part of it this is, such as <0>."""
        pieces = []
        while self._part < len(self._line):
            text = self._text
            if self._position >= len(text):
                if (literal := self._next_literal()) is not None:
                    pieces.append(b'"%b"' % literal)
            elif text[self._position] == ord('"'):
                pieces.append(b'"%b"' % self._quoted(text))
            elif end := _AFTER_SECTION.match(text, self._position):
                self._position = end.end()
                return b"".join([*pieces, end[0]])
            elif plain := _IN_SECTION.match(text, self._position):
                self._position = plain.end()
                pieces.append(plain[0])
        raise GarbledError("a section without an end")


def literal_size(text: bytes) -> int | None:
    """How many bytes of a literal follow this line; None for none."""
    found = _LITERAL.search(text)
    return int(found[0].strip(b"~{+}")[:20]) if found else None
