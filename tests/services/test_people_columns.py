"""What the columns of somebody's own spreadsheet seem to be, and the addresses that are made of names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.imports.columns import column_names, guess, letter_of
from accounts.imports.naming import PATTERNS, local_part, split_name
from bulk.bad_lines import wrong_heads
from core.spreadsheets import Removal, given_back, kept_cell


def guessed(*rows: str) -> tuple[int, list[str], str]:
    found = guess([(number, row.split(";")) for number, row in enumerate(rows, 1)], wrong_heads())
    return found.head_row, found.targets, found.unit


@pytest.mark.parametrize(
    ("heads", "targets"),
    [
        ("E-Mail;Vorname;Nachname;Telefon;Handy;Kontingent", ["address", "first", "last", "", "phone", "quota"]),
        ("First Name;Last Name;E-mail Address;Mobile;Phone", ["first", "last", "address", "phone", ""]),
        ("Name;Vorname;Mail", ["last", "first", "address"]),
        ("Name;E-Mail (privat);E-Mail-Adresse", ["name", "", "address"]),
        ("Name;private Mail;Ort", ["name", "", ""]),
        ("Vorname und Nachname;Benutzer-ID;Aktiv", ["name", "id", "active"]),
        ("Nr.;Abteilung;Straße;E-Mail 1", ["", "", "", "address"]),
        ("what is wrong;Name;Mail", ["", "name", "address"]),
        ("Was falsch ist;Name;Mail", ["", "name", "address"]),
        ("Login;Mailbox size in MB;Username", ["custom", "quota", "address"]),
    ],
)
def test_guess__by_the_names(heads: str, targets: list[str]) -> None:
    assert guessed(heads, "x;y;z") == (1, targets, "MB" if "MB" in heads else "GB")


def test_guess__by_the_content() -> None:
    assert guessed("Wer;Wo;Was;Platz", "x;a@x.example;+49 170 1234567;2 GB", "y;b@x.example;;1,5 GB") == (
        1,
        ["", "address", "phone", "quota"],
        "GB",
    )


def test_guess__without_names() -> None:
    assert guessed("Ann;Lee;0170 1234567", "Bo;Park;") == (0, ["first", "last", "phone"], "GB")
    assert guessed("a@x.example;Lee", "b@x.example;Park") == (0, ["address", ""], "GB")


def test_guess__below_a_title() -> None:
    assert guessed("Staff", "of 2026", "Name;Mail", "Ann;a@x.example") == (3, ["name", "address"], "GB")


@pytest.mark.parametrize(("number", "unit"), [("5", "GB"), ("2000", "MB"), ("1073741824", "bytes")])
def test_guess__the_unit_by_how_large_the_numbers_are(number: str, unit: str) -> None:
    assert guessed("Mail;Quota", f"a@x.example;{number}")[2] == unit


@given(st.lists(st.lists(st.text(max_size=12), max_size=5), max_size=5))
def test_guess__any_rows_have_a_target_for_each_column(rows: list[list[str]]) -> None:
    found = guess(list(enumerate(rows, 1)), wrong_heads())
    assert len(found.targets) == len(found.heads) == max(map(len, rows), default=0)
    assert all(column_names(found.heads))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Anna Becker", ("Anna", "Becker")),
        ("Becker, Anna", ("Anna", "Becker")),
        ("Ursula von der Leyen", ("Ursula", "von der Leyen")),
        ("Dr. med. Anna Maria Becker", ("Anna Maria", "Becker")),
        ("Prof.Dr. Becker", ("", "Becker")),
        ("Frau Becker", ("", "Becker")),
        ("Cher", ("", "Cher")),
        ("", ("", "")),
    ],
)
def test_split_name(name: str, parts: tuple[str, str]) -> None:
    assert split_name(name) == parts


@pytest.mark.parametrize(
    ("first", "last", "local"),
    [
        ("Änne", "Müller-Groß", "aenne.mueller-gross"),
        ("A\N{COMBINING DIAERESIS}nne", "Müller", "aenne.mueller"),
        ("Zoë", "O’Neil", "zoe.oneil"),
        ("Søren", "Łukasz", "soeren.lukasz"),
        ("Dr. Anna", "von Berg", "anna.vonberg"),
        ("", "Becker", "becker"),
        ("Анна", "Becker", ""),
        ("Anna", "B@cker", ""),
        ("", "", ""),
        ("x" * 80, "y", ""),
    ],
)
def test_local_part(first: str, last: str, local: str) -> None:
    assert local_part(first, last, "first.last") == local


def test_local_part__as_each_pattern_shows() -> None:
    for pattern, example in PATTERNS.items():
        assert local_part("Anna", "Becker", pattern) == example


@given(st.text(max_size=20), st.text(max_size=20), st.sampled_from(list(PATTERNS)))
def test_local_part__is_plain_or_nothing(first: str, last: str, pattern: str) -> None:
    made = local_part(first, last, pattern)
    assert made == "" or set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789.-")


def test_letters_of_columns() -> None:
    assert [letter_of(place) for place in (0, 25, 26, 27, 51, 52, 99)] == ["A", "Z", "AA", "AB", "AZ", "BA", "CV"]


def test_kept_cells_say_the_same_when_they_are_given_back() -> None:
    for cell in ("-", "'-", "''-", "x", "=1", ""):
        assert (given_back(kept_cell(cell)), type(given_back(kept_cell(cell)))) == (cell, str)
    assert isinstance(given_back(kept_cell(Removal("-"))), Removal)
