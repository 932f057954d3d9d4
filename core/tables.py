"""Tables: what is exported and imported, and what their cells say.

The columns are named as `provision` names its keys, and rows by natural keys, never by an id of the database. Apps
register their tables. An empty cell leaves things as they are; removing takes a word of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.addresses import split_addresses
from core.days import parse_day
from core.errors import Invalid
from core.numbers import whole_number
from core.sizes import parse_size
from core.spreadsheets import REMOVE, DayCell, Flagged, NoValue, Removal

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from core.scoping import Viewer

_CHUNK: Final = 500
# What spreadsheets write for a cell that holds no value, or is too narrow to show it.
_ERRORS: Final = re.compile(
    r"#(?:#+|N/?A|NV|REF!|BEZUG!|VALUE!|WERT!|NAME\?|DIV/0!|NUM!|ZAHL!|NULL!|SPILL!|CALC!|GETTING_DATA)|Err:[0-9]{3}",
    re.IGNORECASE,
)
# And for a number that has more digits than the cell has room for.
_SHORTENED: Final = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)


class Column:
    """A column of text. `attribute` leads from a row to its value; what is `removable` may be none."""

    holds: ClassVar[StrOrPromise] = gettext_lazy("text")

    def __init__(self, name: str, attribute: str = "", *, removable: bool = False) -> None:
        self.name = name
        self.path = (attribute or name).split(".")
        self.removable = removable

    def cell(self, row: Any) -> str:
        """What stands in the row's cell."""
        value = row
        for step in self.path:
            value = None if value is None else getattr(value, step)
        return "" if value is None else self.written(value)

    def written(self, value: Any) -> str:
        """A value as text."""
        return str(value)

    def read(self, text: str) -> Any:
        """The value of a cell that is not empty. ValueError with what is wrong."""
        if isinstance(text, Flagged):
            raise ValueError(_("%(name)s: the cell holds true or false, not text.") % {"name": self.name})
        if _SHORTENED.fullmatch(text):
            raise ValueError(
                _("%(name)s: the cell holds a number that was shortened: make it text.") % {"name": self.name}
            )
        return text

    def removed(self) -> Any:
        """The value when there is none."""
        return None


class Number(Column):
    """Digits, and as many as the database can keep. A fraction is left out."""

    holds = gettext_lazy("number")

    def written(self, value: Any) -> str:
        return str(int(value))

    def read(self, text: str) -> int:
        number = None if isinstance(text, Flagged) else whole_number(text)
        if number is None:
            raise ValueError(_("%(name)s must be a whole number.") % {"name": self.name})
        return number


class Size(Column):
    """An amount of bytes."""

    holds = gettext_lazy("size such as 2 GB; a number without a unit is bytes")

    def read(self, text: str) -> int:
        size = None if isinstance(text, Flagged) else parse_size(text)
        if size is None:
            raise ValueError(
                _("%(name)s must be a size such as “500 MB” or “2.5 GB”, or a whole number of bytes.")
                % {"name": self.name}
            )
        return size


class Flag(Column):
    """True or false, as people and spreadsheets write them."""

    WORDS: Final = {
        **dict.fromkeys(["true", "yes", "1", "wahr", "ja"], True),
        **dict.fromkeys(["false", "no", "0", "falsch", "nein"], False),
    }
    holds = gettext_lazy("true or false")

    def written(self, value: Any) -> str:
        return "true" if value else "false"

    def read(self, text: str) -> bool:
        word = text.lower()
        if word not in self.WORDS:
            raise ValueError(_("%(name)s must be true or false.") % {"name": self.name})
        return self.WORDS[word]


class Day(Column):
    """A day of the calendar; an entry has it as text."""

    holds = gettext_lazy("day such as 2027-12-31")

    def written(self, value: Any) -> str:
        return str(value.isoformat())

    def read(self, text: str) -> str:
        try:
            return parse_day("" if isinstance(text, Flagged) else text).isoformat()
        except ValueError as error:
            raise ValueError(_("%(name)s must be a day such as 2027-12-31.") % {"name": self.name}) from error


class Moment(Column):
    """A point in time, in the reader's time zone, which it names."""

    def written(self, value: datetime) -> str:
        return timezone.localtime(value).isoformat(timespec="seconds")


class Choice(Column):
    """One of a few values, as a person reads it."""

    def __init__(self, name: str, labels: Mapping[str, Any], attribute: str = "") -> None:
        super().__init__(name, attribute)
        self.labels = labels

    def written(self, value: Any) -> str:
        return str(self.labels.get(value, value))


class Lines(Column):
    """A list, one a line: `each` of the related rows."""

    holds = gettext_lazy("one a line")

    def __init__(self, name: str, attribute: str, each: str, *, removable: bool = False) -> None:
        super().__init__(name, attribute, removable=removable)
        self.each = each

    def written(self, value: Any) -> str:
        return "\n".join(getattr(row, self.each) for row in value.all())

    def read(self, text: str) -> list[str]:
        return [part.strip() for part in super().read(text).splitlines() if part.strip()]

    def removed(self) -> list[str]:
        return []


class Names(Lines):
    """A list of names that the row itself has."""

    def __init__(self, name: str, attribute: str = "", *, removable: bool = False) -> None:
        super().__init__(name, attribute, "", removable=removable)

    def written(self, value: Any) -> str:
        return "\n".join(value)


class Addresses(Lines):
    """A list of mail addresses."""

    holds = gettext_lazy("addresses, separated by commas, semicolons, blanks or lines")

    def read(self, text: str) -> list[str]:
        return split_addresses(str(Column.read(self, text)))


class TableResource:
    """One kind of table, as the administrator sees it. A line is an entry of the section of provision of this name."""

    name: ClassVar[str]
    model: ClassVar[type[Model]]
    columns: tuple[Column, ...]
    # What is exported beside the columns; a line that brings it back says nothing by it.
    figures: ClassVar[tuple[Column, ...]] = ()
    # The columns that say which object a line is about; without any, the table cannot be imported.
    keys: ClassVar[tuple[str, ...]] = ()

    def __init__(self, administrator: Viewer) -> None:
        self.administrator = administrator

    @property
    def section(self) -> str:
        """The section of provision that takes the lines."""
        return self.name

    @property
    def importable(self) -> bool:
        """Whether a line says which object it is about."""
        return bool(self.keys)

    @property
    def heads(self) -> list[str]:
        """The names of the columns."""
        return [column.name for column in self.columns]

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """`queryset` with what the columns ask of related rows."""
        return queryset

    def table(self, queryset: QuerySet[Any]) -> Iterator[list[str]]:
        """The rows of `queryset` as cells, one after the other; the header row first."""
        columns = [*self.columns, *self.figures]
        yield [column.name for column in columns]
        for row in self.with_related(queryset).iterator(chunk_size=_CHUNK):
            yield [column.cell(row) for column in columns]

    def with_days(self, heads: Sequence[str], row: Sequence[str]) -> list[str]:
        """The row with the days of its cells as text, below those of the heads that are columns of days."""
        days = {column.name for column in self.columns if isinstance(column, Day)}
        if days.isdisjoint(heads):
            return list(row)
        of_days = [head in days for head in heads[: len(row)]] + [False] * (len(row) - len(heads))
        return [
            cell.day if wanted and isinstance(cell, DayCell) else cell
            for cell, wanted in zip(row, of_days, strict=True)
        ]

    def entry(self, line: Mapping[str, str]) -> dict[str, Any]:
        """A line as an entry of provision: what its cells say. Invalid names all that is wrong with them."""
        entry: dict[str, Any] = {}
        problems: list[str] = []
        for column in self.columns:
            try:
                if cell := line.get(column.name):
                    entry[column.name] = _value(column, cell)
            except ValueError as error:
                problems.append(str(error))
        if problems:
            raise Invalid(" ".join(problems))
        for name in self.keys:
            if name not in entry:
                raise Invalid(_("%(column)s is empty.") % {"column": name})
        return entry


def _value(column: Column, cell: str) -> Any:
    """What the cell says. ValueError with what is wrong."""
    if isinstance(cell, NoValue):
        raise ValueError(f"{column.name}: {cell}.")
    if isinstance(cell, Removal):
        if not column.removable:
            raise ValueError(
                _("%(name)s cannot be removed, as “%(word)s” asks.") % {"name": column.name, "word": REMOVE}
            )
        return column.removed()
    if _ERRORS.fullmatch(cell):
        raise ValueError(_("%(name)s: the cell holds the error %(error)s.") % {"name": column.name, "error": cell})
    return column.read(cell)


_resources: Final[dict[str, type[TableResource]]] = {}


def register(*resources: type[TableResource]) -> None:
    """Make tables known by their names."""
    _resources.update({one.name: one for one in resources})


def resource_named(name: str) -> type[TableResource]:
    """The table of this name. KeyError when there is none."""
    return _resources[name]
