"""XLSX files, read cell by cell: in bounded memory, and with what a cell holds besides its text.

Not by a library: those hold whole trees or all cells, and tell a formula without a value from an empty cell no more.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Generator, Iterator, Mapping
from datetime import date
from typing import IO, Any, Final
from xml.parsers import expat

from django.utils.translation import gettext as _

from core.errors import Invalid
from core.xlsx_cells import (
    BEGINNING,
    BEGINNING_1904,
    DATES,
    DAYS,
    Flagged,
    NoValue,
    counted_day,
    no_day,
    number_as_typed,
    shows_date,
    shows_day,
    written_day,
)

# What is really unpacked counts, not what the file says of itself; a sheet of 200,000 lines is less than half of it.
MAX_SHEET: Final = 256 * 1024 * 1024
MAX_STRINGS: Final = 96 * 1024 * 1024
MAX_OTHER: Final = 8 * 1024 * 1024
# Reading takes its time by the number of elements: a third more than the largest table that may be imported has.
MAX_ELEMENTS: Final = 8_000_000
# A cell of a spreadsheet has at most 32,767 characters.
MAX_TEXT: Final = 32_767
_MAX_PARTS: Final = 5_000
_MAX_ENTRIES: Final = 200_000
# The two that spreadsheets use. The others are unpacked in pieces of any size.
_PACKINGS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# No tag is that long: the parser keeps what it has not come to the end of.
_MAX_TAG: Final = 256 * 1024
# The parser keeps the elements that it is inside of; a spreadsheet has ten.
_MAX_DEPTH: Final = 100
_PIECE: Final = 64 * 1024
# How an entry of an archive's directory begins.
_ENTRY: Final = b"PK\x01\x02"
# As many rows as a sheet can have; more columns than any table here, and one to tell that there are too many.
_MAX_ROWS: Final = 1_048_576
MAX_COLUMNS: Final = 50
# As many cells as a row can have.
_MAX_CELLS: Final = 16_384
_REFERENCE: Final = re.compile(r"([A-Z]{1,3})[0-9]+")
_CODED: Final = re.compile(r"_x([0-9A-Fa-f]{4})_")


Row = tuple[int, list[str]]


class Xlsx:
    """An XLSX file that can be read anywhere, whose first sheet is asked for."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._size = self._done = 0

    @property
    def share(self) -> float:
        """How much of the sheet has been read: 0 to 1."""
        return self._done / self._size if self._size else 0.0

    def pieces(self) -> Iterator[list[Row]]:
        """The rows that hold anything, each with its number, a few at a time; now and then none, while texts are read.

        Invalid for what cannot be read.
        """
        if _entries(self._file) > _MAX_PARTS:
            raise _too_large()
        try:
            with zipfile.ZipFile(self._file) as archive:
                sheet, strings, styles, beginning = _parts(archive)
                dates = _date_styles(archive, styles) if styles else dict[int, bool]()
                texts = (yield from _strings(archive, strings)) if strings else list[str]()
                self._size = archive.getinfo(sheet).file_size
                yield from self._rows(archive, sheet, _Sheet(texts, dates, beginning))
        except Invalid:
            raise
        except Exception as error:
            # What is broken in a file of strangers shows as any error: KeyError, BadZipFile, zlib.error, ExpatError …
            raise Invalid(_("The file cannot be read as XLSX.")) from error

    def _rows(self, archive: zipfile.ZipFile, name: str, sheet: _Sheet) -> Iterator[list[Row]]:
        for self._done in _parse(archive, name, MAX_SHEET, sheet):
            rows, sheet.rows = sheet.rows, []
            yield rows


def unpacked_size(file: IO[bytes]) -> int:
    """Of how many bytes the file is when it is unpacked, as it says itself; no more of it is read. 0: it is no XLSX."""
    if _entries(file) > _MAX_PARTS:
        return 0
    try:
        with zipfile.ZipFile(file) as archive:
            return sum(part.file_size for part in archive.infolist())
    except Exception:
        return 0


def _entries(file: IO[bytes]) -> int:
    """How many parts the archive can have: the directory of all is held in memory."""
    count, end = 0, b""
    file.seek(0)
    while piece := file.read(MAX_OTHER):
        count += (end + piece).count(_ENTRY)
        end = piece[1 - len(_ENTRY) :]
    file.seek(0)
    return count


def _too_large() -> Invalid:
    return Invalid(_("The file is too large when unpacked."))


def _parse(archive: zipfile.ZipFile, name: str, limit: int, handlers: Any) -> Iterator[int]:
    """Read a part in pieces; after each, whoever asks may take what `handlers` has found in so many bytes."""
    part_info = archive.getinfo(name)
    if part_info.file_size > limit:
        raise _too_large()
    if part_info.compress_type not in _PACKINGS:
        raise Invalid(_("The file cannot be read as XLSX."))
    parser = expat.ParserCreate()
    parser.buffer_text = True
    elements = depth = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal elements, depth
        elements += 1
        depth += 1
        if elements > MAX_ELEMENTS or depth > _MAX_DEPTH:
            raise _too_large()
        handlers.start(_local(tag), attributes)

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        handlers.end(_local(tag))

    def refuse(*_declared: Any) -> None:
        raise Invalid(_("The file cannot be read as XLSX."))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handlers.text
    parser.StartDoctypeDeclHandler = refuse
    done = 0
    with archive.open(name) as part:
        while piece := part.read(_PIECE):
            done += len(piece)
            if done > limit:
                raise _too_large()
            parser.Parse(piece, False)
            if done - parser.CurrentByteIndex > _MAX_TAG:
                raise _too_large()
            yield done
    parser.Parse(b"", True)
    yield done


def _local(tag: str) -> str:
    return tag.rpartition(":")[2]


class _Elements:
    """All elements of a small part, with their attributes."""

    def __init__(self) -> None:
        self.found: list[tuple[str, dict[str, str]]] = []
        self.inside: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.found) > _MAX_ENTRIES:
            raise _too_large()
        self.found.append(("/".join([*self.inside[-1:], tag]), {_local(key): one for key, one in attributes.items()}))
        self.inside.append(tag)

    def end(self, tag: str) -> None:
        self.inside.pop()

    def text(self, text: str) -> None:
        """Small parts say all in attributes."""


def _elements(archive: zipfile.ZipFile, name: str) -> list[tuple[str, dict[str, str]]]:
    handlers = _Elements()
    for _piece in _parse(archive, name, MAX_OTHER, handlers):
        pass
    return handlers.found


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, tuple[str, str]]:
    """What a part refers to: the last word of its kind and its name, by key."""
    folder, name = posixpath.split(part)
    found = _elements(archive, posixpath.join(folder, "_rels", f"{name}.rels"))
    return {
        one["Id"]: (one["Type"].rpartition("/")[2], posixpath.normpath(posixpath.join("/", folder, one["Target"]))[1:])
        for tag, one in found
        if tag.endswith("Relationship") and one.get("TargetMode") != "External"
    }


def _parts(archive: zipfile.ZipFile) -> tuple[str, str, str, date]:
    """The names of the first sheet, the shared texts and the styles, "" for what there is not; where days begin."""
    book = next(name for kind, name in _relations(archive, "").values() if kind == "officeDocument")
    related = _relations(archive, book)
    by_kind = dict(related.values())
    inside = _elements(archive, book)
    sheets = [related[one["id"]] for tag, one in inside if tag == "sheets/sheet"]
    sheet = next(name for kind, name in sheets if kind == "worksheet")
    from_1904 = any(one.get("date1904") in {"1", "true"} for tag, one in inside if tag == "workbook/workbookPr")
    beginning = BEGINNING_1904 if from_1904 else BEGINNING
    return sheet, by_kind.get("sharedStrings", ""), by_kind.get("styles", ""), beginning


def _date_styles(archive: zipfile.ZipFile, name: str) -> dict[int, bool]:
    """The numbers of the styles that show a number as a date or a time, each with whether it shows the day."""
    found = _elements(archive, name)
    own = {int(one["numFmtId"]): one.get("formatCode", "") for tag, one in found if tag == "numFmts/numFmt"}
    dates = {key: key in DAYS for key in DATES if key not in own}
    dates |= {key: shows_day(code) for key, code in own.items() if shows_date(code)}
    used = [int(one.get("numFmtId", 0)) for tag, one in found if tag == "cellXfs/xf"]
    return {index: dates[key] for index, key in enumerate(used) if key in dates}


class _Strings:
    """The shared texts; those that say how others are pronounced are none."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self.parts: list[str] = []
        self.length = 0
        self.reading = self.aside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "si":
            self.parts, self.length = [], 0
        elif tag == "rPh":
            self.aside = True
        self.reading = tag == "t" and not self.aside

    def end(self, tag: str) -> None:
        self.reading = False
        if tag == "rPh":
            self.aside = False
        elif tag == "si":
            self.texts.append(_decoded("".join(self.parts)))

    def text(self, text: str) -> None:
        if self.reading:
            self.length += len(text)
            if self.length > MAX_TEXT:
                raise _too_large()
            self.parts.append(text)


def _strings(archive: zipfile.ZipFile, name: str) -> Generator[list[Row], None, list[str]]:
    handlers = _Strings()
    for _done in _parse(archive, name, MAX_STRINGS, handlers):
        yield []
    return handlers.texts


def _decoded(text: str) -> str:
    """The text with the characters that XLSX writes as codes: a carriage return is `_x000D_`."""
    return _CODED.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


class _Sheet:
    """The rows of a sheet: those that are complete, and the one that is being read."""

    def __init__(self, texts: list[str], dates: Mapping[int, bool], beginning: date) -> None:
        self.texts, self.dates, self.beginning = texts, dates, beginning
        self.rows: list[Row] = []
        self.cells: list[str] = []
        self.number = self.column = self.length = self.in_row = 0
        self.kind, self.style, self.formula = "n", 0, False
        self.parts: list[str] = []
        self.reading = self.aside = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self.reading = tag in {"v", "t"} and not self.aside
        if tag == "c":
            self.in_row += 1
            if self.in_row > _MAX_CELLS:
                raise _too_large()
            self.column = _column(attributes.get("r", ""), self.column)
            self.kind, self.style, self.formula = attributes.get("t", "n"), int(attributes.get("s", 0)), False
            self.parts, self.length = [], 0
        elif tag == "f":
            self.formula = True
        elif tag == "rPh":
            self.aside = True
        elif tag == "row":
            number = int(attributes.get("r", self.number + 1))
            if number <= self.number:
                raise Invalid(_("The file cannot be read as XLSX."))
            if number > _MAX_ROWS:
                raise _too_large()
            self.number, self.column, self.cells, self.in_row = number, -1, [], 0

    def end(self, tag: str) -> None:
        self.reading = False
        if tag == "c":
            self._keep(self._value("".join(self.parts)))
        elif tag == "rPh":
            self.aside = False
        elif tag == "row" and self.cells:
            self.rows.append((self.number, self.cells))

    def text(self, text: str) -> None:
        if self.reading:
            self.length += len(text)
            if self.length > MAX_TEXT:
                raise _too_large()
            self.parts.append(text)

    def _keep(self, value: str) -> None:
        if value:
            index = min(self.column, MAX_COLUMNS)
            self.cells += [""] * (index + 1 - len(self.cells))
            self.cells[index] = value

    def _value(self, text: str) -> str:
        if self.kind == "str":
            return text
        if self.formula and not text.strip():
            return NoValue(_("the cell holds a formula without a value"))
        match self.kind:
            case "s":
                return self.texts[max(int(text), 0)] if text.strip() else ""
            case "inlineStr":
                return _decoded(text)
            case "b":
                return Flagged("true" if text.strip() == "1" else "false") if text.strip() else ""
            case "e":
                return NoValue(_("the cell holds the error %(error)s") % {"error": text[:20]})
            case "d":
                return written_day(text.strip())
        if self.style in self.dates and text.strip():
            return counted_day(float(text), self.beginning) if self.dates[self.style] else no_day()
        return number_as_typed(text.strip())


def _column(reference: str, last: int) -> int:
    """The index of a cell's column, by its reference; without one, it follows the last."""
    if not (match := _REFERENCE.fullmatch(reference)):
        return last + 1
    index = 0
    for letter in match[1]:
        index = index * 26 + ord(letter) - ord("A") + 1
    return index - 1
