"""Whole numbers as text, and the largest that the database's columns hold."""

from __future__ import annotations

import re
from typing import Final

from django.utils.formats import number_format

MAX_BIGINT: Final = 2**63 - 1
MAX_INTEGER: Final = 2**31 - 1
_DIGITS: Final = re.compile(r"[0-9]+")


def whole_number(text: str) -> int | None:
    """The number from 0 to MAX_BIGINT that `text` writes in decimal digits, else None."""
    if not _DIGITS.fullmatch(text):
        return None
    significant = text.lstrip("0") or "0"
    # Python refuses to read numbers of thousands of digits.
    number = int(significant) if len(significant) <= len(str(MAX_BIGINT)) else None
    return number if number is not None and number <= MAX_BIGINT else None


def counted(number: int) -> str:
    """How many there are, for a person: with the separators of the active language, which a key never has."""
    return str(number_format(number, force_grouping=True))
