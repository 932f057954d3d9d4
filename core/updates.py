"""Giving many rows new values, each its own, with one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from django.db import connection, models

from core.iteration import batched

_CHUNK: Final = 1000
_UPDATE: Final = (
    "WITH new({names}) AS (VALUES {rows}) UPDATE {table} SET {sets} FROM new WHERE {table}.{key} = new.{key}"
)


def update_rows(rows: Sequence[models.Model], fields: Sequence[str]) -> None:
    """Write these fields of the rows, which are of one model: like `bulk_update`, many times cheaper.

    A thousand rows are a statement. No two rows may swap a unique value within one call.
    """
    for some in batched(rows, _CHUNK):
        _update(some, [type(some[0])._meta.get_field(name) for name in fields])


def _update(rows: Sequence[models.Model], fields: Sequence[Any]) -> None:
    options, quote = rows[0]._meta, connection.ops.quote_name
    columns = [options.pk, *fields]
    names = [quote(field.column) for field in columns]
    first = ", ".join(_typed(field) for field in columns)
    others = f"({', '.join(['%s'] * len(columns))})"
    statement = _UPDATE.format(
        names=", ".join(names),
        rows=", ".join([f"({first})", *[others] * (len(rows) - 1)]),
        table=quote(options.db_table),
        sets=", ".join(f"{name} = new.{name}" for name in names[1:]),
        key=names[0],
    )
    values = [
        field.get_db_prep_save(getattr(row, field.attname), connection=connection) for row in rows for field in columns
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def _typed(field: Any) -> str:
    """The place of a value. PostgreSQL takes the types of all rows from those of the first."""
    return f"CAST(%s AS {field.rel_db_type(connection)})" if connection.vendor == "postgresql" else "%s"
