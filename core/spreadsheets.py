"""Tables for spreadsheets: text that no spreadsheet runs as a formula, and the two formats, CSV and XLSX."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import IO, Any, Final

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from core.errors import Invalid
from core.iteration import batched
from core.xlsx import Row, Xlsx, unpacked_size
from core.xlsx_cells import DayCell, Flagged, NoValue

__all__ = ["REMOVE", "Cells", "DayCell", "Flagged", "NoValue", "Removal", "Row", "Table"]

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
# What no database keeps in a text either.
_NOT_KEPT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# What spreadsheets show where there is no value.
_NO_VALUE: Final = "#N/A"
_SEPARATOR: Final = re.compile(r'"?sep=(.)"?[\r\n]*', re.IGNORECASE)
_DELIMITERS: Final = ",;\t"
_TITLE_LINES: Final = 10
_CHUNK: Final = 100
_PIECE: Final = 1024 * 1024


class Removal(str):
    """A cell that asks for what is there to be removed."""


def kept_cell(cell: str) -> str:
    """A cell that was read, as text from which `given_back` makes the same again. What held no value is an error."""
    if isinstance(cell, NoValue):
        return _NO_VALUE
    text = f"'{cell}" if _LIKE_REMOVAL.fullmatch(cell) and not isinstance(cell, Removal) else str(cell)
    return _NOT_KEPT.sub("\N{REPLACEMENT CHARACTER}", text)


def given_back(text: str) -> str:
    """A kept cell, to be written into a file that says the same when it is read."""
    if text == REMOVE:
        return Removal(text)
    return text[1:] if _LIKE_REMOVAL.fullmatch(text) else text


@dataclass(frozen=True, slots=True)
class Table:
    """An uploaded table: the encoding that was taken for its own ("" for none), and its rows that hold anything.

    They come a few at a time, now and then none; `share` says how much of the table has been read, 0 to 1.
    """

    encoding: str
    pieces: Iterator[list[Row]]
    share: Callable[[], float]

    @property
    def rows(self) -> Iterator[Row]:
        """The rows one by one."""
        return (row for piece in self.pieces for row in piece)


def escape_formulas(cell: str) -> str:
    """`cell`, with an apostrophe before each part of it that a spreadsheet would run as a formula."""
    return cell if isinstance(cell, Removal) else _FORMULA.sub("'", cell)


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
    shown = f"'{text}" if _LIKE_REMOVAL.fullmatch(text) and not isinstance(text, Removal) else text
    shown = _LIKE_CODE.sub("_x005F_", shown).replace("\r", "_x000D_")
    cell: Any = WriteOnlyCell(sheet, value=_NOT_XML.sub("\N{REPLACEMENT CHARACTER}", shown))
    cell.data_type = "s"
    return cell


def form_of(name: str) -> str:
    """As what a file of this name is read: "xlsx", "tsv" (between tabs, as spreadsheets paste), and any other "csv"."""
    ending = name.lower().rpartition(".")[2]
    return ending if ending in {"xlsx", "tsv"} else "csv"


def size_to_read(name: str, file: IO[bytes]) -> int:
    """How many bytes there are to read in a file: packed ones count as what they become."""
    size = file.seek(0, io.SEEK_END)
    return max(size, unpacked_size(file)) if form_of(name) == "xlsx" else size


def read_table(name: str, file: IO[bytes]) -> Table:
    """A CSV, TSV or XLSX file (told by its name), the header row first. Invalid for what cannot be read.

    The file is read where it is, as the rows are asked for. Cells come without the white space around them.
    """
    size = file.seek(0, io.SEEK_END)
    if size > MAX_FILE:
        raise Invalid(_("The file is larger than 50 MB."))
    if form_of(name) == "xlsx":
        book = Xlsx(file)
        return Table("", _with_content(book.pieces(), _from_xlsx), lambda: book.share)
    codec, encoding = _encoding(file)
    file.seek(0)
    text = io.TextIOWrapper(io.BufferedReader(_Borrowed(file)), codec, newline="")
    rows = batched(_read_csv(text, "\t" if form_of(name) == "tsv" else ""), _CHUNK)
    return Table(encoding, _with_content(rows, _from_csv), lambda: file.tell() / size)


def _with_content(pieces: Iterable[list[Row]], trimmed: Callable[[str], str]) -> Iterator[list[Row]]:
    for piece in pieces:
        rows = [(number, [trimmed(cell) for cell in row]) for number, row in piece]
        yield [(number, cells) for number, cells in rows if any(cells)]


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


def _encoding(file: IO[bytes]) -> tuple[str, str]:
    """The codec of a CSV file, and what people call it."""
    file.seek(0)
    start = file.read(4)
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = [("utf-16", "UTF-16")]
    elif b"\x00" in start:
        tries = [("utf-16-be" if start[:1] == b"\x00" else "utf-16-le", "UTF-16")]
    else:
        tries = [("utf-8-sig", "UTF-8"), ("cp1252", "Windows-1252")]
    for codec, name in tries:
        if _is_text(file, codec):
            return codec, name
    raise Invalid(_("The file is not text in UTF-8, UTF-16 or Windows-1252. Save it as “CSV UTF-8” or as XLSX."))


def _is_text(file: IO[bytes], codec: str) -> bool:
    file.seek(0)
    decoder = codecs.getincrementaldecoder(codec)()
    try:
        while piece := file.read(_PIECE):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


class _Borrowed(io.RawIOBase):
    """A file that stays open when whoever reads it as text is done."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._file.seek(offset, whence)

    def readinto(self, buffer: Any) -> int:
        content = self._file.read(len(buffer))
        buffer[: len(content)] = content
        return len(content)


class _Lines:
    """The lines of a text, as long as a record is no longer than it may be."""

    def __init__(self, text: io.TextIOBase) -> None:
        self.text = text
        self.length = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.text.readline(MAX_RECORD + 1 - self.length)
        if not line:
            raise StopIteration
        self.length += len(line)
        if self.length > MAX_RECORD:
            raise Invalid(_("The file is not CSV: %(error)s.") % {"error": _("a line is too long")})
        return line


def _delimiter(text: io.TextIOBase) -> tuple[str, int]:
    """What stands between the cells, and how many lines were only to say so.

    As the first line says; or shows, or the first that shows one below a title.
    """
    head = text.readline(MAX_RECORD)
    if match := _SEPARATOR.fullmatch(head):
        return match[1], 1
    titles = 0
    while head and titles < _TITLE_LINES and not any(sign in head for sign in _DELIMITERS):
        titles += bool(head.strip())
        head = text.readline(MAX_RECORD)
    text.seek(0)
    return max(_DELIMITERS, key=head.count), 0


def _read_csv(text: io.TextIOBase, delimiter: str = "") -> Iterator[Row]:
    """The records, each with the number of the line in which it begins."""
    delimiter, before = (delimiter, 0) if delimiter else _delimiter(text)
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    start = before + 1
    try:
        for row in reader:
            yield start, row
            start, lines.length = before + reader.line_num + 1, 0
    except csv.Error as error:
        raise Invalid(_("The file is not CSV: %(error)s.") % {"error": error}) from error
