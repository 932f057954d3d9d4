"""Tables for spreadsheets: text that no spreadsheet runs as a formula, and the two formats, CSV and XLSX."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any, Final

from django.utils.translation import gettext as _
from import_export.formats import base_formats
from openpyxl import Workbook, load_workbook
from openpyxl.cell import WriteOnlyCell
from tablib import Dataset

from core.errors import Invalid
from core.iteration import batched

Cells = list[str]
CSV: Final = base_formats.CSV()
XLSX: Final = base_formats.XLSX()

MAX_FILE: Final = 50 * 1024 * 1024
MAX_UNPACKED: Final = 400 * 1024 * 1024
# Reading takes its time by the number of elements: a third more than the largest table that may be imported has.
MAX_TAGS: Final = 12_000_000
# As many rows as a sheet can have, and more columns than any table here: a few bytes of a file can claim any number.
_MAX_ROWS: Final = 1_048_576
_MAX_COLUMNS: Final = 50
# Where a spreadsheet may see a cell begin: one that expects semicolons or tabs splits our cells at them, and at the
# ends of their lines. And what it takes for a formula there, also behind quotes.
_BEGIN: Final = r"(?:^|(?<=[;\t\r\n]))"
_FORMULA: Final = re.compile(rf"{_BEGIN}(?=[\"']*[=+\-@\t\r])")
_ESCAPED: Final = re.compile(rf"{_BEGIN}'(?=[\"']*[=+\-@\t\r])")
# What XML, and so XLSX, cannot hold.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_CHUNK: Final = 100
_PIECE: Final = 1024 * 1024


def harmless(cell: str) -> str:
    """`cell`, with an apostrophe before each part of it that a spreadsheet would run as a formula."""
    return _FORMULA.sub("'", cell)


def plain(cell: str) -> str:
    """The text that `harmless` was given."""
    return _ESCAPED.sub("", cell)


def csv_lines(rows: Iterable[Cells]) -> Iterator[str]:
    """The rows as CSV, a few at a time, in UTF-8 with the mark by which spreadsheets know it."""
    yield "\ufeff"
    for chunk in batched(rows, _CHUNK):
        yield CSV.export_data(Dataset(*([harmless(cell) for cell in row] for row in chunk)))


def xlsx_file(rows: Iterable[Cells]) -> bytes:
    """The rows as the one sheet of an XLSX file; every cell is text."""
    # Not by the library: it holds every cell as an object, guesses types, and fails at what XML cannot hold.
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append([_text_cell(sheet, cell) for cell in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def read_table(name: str, content: bytes) -> Iterator[Cells]:
    """The rows of an uploaded CSV or XLSX file (told by its name), the heads first. Invalid for what cannot be read."""
    if len(content) > MAX_FILE:
        raise Invalid(_("The file is larger than 50 MB."))
    # Not by the library: it reads to the end before lines can be counted, and one line too long spoils them all.
    rows = _read_xlsx(content) if name.lower().endswith(".xlsx") else _read_csv(content)
    return ([plain(cell) for cell in row] for row in rows if any(row))


def _read_csv(content: bytes) -> Iterator[Cells]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(_("The file is not UTF-8 text. Save it as “CSV UTF-8” or as XLSX.")) from error
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except csv.Error as error:
        raise Invalid(_("The file is not CSV: %(error)s.") % {"error": error}) from error


def _read_xlsx(content: bytes) -> Iterator[Cells]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
            if unpacked > MAX_UNPACKED or _tags(archive) > MAX_TAGS:
                raise Invalid(_("The file is too large when unpacked."))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        for row in book.worksheets[0].iter_rows(max_row=_MAX_ROWS, max_col=_MAX_COLUMNS, values_only=True):
            yield [_as_text(value) for value in _without_end(row)]
    except Invalid:
        raise
    except Exception as error:
        # openpyxl raises whatever the broken part happens to raise: KeyError, ValueError, BadZipFile, ParseError …
        raise Invalid(_("The file cannot be read as XLSX.")) from error


def _tags(archive: zipfile.ZipFile) -> int:
    """How many tags there are in all parts, counted without a parser."""
    count = 0
    for name in archive.namelist():
        with archive.open(name) as part:
            while piece := part.read(_PIECE):
                count += piece.count(b"<")
    return count


def _without_end(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """The row without the empty cells at its end."""
    length = len(row)
    while length and row[length - 1] is None:
        length -= 1
    return row[:length]


def _as_text(value: Any) -> str:
    """A cell as it would stand in a CSV file."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _text_cell(sheet: Any, text: str) -> Any:
    cell: Any = WriteOnlyCell(sheet, value=_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", harmless(text)))
    cell.data_type = "s"
    return cell
