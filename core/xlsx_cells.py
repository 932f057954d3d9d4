"""What the cells of an XLSX file hold besides text: numbers, days, and what is no value."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from django.utils.translation import gettext as _

_EXACT: Final = 10**15
# The numbers of the formats that show dates or times.
DATES: Final = frozenset({*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)})
# Those of them that show a day, and not a time alone.
DAYS: Final = frozenset({*range(14, 18), 22, *range(27, 32), 36, *range(50, 55), 57, 58})
# The days from which spreadsheets count. The first takes 1900 for a leap year, so it is right from March 1900 on.
BEGINNING: Final = date(1899, 12, 30)
BEGINNING_1904: Final = date(1904, 1, 1)
_FIRST_RIGHT: Final = 61
_LAST: Final = (date.max - BEGINNING_1904).days
_ISO_DAY: Final = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T[0-9:.]+Z?)?")
_NO_LETTERS: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_ELAPSED: Final = re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)


class Flagged(str):
    """A cell that holds true or false."""


class NoValue(str):
    """A cell that holds nothing that could be taken for a value; the text says what it holds."""


class DayCell(NoValue):
    """A cell that holds a date, with or without a time of the day: a value where a day is wanted, and nowhere else."""

    day: str

    @classmethod
    def of(cls, day: date) -> DayCell:
        """The cell with its day, as 2027-12-31."""
        cell = cls(_("the cell holds a date or a time"))
        cell.day = day.isoformat()
        return cell


def shows_date(code: str) -> bool:
    rest = _NO_LETTERS.sub("", code).lower().replace("general", "")
    return bool(_ELAPSED.search(code)) or any(letter in rest for letter in "ymdhs")


def shows_day(code: str) -> bool:
    """Whether it is a day that is shown: time that has passed may be given in days as well."""
    rest = _NO_LETTERS.sub("", code).lower().replace("general", "")
    return not _ELAPSED.search(code) and any(letter in rest for letter in "yd")


def no_day() -> NoValue:
    return NoValue(_("the cell holds a date or a time"))


def counted_day(number: float, beginning: date) -> NoValue:
    """The day that a spreadsheet shows for the number; what is behind its point is the time of the day."""
    first = _FIRST_RIGHT if beginning == BEGINNING else 0
    return DayCell.of(beginning + timedelta(days=int(number))) if first <= number < _LAST else no_day()


def written_day(text: str) -> NoValue:
    """The day of a cell that has it as ISO 8601."""
    try:
        return DayCell.of(date.fromisoformat(match[1])) if (match := _ISO_DAY.fullmatch(text)) else no_day()
    except ValueError:
        return no_day()


def number_as_typed(text: str) -> str:
    """A number as it would be typed; a spreadsheet knows 15 digits of it."""
    if not text:
        return ""
    number = float(text)
    if not abs(number) < _EXACT:
        return NoValue(_("the cell holds a number of more than 15 digits, whose last ones are lost: make it text"))
    return str(int(number)) if number.is_integer() else repr(number)
