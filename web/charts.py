"""The overview's charts as numbers for SVG: a scale that ends at a round number, and where on it each bar is.

Positions and sizes are written out here, with a point in every language: they are no words for a person.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

# The steps at which a scale may end, each with a whole number in its middle.
_STEPS: Final = (2, 4, 6, 8, 10, 12, 16, 20)
# What the names beside the axis take of the width, in percent, and what of a column's room its bar fills.
_MARGIN: Final = 14.0
_FILLED: Final = 0.72
# The height of the chart between its axes, in pixels, and what is above it.
_PLOT: Final = 130
_TOP: Final = 22


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a chart: its figure, and its part of the scale in percent, ready for SVG."""

    label: str
    value: int
    size: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One month of a chart that goes on in time; `year` is set where a year begins."""

    label: str
    month: str
    year: str
    value: int
    x: str
    middle: str
    width: str
    y: str
    height: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A line of the scale, and the number at it."""

    value: int
    y: int
    text_y: int


def end_of_scale(most: int) -> int:
    """The round number at or above the largest value; its half is a whole number, too."""
    unit = 1
    while most > _STEPS[-1] * unit:
        unit *= 10
    return next(step * unit for step in _STEPS if step * unit >= most)


def bars_of(rows: Sequence[tuple[str, int, str]]) -> list[Bar]:
    """Bars beside their names: (name, value, page)."""
    end = end_of_scale(max((value for _name, value, _url in rows), default=0))
    return [Bar(name, value, f"{100 * value / end:.2f}%", url) for name, value, url in rows]


def columns_of(months: Sequence[tuple[date, int]]) -> list[Column]:
    """Columns of successive months, from left to right."""
    end = end_of_scale(max((value for _month, value in months), default=0))
    room = (100 - _MARGIN) / (len(months) or 1)
    return [
        _column(month, value, left=_MARGIN + room * index, room=room, height=_PLOT * value / end, is_first=index == 0)
        for index, (month, value) in enumerate(months)
    ]


def ticks_of(end: int) -> list[Tick]:
    """The end of the scale, its middle and its beginning."""
    places = [(end, _TOP), (end // 2, _TOP + _PLOT // 2), (0, _TOP + _PLOT)]
    return [Tick(value, y, y + 4) for value, y in places]


def _column(month: date, value: int, *, left: float, room: float, height: float, is_first: bool) -> Column:
    # Beside January's, the year of a December before it has no room.
    names_year = month.month == 1 or (is_first and month.month != 12)
    return Column(
        label=month.strftime("%Y-%m"),
        month=month.strftime("%m"),
        year=month.strftime("%Y") if names_year else "",
        value=value,
        x=f"{left + room * (1 - _FILLED) / 2:.2f}%",
        middle=f"{left + room / 2:.2f}%",
        width=f"{room * _FILLED:.2f}%",
        y=f"{_TOP + _PLOT - height:.1f}",
        height=f"{height:.1f}",
    )
