"""What of a collection is asked for: which rows, in which order, how many, from where on, and what of each."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from typing import Any, Final
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.db.models import F, Q, QuerySet
from django.forms import DecimalField
from django.http import QueryDict
from django_filters import CharFilter, FilterSet, IsoDateTimeFilter, NumberFilter, TypedChoiceFilter
from django_filters.fields import IsoDateTimeField

from apiv2.problems import WrongParameters
from core.admin.searching import found, text_of
from core.numbers import MAX_BIGINT, whole_number
from core.search import search_forms
from core.zones import in_utc

LIMIT: Final = 100
MAX_LIMIT: Final = 1000
OWN: Final = frozenset({"limit", "cursor", "sort", "fields", "include", "search", "total"})
_MAX_SEARCH: Final = 254
_WRONG_CURSOR: Final = "It is no cursor of this collection in this order. Take the one of `next`."


class WholeFilter(NumberFilter):
    """Equal to a whole number that a column can hold."""

    field_class = DecimalField

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, min_value=0, max_value=MAX_BIGINT, decimal_places=0, **kwargs)

    def get_max_validator(self) -> None:
        """The field has its own."""


class FlagFilter(TypedChoiceFilter):
    """true or false."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(choices=choices, coerce=lambda text: text == "true", **kwargs)


class LabelFilter(CharFilter):
    """With exactly this label."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(field_name="labels", lookup_expr="labelled", help_text="With exactly this label.", **kwargs)


class _MomentField(IsoDateTimeField):
    """A moment that the calendar has in UTC too."""

    def clean(self, value: Any) -> datetime | None:
        """The moment in UTC. ValidationError."""
        found: datetime | None = super().clean(value)
        try:
            return None if found is None else in_utc(found)
        except ValueError as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class MomentFilter(IsoDateTimeFilter):
    """Compared with a moment."""

    field_class = _MomentField


@dataclass(frozen=True, slots=True)
class Shape:
    """What of each object is shown: `fields` of it, or all, and what is included."""

    fields: frozenset[str] | None
    include: frozenset[str]

    @classmethod
    def of(cls, parameters: QueryDict, names: Sequence[str], includable: Iterable[str]) -> Shape:
        """What the parameters ask for. WrongParameters."""
        fields = _listed(parameters, "fields", names)
        return cls(frozenset(fields) if fields else None, frozenset(_listed(parameters, "include", sorted(includable))))

    def wants(self, name: str) -> bool:
        """Whether the field is shown."""
        return self.fields is None or name in self.fields

    def cut(self, data: dict[str, Any]) -> dict[str, Any]:
        """The wanted part of an object."""
        return data if self.fields is None else {name: data[name] for name in data if name in self.fields}


@dataclass(frozen=True, slots=True)
class Order:
    """Columns, each with whether it descends; the last one is unique."""

    columns: tuple[tuple[str, bool], ...]

    @classmethod
    def of(cls, parameters: QueryDict, sorts: Mapping[str, str]) -> Order:
        """What `sort` asks for, by the wire's names of columns; always completed by the id. WrongParameters."""
        names = _listed(parameters, "sort", [sign + name for name in sorts for sign in ("", "-")])
        columns = [(sorts[name.removeprefix("-")], name.startswith("-")) for name in names]
        if "pk" not in dict(columns):
            columns.append(("pk", False))
        return cls(tuple(columns))

    def sorted(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """The rows in this order; what is empty comes last, whichever way it goes."""
        return rows.order_by(*(_sorting(rows.model, name, down=down) for name, down in self.columns))

    def after(self, rows: QuerySet[Any], cursor: str) -> QuerySet[Any]:
        """Those after the row of the cursor. WrongParameters."""
        values = self._read(rows, cursor)
        ways: list[Q] = []
        equal = Q()
        for (name, down), value in zip(self.columns, values, strict=True):
            if value is not None:
                ways.append(equal & _beyond(rows.model, name, value, "lt" if down else "gt"))
            equal &= Q(**{f"{name}__isnull": True} if value is None else {name: value})
        name, down = self.columns[0]
        # Says nothing new, but lets an index find the beginning.
        bound = (
            Q(**{f"{name}__isnull": True})
            if values[0] is None
            else _beyond(rows.model, name, values[0], "lte" if down else "gte")
        )
        return rows.filter(bound & reduce(or_, ways))

    def cursor(self, row: Any) -> str:
        """Where this row is."""
        values = [row.pk if name == "pk" else getattr(row, name) for name, _down in self.columns]
        values = [value.isoformat() if isinstance(value, date) else value for value in values]
        text = json.dumps([self._name(), *values], separators=(",", ":"), ensure_ascii=False)
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _name(self) -> str:
        return ",".join(f"-{name}" if down else name for name, down in self.columns)

    def _read(self, rows: QuerySet[Any], cursor: str) -> list[Any]:
        try:
            content = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
            order, *values = json.loads(content.decode())
            if order != self._name() or len(values) != len(self.columns):
                raise ValueError(order)
            fields = [_field(rows.model, name) for name, _down in self.columns]
            return [_value(field, value) for field, value in zip(fields, values, strict=True)]
        except (binascii.Error, ValueError, TypeError, RecursionError) as error:
            raise WrongParameters({"cursor": _WRONG_CURSOR}) from error


def _field(model: Any, name: str) -> Any:
    return model._meta.pk if name == "pk" else model._meta.get_field(name)


def _sorting(model: Any, name: str, *, down: bool) -> Any:
    """How the column is sorted by. One that is never empty is said plainly, as its index has it."""
    if not _field(model, name).null:
        return f"-{name}" if down else name
    return F(name).desc(nulls_last=True) if down else F(name).asc(nulls_last=True)


def _beyond(model: Any, name: str, value: Any, lookup: str) -> Q:
    """What compares so with the value; and what is empty, which comes after all."""
    found = Q(**{f"{name}__{lookup}": value})
    return found | Q(**{f"{name}__isnull": True}) if _field(model, name).null else found


def _value(field: Any, value: Any) -> Any:
    """The cursor's value as the column has it. ValueError."""
    kind = field.get_internal_type()
    if value is None and field.null:
        return None
    if kind == "DateField":
        return date.fromisoformat(value)
    if kind == "DateTimeField":
        return in_utc(datetime.fromisoformat(value))
    if kind == "BooleanField":
        if not isinstance(value, bool):
            raise ValueError(value)
        return value
    if "Char" in kind or "Text" in kind or kind == "NormalizedField":
        if not isinstance(value, str) or "\x00" in value:
            raise ValueError(value)
        value.encode()
        return value
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_BIGINT:
        raise ValueError(value)
    return value


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a collection; `next` is the reference of the following one."""

    rows: list[Any]
    next: str | None
    total: int | None


def filtered(
    rows: QuerySet[Any], parameters: QueryDict, filters: type[FilterSet], searched: Sequence[str]
) -> QuerySet[Any]:
    """Those of the rows that the parameters ask for. WrongParameters, also for those that nobody knows."""
    asked = filters(parameters, queryset=rows)
    wrong = {name: "There is no such parameter." for name in parameters if name not in OWN | asked.filters.keys()}
    wrong |= {name: "It is given twice." for name in parameters if len(parameters.getlist(name)) > 1}
    if not asked.form.is_valid():
        wrong |= {name: " ".join(map(str, errors)) for name, errors in asked.form.errors.items()}
    if wrong:
        raise WrongParameters(wrong)
    rows = asked.qs
    text = parameters.get("search", "")
    if not text:
        return rows
    if not searched or len(text) > _MAX_SEARCH or "\x00" in text:
        raise WrongParameters({"search": "It cannot be searched for that here."})
    return found(rows, [text_of(rows.model, searched, form) for form in search_forms(text)]).rows


def read_page(rows: QuerySet[Any], parameters: QueryDict, order: Order, path: str) -> Page:
    """The page of these rows that the parameters ask for; counted only where that is asked for. WrongParameters."""
    limit = limit_of(parameters)
    total = rows.order_by().count() if _flag(parameters, "total") else None
    rows = order.sorted(rows)
    cursor = parameters.get("cursor", "")
    if cursor:
        rows = order.after(rows, cursor)
    found_rows = list(rows[: limit + 1])
    if len(found_rows) <= limit:
        return Page(found_rows, None, total)
    del found_rows[limit:]
    query = {name: str(value) for name, value in parameters.items() if name not in {"cursor", "total"}}
    return Page(found_rows, reference(path, query | {"cursor": order.cursor(found_rows[-1])}), total)


def reference(path: str, query: Mapping[str, str]) -> str:
    """Where these parameters lead."""
    return f"{path}?{urlencode(query)}"


def limit_of(parameters: QueryDict) -> int:
    """How many objects are asked for. WrongParameters."""
    text = parameters.get("limit", str(LIMIT))
    number = whole_number(text)
    if number is None or not 1 <= number <= MAX_LIMIT:
        raise WrongParameters({"limit": f"It must be a whole number from 1 to {MAX_LIMIT}."})
    return number


def _flag(parameters: QueryDict, name: str) -> bool:
    text = parameters.get(name, "false")
    if text not in {"true", "false"}:
        raise WrongParameters({name: "It must be true or false."})
    return text == "true"


def _listed(parameters: QueryDict, name: str, known: Sequence[str]) -> list[str]:
    """The names in a parameter, separated by commas. WrongParameters."""
    text = parameters.get(name, "")
    names = list(dict.fromkeys(text.split(","))) if text else []
    unknown = [one for one in names if one not in known]
    if unknown:
        raise WrongParameters({name: f"It must be of: {', '.join(known)}." if known else "There is none here."})
    return names
