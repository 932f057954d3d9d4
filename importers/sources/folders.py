"""A folder of CSV or XLSX files, each of them a table of its name: `mailboxes.csv` is the table `mailboxes`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from core.errors import Invalid
from core.spreadsheets import MAX_FILE, read_table
from importers.sources.source import Row, Wanted

_ENDINGS: Final = (".csv", ".xlsx")


class Folder:
    """The tables of a folder, read as the import of the web admin reads files."""

    def __init__(self, path: Path, wanted: Wanted) -> None:
        self._rows: dict[str, list[Row]] = {}
        for file in sorted(path.iterdir()):
            table = file.stem.lower()
            if file.suffix.lower() in _ENDINGS and table in wanted:
                self._rows[table] = list(_read(file, wanted[table]))
        if not self._rows:
            raise Invalid(f"The folder has none of the files {', '.join(f'{table}.csv' for table in wanted)}.")

    def tables(self) -> list[str]:
        """The names of the files, without their endings."""
        return list(self._rows)

    def count(self, table: str) -> int:
        """How many lines the file has below its head."""
        return len(self._rows.get(table, ()))

    def rows(self, table: str) -> Iterator[Row]:
        """The lines as rows."""
        return iter(self._rows.get(table, ()))

    def close(self) -> None:
        """Nothing is open any more."""


def _read(file: Path, columns: Sequence[str]) -> Iterator[Row]:
    try:
        if file.stat().st_size > MAX_FILE:
            raise Invalid("The file is larger than 50 MB.")
        with file.open("rb") as opened:
            yield from _table(read_table(file.name, opened).rows, columns)
    except OSError as error:
        raise Invalid(f"{file.name} cannot be read: {error.strerror}.") from error
    except Invalid as error:
        raise Invalid(f"{file.name}: {error}") from error


def _table(rows: Iterator[tuple[int, list[str]]], columns: Sequence[str]) -> Iterator[Row]:
    heads = [cell.strip().lower() for cell in next(rows, (1, []))[1]]
    unknown = [head for head in heads if head not in columns]
    if unknown or columns[0] not in heads:
        raise Invalid(f"The first line names the columns; they are {', '.join(columns)}.")
    for _number, cells in rows:
        yield {**dict.fromkeys(columns), **{head: text or None for head, text in zip(heads, cells, strict=False)}}
