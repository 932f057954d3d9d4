"""Many new rows as one statement of PostgreSQL, by an array for each column."""

from __future__ import annotations

import json
from collections.abc import Sequence
from operator import attrgetter
from typing import Any, Final

from django.db import connection, models
from django.db.models import Model

_INSERT: Final = "INSERT INTO {table} ({columns}) SELECT {values} FROM unnest({arrays}) AS new({names})"


def insertion(model: type[Model], rows: Sequence[Model], *, has_keys: bool, answers: bool) -> tuple[str, list[Any]]:
    """The statement that inserts these rows, with its parameters; it may answer with the keys, in their order.

    The values are sent as the rows have them, many times cheaper than by `bulk_create`; what is the same in all rows is
    sent once. With `has_keys` the rows have their keys.
    """
    fields = [field for field in model._meta.concrete_fields if has_keys or field is not model._meta.auto_field]
    values, names, kinds = list[str](), list[str](), list[str]()
    same, arrays = list[Any](), list[Any]()
    for place, field in enumerate(fields):
        sent = _sent(field, rows)
        # Without its length: a cast would cut what is too long, which must be refused.
        kind = str(field.db_type(connection)).partition("(")[0]
        # An array there must be: it says how many rows there are.
        if sent.count(sent[0]) == len(sent) and (arrays or place < len(fields) - 1):
            values.append(f"%s::{kind}")
            same.append(sent[0])
        else:
            values.append(f"c{place}")
            names.append(f"c{place}")
            kinds.append(f"%s::{kind}[]")
            arrays.append(sent)
    quote = connection.ops.quote_name
    statement = _INSERT.format(
        table=quote(model._meta.db_table),
        columns=", ".join(quote(str(field.column)) for field in fields),
        values=", ".join(values),
        arrays=", ".join(kinds),
        names=", ".join(names),
    )
    if answers:
        statement += f" RETURNING {quote(str(model._meta.pk.column))}"
    return statement, [*same, *arrays]


def _sent(field: Any, rows: Sequence[Model]) -> list[Any]:
    """The rows' values of a field, as the database's adapter takes them."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return [field.pre_save(row, True) for row in rows]
    column = list(map(attrgetter(field.attname), rows))
    if isinstance(field, models.JSONField):
        return [None if value is None else json.dumps(value, cls=field.encoder) for value in column]
    return column
