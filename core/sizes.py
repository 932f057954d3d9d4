"""Sizes as people read and type them: an amount and a unit of 1024. The product keeps bytes; null is unlimited."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from django.template.defaultfilters import filesizeformat
from django.utils.formats import number_format
from django.utils.translation import gettext

from core.numbers import MAX_BIGINT, whole_number

BYTES: Final = "bytes"
UNITS: Final = {BYTES: 1, "KB": 2**10, "MB": 2**20, "GB": 2**30, "TB": 2**40}
_LARGEST_FIRST: Final = tuple(reversed(UNITS))
# Digits behind the point that are shown at most.
_SHOWN: Final = Decimal("0.01")
# Three digits after the separator could be a fraction here and thousands elsewhere: nobody can tell which was meant.
_AMOUNT: Final = re.compile(r"-?[0-9]+(?:[.,][0-9]{1,2})?")


_SIZE: Final = re.compile(r"([0-9.,]{1,40})\s*([A-Za-z]*)")
_UNIT_WORDS: Final = {
    "": BYTES,
    "b": BYTES,
    "byte": BYTES,
    "bytes": BYTES,
    **{unit.lower(): unit for unit in UNITS},
    **{f"{unit[0]}ib".lower(): unit for unit in UNITS if unit != BYTES},
}


def parse_amount(text: str) -> Decimal:
    """The number that a person typed, with a point or a comma and at most two digits after it. ValueError."""
    if not _AMOUNT.fullmatch(text):
        raise ValueError(text)
    return Decimal(text.replace(",", "."))


def parse_size(text: str) -> int | None:
    """The bytes of a size as people write it, “2,5 GB”; a whole number without a unit is bytes. None for all else."""
    match = _SIZE.fullmatch(text)
    unit = _UNIT_WORDS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        return None
    if unit == BYTES:
        return whole_number(match[1])
    try:
        size = to_bytes(parse_amount(match[1]), unit)
    except (ValueError, ArithmeticError):
        return None
    return size if size <= MAX_BIGINT else None


def to_bytes(amount: Decimal, unit: str) -> int:
    """The size in bytes, to the nearest whole one. KeyError for an unknown unit."""
    return int((amount * UNITS[unit]).to_integral_value(ROUND_HALF_UP))


def from_bytes(size: int) -> tuple[Decimal, str]:
    """Amount and largest unit which together are exactly this size again; plain bytes where no unit is short enough."""
    for unit in _LARGEST_FIRST:
        amount = (Decimal(size) / UNITS[unit]).quantize(_SHOWN)
        if amount >= 1 and to_bytes(amount, unit) == size:
            return amount, unit
    return Decimal(size), BYTES


def plain(amount: Decimal) -> str:
    """The number without needless zeros."""
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def typed(amount: Decimal) -> str:
    """The number as a person who reads the active language types it, without thousands separators."""
    return str(number_format(plain(amount), force_grouping=False))


def format_exact(size: int | None) -> str:
    """A size for a person, so that two sizes that differ also look different."""
    if size is None:
        return gettext("unlimited")
    amount, unit = from_bytes(size)
    return f"{number_format(plain(amount), force_grouping=True)} {gettext('bytes') if unit == BYTES else unit}"


def format_short(size: int | None) -> str:
    """A size for a person who scans a column: rounded where only bytes would tell it exactly."""
    if size is None or from_bytes(size)[1] != BYTES:
        return format_exact(size)
    return filesizeformat(size).replace("\xa0", " ")
