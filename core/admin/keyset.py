"""The pages of a list by the place of their first or last row, not by counting rows: each costs the same.

A place is the values of a row's columns by which the list is sorted. It stays where it is whatever is added or deleted.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any, Final

from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import Model, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP

from core.addresses import printable
from core.numbers import MAX_BIGINT
from core.zones import in_utc

AFTER: Final = "after"
BEFORE: Final = "before"
LAST: Final = "last"
# What an address says of the page, and nothing of what the list holds.
PLACE_VARS: Final = (AFTER, BEFORE, LAST, PAGE_VAR)
# More than the values of any place take.
_LONGEST: Final = 8192

Values = list[Any]


@dataclass(frozen=True, slots=True)
class Key:
    """One column of the order; `nulls_last` is where the database puts a row that has no value there."""

    path: str
    field: Any
    nullable: bool
    descending: bool
    nulls_last: bool

    @property
    def backwards(self) -> Key:
        """The same column the other way round."""
        return replace(self, descending=not self.descending, nulls_last=not self.nulls_last)

    @property
    def ordering(self) -> str:
        """As `order_by` takes it."""
        return f"-{self.path}" if self.descending else self.path

    def same(self, value: Any) -> Q:
        """The rows of this value."""
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})

    def beyond(self, value: Any) -> Q | None:
        """The rows that come after those of this value; None for none."""
        no_value = Q(**{f"{self.path}__isnull": True})
        if value is None:
            return None if self.nulls_last else ~no_value
        further = Q(**{f"{self.path}__{'lt' if self.descending else 'gt'}": value})
        return further | no_value if self.nullable and self.nulls_last else further

    def not_before(self, value: Any) -> Q:
        """A bound that an index can begin at; no bound where there may be no value."""
        return Q() if self.nullable else Q(**{f"{self.path}__{'lte' if self.descending else 'gte'}": value})

    def of(self, row: Any) -> Any:
        """The row's value."""
        for step in self.path.split(LOOKUP_SEP):
            row = None if row is None else getattr(row, step)
        return row

    def read(self, value: Any) -> Any:
        """A value of an address. ValueError for what cannot be one."""
        if value is None:
            if not self.nullable:
                raise ValueError(self.path)
            return None
        read = self.field.to_python(value)
        if isinstance(read, datetime):
            read = in_utc(read)
        is_possible = abs(read) <= MAX_BIGINT if isinstance(read, int) else printable(str(read))
        if read is None or not is_possible:
            raise ValueError(self.path)
        return read


def keys_of(rows: QuerySet[Any], ordering: Sequence[str]) -> list[Key]:
    """The columns by which `order_by(*ordering)` sorts; the last of them must tell any two rows apart."""
    large = bool(connections[rows.db].features.nulls_order_largest)
    return [key for part in ordering for key in _expanded(rows, part.lstrip("-"), part.startswith("-"), large)]


def _expanded(rows: QuerySet[Any], path: str, descending: bool, large: bool) -> Iterator[Key]:
    """The column; for a relation those by which the rows at its other end are sorted."""
    if path in rows.query.annotations:
        field: Any = rows.query.annotations[path].output_field
        yield Key(path, field, True, descending, large != descending)
        return
    model: type[Model] = rows.model
    path = str(model._meta.pk.name) if path == "pk" and model._meta.pk is not None else path
    fields: list[Any] = get_fields_from_path(model, path)
    field = fields[-1]
    if field.is_relation and path.split(LOOKUP_SEP)[-1] != field.attname:
        related = field.related_model._meta
        for part in related.ordering:
            name = part.lstrip("-")
            # The key of what is at the other end is here as well.
            further = field.attname if name == related.pk.name else f"{field.name}{LOOKUP_SEP}{name}"
            yield from _expanded(
                rows, path.removesuffix(field.name) + further, part.startswith("-") != descending, large
            )
        return
    nullable = any(one.null for one in fields)
    yield Key(path, field, nullable, descending, large != descending)


def after(keys: Sequence[Key], values: Values) -> Q:
    """The rows that come after the place."""
    same, parts = Q(), []
    for key, value in zip(keys, values, strict=True):
        further = key.beyond(value)
        if further is not None:
            parts.append(same & further)
        same &= key.same(value)
    if not parts:
        return Q(pk__in=())
    return reduce(or_, parts) if len(keys) == 1 else keys[0].not_before(values[0]) & reduce(or_, parts)


def place_of(keys: Sequence[Key], row: Any) -> str:
    """The row's place, for an address."""
    values = json.dumps([key.of(row) for key in keys], default=str, separators=(",", ":"))
    return urlsafe_b64encode(values.encode()).decode().rstrip("=")


def values_of(keys: Sequence[Key], place: str) -> Values:
    """The values of a place in an address. ValueError for what is none in this order."""
    if len(place) > _LONGEST or not place.isascii():
        raise ValueError("no place")
    try:
        values = json.loads(urlsafe_b64decode(place + "=" * (-len(place) % 4)))
        if not isinstance(values, list) or len(values) != len(keys):
            raise ValueError("a place in another order")
        return [key.read(value) for key, value in zip(keys, values, strict=True)]
    except (ValidationError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("no place") from error
