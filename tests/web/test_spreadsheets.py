"""Hostile tables: what goes out runs in no spreadsheet, what comes in cannot keep the reader busy."""

from __future__ import annotations

import csv
import io
import zipfile
from itertools import product

import pytest
from openpyxl import Workbook

from core import xlsx
from core.errors import Invalid
from core.spreadsheets import csv_lines, escape_formulas, read_table, unescape_formulas

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")


def rows_of(name: str, content: bytes) -> list[tuple[int, list[str]]]:
    return list(read_table(name, io.BytesIO(content)).rows)


def sheet(rows: str, dimension: str = "") -> bytes:
    """An XLSX file of one sheet with these rows, written as XML."""
    content, hostile = io.BytesIO(), io.BytesIO()
    Workbook().save(content)
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    xml = f'<worksheet xmlns="{space}">{dimension}<sheetData>{rows}</sheetData></worksheet>'.encode()
    with zipfile.ZipFile(content) as old, zipfile.ZipFile(hostile, "w") as new:
        for name in old.namelist():
            new.writestr(name, xml if name == "xl/worksheets/sheet1.xml" else old.read(name))
    return hostile.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        "x;=HYPERLINK(1)",
        "plain\n=1+1",
        "a\t@b",
        'a;"=1+1"',
        "a;'=1",
        "first\r\n+2;-3",
        "=1;=2\n=3",
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_export__runs_no_formula_whatever_the_reader_takes_for_a_delimiter(text: str, delimiter: str) -> None:
    """Where numbers have a decimal comma, spreadsheets expect semicolons."""
    file = io.StringIO("".join(csv_lines([["id", "name", "more"], ["1", text, text]])), newline="")
    cells = [cell for row in csv.reader(file, delimiter=delimiter) for cell in row]
    assert [cell for cell in cells if cell.startswith(_FORMULAS)] == []


@pytest.mark.parametrize("length", [1, 2, 3, 4])
def test_formula_guard__is_undone_exactly_in_the_middle_too(length: int) -> None:
    for letters in product("a;='\"\n\t", repeat=length):
        text = "".join(letters)
        assert unescape_formulas(escape_formulas(text)) == text


def test_xlsx__a_row_beyond_the_end_of_all_sheets_is_not_walked_to() -> None:
    """A row says its own number; all that are missing before it are read as empty."""
    far = '<row r="3"><c r="A3"><v>1</v></c></row><row r="1900000"><c><v>2</v></c></row>'
    for dimension in ("", '<dimension ref="A1:XFD99999999"/>'):
        with pytest.raises(Invalid, match="too large when unpacked"):
            rows_of("x.xlsx", sheet(far, dimension))


def test_xlsx__a_wide_row_is_not_filled_up() -> None:
    wide = '<row><c r="B1"><v>1</v></c></row><row><c r="A2"><v>1</v></c><c r="XFD2"><v>2</v></c></row>'
    beyond = ["1", *[""] * 49, "2"]
    assert rows_of("x.xlsx", sheet(wide)) == [(1, ["", "1"]), (2, beyond)]


def test_xlsx__of_endless_elements_is_refused_before_they_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Packed, millions of empty elements are a few kilobytes; read, they are minutes."""
    file = sheet("<row/>" * 1000)
    assert rows_of("x.xlsx", file) == []
    monkeypatch.setattr(xlsx, "MAX_ELEMENTS", 1000)
    with pytest.raises(Invalid, match="too large when unpacked"):
        rows_of("x.xlsx", file)
