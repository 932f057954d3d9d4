"""The values of an INSERT: strings, numbers, NULL, and the three functions that sqlite3 puts line ends into."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import Enum
from typing import Final

from importers.sources.source import Cell

_MYSQL_STRING: Final = r"'[^'\\]*+(?:(?:\\.|'')[^'\\]*+)*+'"
_PLAIN_STRING: Final = r"'[^']*+(?:''[^']*+)*+'"
_VALUE: Final = r"""\s*+(?:
    (?P<mark>[(),;])
  | (?P<hex>0x[0-9A-Fa-f]*+|[Xx]'[0-9A-Fa-f]*+')
  | (?:_\w++\s?+)?(?P<string>{string})
  | (?P<escaped>[Ee]{mysql})
  | (?P<number>[-+]?[0-9][0-9.]*+(?:[eE][-+]?[0-9]++)?)
  | (?P<word>[A-Za-z]++)
)"""
_ESCAPE: Final = re.compile(r"\\(.)|''", re.DOTALL)
_MEANS: Final = {"0": "\0", "b": "\b", "n": "\n", "r": "\r", "t": "\t", "Z": "\x1a"}
_UNICODE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(\\))")
_WORDS: Final[dict[str, Cell]] = {"NULL": None, "TRUE": 1, "FALSE": 0}
_DEEPEST: Final = 10


class ValuesError(Exception):
    """A statement that no dump is known to hold."""


class Dialect(Enum):
    """How strings are written."""

    MYSQL = "mysql"
    POSTGRES = "postgres"
    SQLITE = "sqlite"

    @classmethod
    def of(cls, head: str) -> Dialect:
        """That of a dump with these first lines."""
        if "PostgreSQL database dump" in head:
            return cls.POSTGRES
        return cls.SQLITE if "PRAGMA foreign_keys" in head or "BEGIN TRANSACTION;" in head else cls.MYSQL

    @property
    def tokens(self) -> re.Pattern[str]:
        """What a value is made of."""
        return _TOKENS[self is Dialect.MYSQL]

    def odd_quotes(self, line: str) -> bool:
        """Whether the line opens a string without closing it, or the other way round."""
        plain = _ESCAPE.sub("", line) if self is Dialect.MYSQL and "\\" in line else line
        return plain.count("'") % 2 == 1

    def count_rows(self, values: str) -> int:
        """How many rows there are in the text behind VALUES. SQLite's own dump has one in each statement."""
        if self is Dialect.SQLITE:
            return 1
        return _STRINGS[self is Dialect.MYSQL].sub("", values).count("(")


_TOKENS: Final = {
    mysql: re.compile(
        _VALUE.format(string=_MYSQL_STRING if mysql else _PLAIN_STRING, mysql=_MYSQL_STRING), re.VERBOSE | re.DOTALL
    )
    for mysql in (True, False)
}
_STRINGS: Final = {True: re.compile(_MYSQL_STRING, re.DOTALL), False: re.compile(_PLAIN_STRING)}


def read_values(statement: str, start: int, dialect: Dialect) -> Iterator[list[Cell]]:
    """The rows behind VALUES. ValuesError."""
    return _Values(statement, start, dialect).rows()


class _Values:
    def __init__(self, text: str, start: int, dialect: Dialect) -> None:
        self._text, self._end, self._dialect = text, start, dialect

    def rows(self) -> Iterator[list[Cell]]:
        while True:
            self._expect("(")
            yield self._list(0)
            mark = self._next()["mark"]
            if mark == ";":
                return
            if mark != ",":
                raise ValuesError

    def _next(self) -> re.Match[str]:
        match = self._dialect.tokens.match(self._text, self._end)
        if match is None:
            raise ValuesError
        self._end = match.end()
        return match

    def _expect(self, mark: str) -> None:
        if self._next()["mark"] != mark:
            raise ValuesError

    def _list(self, depth: int) -> list[Cell]:
        """The values up to the closing parenthesis."""
        values = []
        while True:
            values.append(self._value(depth))
            mark = self._next()["mark"]
            if mark == ")":
                return values
            if mark != ",":
                raise ValuesError

    def _value(self, depth: int) -> Cell:
        match = self._next()
        match match.lastgroup:
            case "string":
                return self._unescaped(match["string"][1:-1], mysql=self._dialect is Dialect.MYSQL)
            case "escaped":
                return self._unescaped(match["escaped"][2:-1], mysql=True)
            case "number":
                number = match["number"]
                return int(number) if number.lstrip("+-").isdecimal() and len(number) < 20 else number
            case "hex":
                digits = match["hex"][2:].strip("'")
                return bytes.fromhex(digits).decode("utf-8", "replace") if len(digits) % 2 == 0 else digits
            case "word" if match["word"].upper() in _WORDS:
                return _WORDS[match["word"].upper()]
            case "word" if depth < _DEEPEST:
                self._expect("(")
                return _called(match["word"].lower(), self._list(depth + 1))
        raise ValuesError

    def _unescaped(self, text: str, *, mysql: bool) -> str:
        if not mysql:
            return text.replace("''", "'")
        if "\\" not in text and "''" not in text:
            return text
        return _ESCAPE.sub(lambda match: "'" if match[1] is None else _MEANS.get(match[1], match[1]), text)


def _called(function: str, values: list[Cell]) -> Cell:
    """What one of sqlite3's functions makes of its values."""
    match function, values:
        case "char", [int() as code] if 0 <= code < 0x110000:
            return chr(code)
        case "replace", [str() as text, str() as old, str() as new] if old:
            return text.replace(old, new)
        case "unistr", [str() as text]:
            return _UNICODE.sub(_character, text)
    raise ValuesError


def _character(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    number = int(code, 16) if code else 0x5C
    return chr(number) if number < 0x110000 else "\N{REPLACEMENT CHARACTER}"
