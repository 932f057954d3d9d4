"""Addresses made of people's names: the letters that addresses have, and in which order the parts stand."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

# As these are written where the letter is not at hand; what is an accent alone is left away.
_WRITTEN: Final = str.maketrans(
    {
        "ä": "ae",
        "ö": "oe",
        "ü": "ue",
        "æ": "ae",
        "œ": "oe",
        "ø": "oe",
        "å": "aa",
        "ð": "d",
        "đ": "d",
        "þ": "th",
        "ł": "l",
        "\u0131": "i",
        "ħ": "h",
        "ŋ": "n",
    }
)
_TITLES: Final = frozenset(
    {
        "",
        "prof",
        "dr",
        "med",
        "rer",
        "nat",
        "phil",
        "jur",
        "dipl",
        "ing",
        "mag",
        "herr",
        "frau",
        "mr",
        "mrs",
        "ms",
        "miss",
    }
)
_PARTICLES: Final = frozenset(
    {"von", "vom", "zu", "zum", "zur", "van", "de", "den", "der", "di", "da", "del", "della", "dos", "la", "le", "ten"}
)
# A number still fits behind it.
_LONGEST: Final = 60
PATTERNS: Final = {"first.last": "anna.becker", "f.last": "a.becker", "flast": "abecker", "first": "anna"}


def plain_letters(text: str) -> str:
    """The text in small letters without accents, umlauts as two letters; what has no such form stays."""
    small = unicodedata.normalize("NFC", text).casefold()
    parts = unicodedata.normalize("NFKD", small.translate(_WRITTEN))
    return "".join(char for char in parts if not unicodedata.combining(char))


def split_name(name: str) -> tuple[str, str]:
    """First and last name of “Anna von Berg”, “Berg, Anna” and the like."""
    last, comma, first = name.partition(",")
    if comma:
        return first.strip(), last.strip()
    words = _untitled(name)
    begin = next((place for place, word in enumerate(words[1:-1], 1) if word in _PARTICLES), len(words) - 1)
    return " ".join(words[: max(begin, 0)]), " ".join(words[max(begin, 0) :])


def local_part(first: str, last: str, pattern: str) -> str:
    """What stands before the @ for a person; "" when the names have no letters for it, or too few."""
    one, two = _part(" ".join(_untitled(first))), _part(last)
    match pattern:
        case "first":
            made = one
        case "f.last":
            made = f"{one[:1]}.{two}" if one and two else two
        case "flast":
            made = f"{one[:1]}{two}" if two else ""
        case _:
            made = ".".join(part for part in (one, two) if part)
    return made if made.isascii() and len(made) <= _LONGEST else ""


def _untitled(name: str) -> list[str]:
    """The words of a name without the titles in front."""
    words = name.split()
    while len(words) > 1 and _TITLES.issuperset(re.split("[.-]", words[0].lower())):
        words.pop(0)
    return words


def _part(name: str) -> str:
    """A name as a part of an address; "" when a letter of it has no form there."""
    plain = plain_letters(name)
    kept = re.sub(r"[\s.'’`´]+", "", plain.replace("–", "-"))  # noqa: RUF001 - as people type them
    kept = re.sub(r"-{2,}", "-", kept).strip("-")
    return kept if re.fullmatch(r"[a-z0-9-]*", kept) else "\N{REPLACEMENT CHARACTER}"
