"""Plain dumps, as mysqldump, pg_dump and sqlite3 write them: CREATE TABLE, INSERT and COPY; the rest is skipped.

Read line by line. Of the tables that nobody wants, only the rows are counted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from core.errors import Invalid
from importers.sources.source import Cell, Row, Wanted
from importers.sources.values import Dialect, ValuesError, read_values

_NAME: Final = r"(?:[`\"]?\w+[`\"]?\.)?[`\"]?(\w+)[`\"]?"
_CREATE: Final = re.compile(rf"CREATE TABLE\s+(?:IF NOT EXISTS\s+)?{_NAME}\s*\(", re.IGNORECASE)
_INSERT: Final = re.compile(rf"INSERT (?:IGNORE )?INTO {_NAME}\s*(?:\(([^()']*)\))?\s*VALUES\s*", re.IGNORECASE)
_COPY: Final = re.compile(rf"COPY {_NAME} \(([^()]*)\) FROM stdin;")
_FIRST_LINES: Final = 50
_NOT_COLUMNS: Final = frozenset(
    {"PRIMARY", "KEY", "UNIQUE", "CONSTRAINT", "FOREIGN", "CHECK", "INDEX", "FULLTEXT", "SPATIAL", "EXCLUDE", "PERIOD"}
)
_COPY_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_COPY_MEANS: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_STRING_OR_PAREN: Final = re.compile(r"'[^']*+'|`[^`]*+`|\"[^\"]*+\"|[(),]")


class Dump:
    """The tables of a dump whose names begin with `prefix`."""

    def __init__(self, path: Path, wanted: Wanted, prefix: str) -> None:
        self._wanted, self._prefix = wanted, prefix
        self._columns: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}
        self._rows: dict[str, list[Row]] = {}
        self._line = 0
        try:
            # What is not UTF-8 is some blob; the line ends are the writer's.
            with path.open(encoding="utf-8", errors="replace", newline="\n") as file:
                first = [line for _number, line in zip(range(_FIRST_LINES), file, strict=False)]
                self._dialect = Dialect.of("".join(first))
                self._read(self._numbered(chain(first, file)))
        except OSError as error:
            raise Invalid(f"{path.name} cannot be read: {error.strerror}.") from error
        except ValuesError as error:
            raise Invalid(f"{path.name}: the statement that ends in line {self._line} is not understood.") from error
        if not self._counts:
            raise Invalid(f"{path.name} has no CREATE TABLE; a dump is plain SQL, as mysqldump and pg_dump write it.")

    def tables(self) -> list[str]:
        """The names of all tables, in their order."""
        return sorted(self._counts)

    def count(self, table: str) -> int:
        """How many rows the table has; 0 for one that is not there."""
        return self._counts.get(table, 0)

    def rows(self, table: str) -> Iterator[Row]:
        """The rows of a wanted table."""
        return iter(self._rows.get(table, ()))

    def close(self) -> None:
        """Nothing is open any more."""

    def _numbered(self, lines: Iterator[str]) -> Iterator[str]:
        for self._line, line in enumerate(lines, start=1):
            yield line

    def _read(self, lines: Iterator[str]) -> None:
        for line in lines:
            if match := _COPY.match(line):
                self._copy(match[1], match[2], lines)
            elif match := _INSERT.match(line):
                self._insert(match, _statement(line, lines, self._dialect))
            elif match := _CREATE.match(line):
                self._create(match[1], _statement(line, lines, self._dialect)[match.end() :])

    def _create(self, name: str, body: str) -> None:
        if name.startswith(self._prefix):
            table = name.removeprefix(self._prefix)
            self._columns[table] = list(_columns(body))
            self._counts.setdefault(table, 0)

    def _insert(self, match: re.Match[str], statement: str) -> None:
        table = match[1].removeprefix(self._prefix)
        if not match[1].startswith(self._prefix) or table not in self._counts:
            return
        if table not in self._wanted:
            self._counts[table] += self._dialect.count_rows(statement[match.end() :])
            return
        columns = _names(match[2]) if match[2] else self._columns[table]
        for values in read_values(statement, match.end(), self._dialect):
            self._keep(table, columns, values)

    def _copy(self, name: str, columns: str, lines: Iterator[str]) -> None:
        table, names = name.removeprefix(self._prefix), _names(columns)
        kept = name.startswith(self._prefix) and table in self._counts
        for line in lines:
            if line.rstrip("\r\n") == "\\.":
                return
            if kept and table in self._wanted:
                self._keep(table, names, [_copied(text) for text in line.rstrip("\n").split("\t")])
            elif kept:
                self._counts[table] += 1
        raise ValuesError

    def _keep(self, table: str, columns: list[str], values: list[Cell]) -> None:
        if len(columns) != len(values):
            raise ValuesError
        row = dict(zip(columns, values, strict=True))
        self._rows.setdefault(table, []).append({name: row.get(name) for name in self._wanted[table]})
        self._counts[table] += 1


def _statement(line: str, lines: Iterator[str], dialect: Dialect) -> str:
    """The line with those that follow until its statement ends: at a semicolon that is in no string."""
    parts, inside = [line], dialect.odd_quotes(line)
    while inside or not parts[-1].rstrip().endswith(";"):
        following = next(lines, None)
        if following is None:
            raise ValuesError
        parts.append(following)
        inside ^= dialect.odd_quotes(following)
    return "".join(parts)


def _columns(body: str) -> Iterator[str]:
    """The names of the columns that the inside of a CREATE TABLE's parentheses declares."""
    depth, start = 0, 0
    for match in _STRING_OR_PAREN.finditer(body):
        mark = match[0]
        depth += (mark == "(") - (mark == ")")
        if depth < 0 or (mark == "," and depth == 0):
            yield from _column(body[start : match.start()])
            start = match.end()
        if depth < 0:
            return


def _column(declaration: str) -> Iterator[str]:
    words = declaration.split(None, 1)
    if words and words[0].upper() not in _NOT_COLUMNS:
        yield words[0].strip("`\"'[]")


def _names(listed: str) -> list[str]:
    return [name.strip().strip('`"') for name in listed.split(",")]


def _copied(text: str) -> Cell:
    if text == "\\N":
        return None
    return _COPY_ESCAPE.sub(lambda match: _COPY_MEANS.get(match[1], match[1]), text) if "\\" in text else text
