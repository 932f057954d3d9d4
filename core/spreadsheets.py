"""Tables for spreadsheets: text that no spreadsheet runs as a formula, and the two formats, CSV and XLSX."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from core.errors import Invalid
from core.iteration import batched
from core.xlsx import Flagged, NoValue, Row, read_xlsx

__all__ = ["REMOVE", "Cells", "Flagged", "NoValue", "Removal", "Row", "Table"]

Cells = list[str]
CSV_TYPE: Final = "text/csv"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# The word that removes what is there: an empty cell leaves it as it is.
REMOVE: Final = "-"

MAX_FILE: Final = 50 * 1024 * 1024
# More than a line of any table here can have.
MAX_RECORD: Final = 1024 * 1024
# Where a spreadsheet may see a cell begin: one that expects semicolons or tabs splits our cells at them, and at the
# ends of their lines. And what it takes for a formula there, also behind quotes, and in full width.
_BEGIN: Final = r"(?:^|(?<=[;\t\r\n]))"
_SIGNS: Final = "=+\\-@\t\r\uff1d\uff0b\uff0d\uff20"
_FORMULA: Final = re.compile(rf"{_BEGIN}(?=[\"']*[{_SIGNS}])")
_ESCAPED: Final = re.compile(rf"{_BEGIN}'(?=[\"']*[{_SIGNS}])")
# What XML, and so XLSX, cannot hold, what XLSX takes for the code of a character, and what we take for removal.
_NOT_XML: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_LIKE_CODE: Final = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_LIKE_REMOVAL: Final = re.compile("'*-")
_SEPARATOR: Final = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE)
_CHUNK: Final = 100


class Removal(str):
    """A cell that asks for what is there to be removed."""


@dataclass(frozen=True, slots=True)
class Table:
    """An uploaded table: its rows that hold anything, and the encoding that was taken for its own ("" for none)."""

    encoding: str
    rows: Iterator[Row]


def escape_formulas(cell: str) -> str:
    """`cell`, with an apostrophe before each part of it that a spreadsheet would run as a formula."""
    return _FORMULA.sub("'", cell)


def unescape_formulas(cell: str) -> str:
    """The text that `escape_formulas` was given."""
    return _ESCAPED.sub("", cell)


def csv_lines(rows: Iterable[Cells]) -> Iterator[str]:
    """The rows as CSV, a few at a time, in UTF-8 with the mark by which spreadsheets know it."""
    yield "\ufeff"
    for chunk in batched(rows, _CHUNK):
        text = io.StringIO()
        csv.writer(text).writerows([escape_formulas(cell) for cell in row] for row in chunk)
        yield text.getvalue()


def write_xlsx(rows: Iterable[Cells], file: IO[bytes]) -> None:
    """Write the rows as the one sheet of an XLSX file; every cell is text, and so none is a formula."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet()
    try:
        for row in rows:
            sheet.append([_text_cell(sheet, cell) for cell in row])
    except BaseException:
        # The rows so far are in a file that only saving the book would remove.
        sheet.close()
        sheet._writer.cleanup()
        raise
    book.save(file)


def _text_cell(sheet: Any, text: str) -> Any:
    shown = f"'{text}" if _LIKE_REMOVAL.fullmatch(text) else text
    shown = _LIKE_CODE.sub("_x005F_", shown).replace("\r", "_x000D_")
    cell: Any = WriteOnlyCell(sheet, value=_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", shown))
    cell.data_type = "s"
    return cell


def read_table(name: str, content: bytes) -> Table:
    """An uploaded CSV or XLSX file (told by its name), the header row first. Invalid for what cannot be read.

    Cells come without the white space around them.
    """
    if len(content) > MAX_FILE:
        raise Invalid(_("The file is larger than 50 MB."))
    if name.lower().endswith(".xlsx"):
        return Table("", _with_content(read_xlsx(content), _from_xlsx))
    text, encoding = _decoded(content)
    return Table(encoding, _with_content(_read_csv(text), _from_csv))


def _with_content(rows: Iterator[Row], trimmed: Any) -> Iterator[Row]:
    for number, row in rows:
        cells = [trimmed(cell) for cell in row]
        if any(cells):
            yield number, cells


def _from_csv(cell: str) -> str:
    text = cell.strip()
    return Removal(text) if text == REMOVE else unescape_formulas(text).strip()


def _from_xlsx(cell: str) -> str:
    if isinstance(cell, NoValue | Flagged):
        return cell
    text = cell.strip()
    if text == REMOVE:
        return Removal(text)
    return text[1:] if _LIKE_REMOVAL.fullmatch(text) else text


def _decoded(content: bytes) -> tuple[str, str]:
    """The text of a CSV file, and the encoding that was taken for its own."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = [("utf-16", "UTF-16")]
    elif b"\x00" in content[:4]:
        tries = [("utf-16-be" if content[:1] == b"\x00" else "utf-16-le", "UTF-16")]
    else:
        tries = [("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")]
    for codec, name in tries:
        try:
            return content.decode(codec), name
        except UnicodeDecodeError:
            continue
    raise Invalid(_("The file is not text in UTF-8, UTF-16 or Windows-1252. Save it as “CSV UTF-8” or as XLSX."))


class _Lines:
    """The lines of a text, as long as a record is no longer than it may be."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = iter(lines)
        self.length = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self.lines)
        self.length += len(line)
        if self.length > MAX_RECORD:
            raise Invalid(_("The file is not CSV: %(error)s.") % {"error": _("a line is too long")})
        return line


def _read_csv(text: str) -> Iterator[Row]:
    """The records, each with the number of the line in which it begins."""
    file = io.StringIO(text, newline="")
    first = file.readline(MAX_RECORD)
    if match := _SEPARATOR.fullmatch(first):
        delimiter, before = match[1], 1
    else:
        file.seek(0)
        head = next((line for line in file if line.strip()), "")
        delimiter, before = max(",;\t", key=head.count), 0
        file.seek(0)
    lines = _Lines(file)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    start = before + 1
    try:
        for row in reader:
            yield start, row
            start, lines.length = before + reader.line_num + 1, 0
    except csv.Error as error:
        raise Invalid(_("The file is not CSV: %(error)s.") % {"error": error}) from error
