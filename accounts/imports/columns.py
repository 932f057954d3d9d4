"""What the columns of somebody's own spreadsheet are: guessed by their names, in English and German, and by content."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.imports.naming import plain_letters
from core.sizes import parse_size
from core.spreadsheets import Row

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

IGNORED: Final = ""
TARGETS: Final[dict[str, StrOrPromise]] = {
    IGNORED: _("ignore this column"),
    "address": _("mail address"),
    "first": _("first name"),
    "last": _("last name"),
    "name": _("first and last name"),
    "phone": _("phone number"),
    "quota": _("mail quota"),
    "id": _("user id"),
    "custom": _("custom ids"),
    "active": _("active"),
}
# Of these several columns may be; of the others one.
SEVERAL: Final = frozenset({IGNORED, "custom"})
# The better ones first: of two columns the one with the earlier word is it.
_WORDS: Final = {
    "address": """uidname emailadresse emailaddress email mailadresse mailaddress mail postfach mailbox
        userprincipalname upn primarysmtpaddress smtpadresse emailgeschaeftlich emaildienstlich businessemail workemail
        benutzername username""",
    "first": "vorname vornamen firstname givenname forename rufname",
    "last": "nachname lastname surname familienname familyname zuname",
    "name": """fullname vollername vollstaendigername displayname anzeigename mitarbeitername mitarbeiter employee
        person vorundnachname vornameundnachname vornamenachname namevorname nachnamevorname name""",
    "phone": """msisdn handynummer handynr handy mobilnummer mobilnr mobiltelefon mobil mobilephone mobile cellphone
        cell telefonnummer telefonnr telefon phonenumber phone telephone tel rufnummer festnetz businessphone""",
    "quota": """kontingent mailkontingent postfachgroesse mailboxgroesse mailboxsize mailquota quota speicherplatz
        speicher storage groesse""",
    "id": "userid benutzerid nutzerid benutzernummer usernumber id",
    "custom": "customids customid custom weiterekennungen loginname anmeldename login",
    "active": "isactive aktiv active enabled aktiviert",
}
_RANK: Final = {word: (target, rank) for target, words in _WORDS.items() for rank, word in enumerate(words.split())}
_UNIT: Final = re.compile(r"^(.*?)(?:in)?(mb|gb|tb)$")
_PHONE: Final = re.compile(r"(?:\+|00?)[1-9][0-9 ()/.\-\u2013]{5,}")
_LETTERS: Final = re.compile(r"[^\W\d_][^\d@]*")
# The part of the filled cells that must look alike, and how many lines a title may take above the names.
_MOST: Final = 0.6
_TITLE_LINES: Final = 10
MAX_COLUMNS: Final = 100


@dataclass(frozen=True, slots=True)
class Guess:
    """What a table's columns seem to be. `head_row` is the number of the line that names them; 0 when none does."""

    head_row: int
    heads: list[str]
    targets: list[str]
    unit: str


def guess(rows: Sequence[Row], passed_over: Collection[str] = ()) -> Guess:
    """What the columns of the first rows of a table are. Heads that are `passed_over` are of no column of theirs."""
    width = max((len(cells) for _number, cells in rows), default=0)
    head_row, heads = _heads(rows, passed_over)
    heads += [""] * (width - len(heads))
    contents = _columns([row for row in rows if row[0] > head_row], len(heads))
    # Nobody's own address becomes that of a mailbox.
    ignored = {
        place for place, head in enumerate(heads) if head.strip().lower() in passed_over or "priv" in key_of(head)
    }
    targets = _by_name(heads) if head_row else [IGNORED] * len(heads)
    _by_content(targets, contents, ignored, named=bool(head_row))
    return Guess(head_row, heads, targets, _unit(targets, heads, contents))


def key_of(head: str) -> str:
    """A column's name as it is compared: letters alone, without an amount's unit and a number behind it."""
    letters = re.sub(r"[^a-z]", "", plain_letters(head))
    return match[1] if (match := _UNIT.match(letters)) and match[1] in _RANK else letters


def _heads(rows: Sequence[Row], passed_over: Collection[str]) -> tuple[int, list[str]]:
    """The row that names the columns, and its names: of the first ones, that with the most names that are known."""
    best = max(
        rows[:_TITLE_LINES],
        key=lambda row: sum(key_of(cell) in _RANK or cell.strip().lower() in passed_over for cell in row[1]),
        default=(0, []),
    )
    number, cells = best
    if any(key_of(cell) in _RANK or cell.strip().lower() in passed_over for cell in cells):
        return number, list(map(str, cells))
    first = rows[0][1] if rows else []
    looks_like_data = any("@" in cell or _PHONE.fullmatch(cell) or cell[:1].isdigit() for cell in first)
    return (0, []) if looks_like_data or not first else (rows[0][0], list(map(str, first)))


def _columns(rows: Sequence[Row], width: int) -> list[list[str]]:
    """The filled cells of each column."""
    return [[cells[place] for _number, cells in rows if len(cells) > place and cells[place]] for place in range(width)]


def _by_name(heads: Sequence[str]) -> list[str]:
    """The targets that the names tell; the same for two columns only where several may be it."""
    targets = [IGNORED] * len(heads)
    found = [(*_RANK[key], place) for place, head in enumerate(heads) if (key := key_of(head)) in _RANK]
    for target, _rank, place in sorted(found, key=lambda one: one[1:]):
        if target in SEVERAL or target not in targets:
            targets[place] = target
    if "name" in targets and ("first" in targets or "last" in targets):
        other = "last" if "last" not in targets else IGNORED
        targets[targets.index("name")] = other
    return targets


def _by_content(targets: list[str], contents: Sequence[list[str]], ignored: Collection[int], *, named: bool) -> None:
    """Adds what the names did not tell."""
    looks: dict[str, Callable[[str], object]] = {
        "address": lambda cell: "@" in cell[1:-1],
        "phone": _PHONE.fullmatch,
        "quota": lambda cell: not cell.isdigit() and parse_size(cell) is not None,
    }
    for target, looks_so in looks.items():
        for place, cells in enumerate(contents):
            free = targets[place] == IGNORED and place not in ignored and target not in targets
            if free and cells and sum(bool(looks_so(cell)) for cell in cells) >= _MOST * len(cells):
                targets[place] = target
    if not named and "address" not in targets:
        texts = [place for place, cells in enumerate(contents) if cells and all(map(_LETTERS.fullmatch, cells))]
        for place, target in zip(texts, ("first", "last"), strict=False):
            targets[place] = target


def _unit(targets: Sequence[str], heads: Sequence[str], contents: Sequence[list[str]]) -> str:
    """The unit of quotas that are plain numbers: as the column's name says, else as the numbers are large."""
    if "quota" not in targets:
        return "GB"
    place = targets.index("quota")
    if match := _UNIT.match(re.sub(r"[^a-z]", "", plain_letters(heads[place]))):
        return match[2].upper()
    largest = max((int(cell) for cell in contents[place] if cell.isdecimal() and len(cell) < 19), default=0)
    return "GB" if largest <= 200 else "MB" if largest <= 500_000 else "bytes"


def doubled(targets: Sequence[str]) -> list[str]:
    """What more than one column is said to be, though one alone can be it."""
    return [target for target, number in Counter(targets).items() if number > 1 and target not in SEVERAL]


def column_names(heads: Sequence[str]) -> list[str]:
    """The columns' names, and the spreadsheet's letter for those that have none."""
    return [head or gettext("Column %(letter)s") % {"letter": letter_of(place)} for place, head in enumerate(heads)]


def letter_of(place: int) -> str:
    """What a spreadsheet calls its column: A, B, … Z, AA."""
    return letter_of(place // 26 - 1) + chr(65 + place % 26) if place >= 26 else chr(65 + place)
