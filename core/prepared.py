"""Statements that are compiled once, prepared once in each session of PostgreSQL, and several of them sent as one.

Building a statement with the ORM costs more than running it, planning it as much again, and each way to the database
and back as much as either.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, count, groupby
from typing import Any, Final, Self

from django.db import DEFAULT_DB_ALIAS, connection, connections, models
from django.db.models import Field, Lookup, Model
from django.db.models.sql import InsertQuery
from psycopg2.extensions import AsIs

from core.inserts import insertion
from core.iteration import batched

# A statement as it is sent, and its parameters.
Call = tuple[str, list[Any]]

# So many rows are each inserted by a prepared statement; more, by statements that are built for them.
_FEW: Final = 20
# The most recipients of an alias, as the product comes.
_LONG: Final = 100
_BATCH: Final = 1000

# The values that a field of exactly this class leaves as they are.
_KINDS: Final[dict[type, type]] = {
    models.CharField: str,
    models.BooleanField: bool,
    models.BigAutoField: int,
    models.BigIntegerField: int,
    models.PositiveBigIntegerField: int,
}

_numbers: Final = count(1)


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled statement: `parameters` are names of slots, or constants in a tuple of one.

    `slots` are the names in the order in which the prepared statement takes their values.
    """

    name: str
    sql: str
    parameters: tuple[str | tuple[Any, ...], ...]
    slots: tuple[str, ...]
    execute: str

    @classmethod
    def of(cls, sql: str, parameters: Sequence[str | tuple[Any, ...]]) -> Self:
        """The statement with `%s` for each of the parameters."""
        slots = tuple(dict.fromkeys(one for one in parameters if isinstance(one, str)))
        name = f"oxaas_{next(_numbers)}"
        execute = f"EXECUTE {name}" + (f"({', '.join(['%s'] * len(slots))})" if slots else "")
        return cls(name, sql, tuple(parameters), slots, execute)

    def call(self, values: dict[str, Any], using: str = DEFAULT_DB_ALIAS) -> Call:
        """What is to be sent, now that the session has it prepared."""
        here: Any = connections[using]
        if not _is_long(values) and _keeps_statements(here):
            self._prepare(here)
            return self.execute, [values[slot] for slot in self.slots]
        return self.sql, [values[one] if isinstance(one, str) else one[0] for one in self.parameters]

    def _prepare(self, here: Any) -> None:
        """Have the server prepare the statement, unless this session has it."""
        raw = here.connection
        if self.name in raw.prepared:
            return
        with here.wrap_database_errors, raw.cursor() as cursor:
            cursor.execute(f"PREPARE {self.name} AS {self.body(cursor)}")
        raw.prepared.add(self.name)

    def body(self, cursor: Any) -> str:
        """The statement as PostgreSQL prepares it: `$1` and so on for the slots, the constants in their places."""
        places = {slot: AsIs(f"${place}") for place, slot in enumerate(self.slots, start=1)}
        parameters = [places[one] if isinstance(one, str) else one[0] for one in self.parameters]
        return str(cursor.mogrify(self.sql, parameters).decode())


def _is_long(values: dict[str, Any]) -> bool:
    """A long list is planned as what it is: a plan for any list may have been made when the tables were empty."""
    for one in values.values():  # noqa: SIM110 - a generator takes as long as all the rest of a call
        if type(one) is list and len(one) > _LONG:
            return True
    return False


def _keeps_statements(here: Any) -> bool:
    """Whether the next call has the session in which a statement is prepared now."""
    if here.vendor != "postgresql":
        return False
    if here.connection is None or not here.health_check_done:
        here.close_if_health_check_failed()
        here.ensure_connection()
    # Asked of the server, for each connection once: whoever loses the connection by it must hear Django's error.
    with here.wrap_database_errors:
        return not here.connection.is_pooled


def send(calls: Sequence[Call], using: str = DEFAULT_DB_ALIAS) -> list[tuple[Any, ...]]:
    """Execute the calls in their order, and answer with the rows of the last one; to PostgreSQL in one message.

    Each is a statement of its own there too: in a transaction it sees what was committed while the one before waited.
    """
    if not calls:
        return []
    here = connections[using]
    if len(calls) > 1 and here.vendor == "postgresql":
        calls = [
            ("; ".join(sql for sql, _values in calls), list(chain.from_iterable(values for _sql, values in calls)))
        ]
    with here.wrap_database_errors, _cursor(here) as cursor:
        for sql, values in calls:
            cursor.execute(sql, values)
        return list(cursor.fetchall()) if cursor.description else []


def _cursor(here: Any) -> Any:
    """The driver's own cursor, unless somebody listens to Django's, which takes as long as the statement itself."""
    heard = here.queries_logged or here.execute_wrappers
    if heard or here.vendor != "postgresql" or here.connection is None or not here.health_check_done:
        return here.cursor()
    here.validate_no_broken_transaction()
    return here.create_cursor()


def insert_one(row: Model) -> None:
    """Insert the row, as `bulk_create` would, and give it its key."""
    if connection.vendor != "postgresql":
        type(row)._default_manager.bulk_create([row])
        return
    ((row.pk,),) = send([_insertion(row, answers=True)])
    row._state.adding, row._state.db = False, connection.alias


def insert_rows(rows: Sequence[Model], *, keys: bool = False) -> None:
    """Insert rows of whatever models, in their order, as `bulk_create` would; on PostgreSQL they are one message.

    They then do not get to know their keys, unless `keys` are asked for.
    """
    if connection.vendor != "postgresql":
        for (model, _has_keys), some in groupby(rows, key=_model_and_key):
            model._default_manager.bulk_create(some, batch_size=_BATCH)
    elif keys:
        for (model, has_keys), some in groupby(rows, key=_model_and_key):
            for part in batched(some, _BATCH):
                found = send([insertion(model, part, has_keys=has_keys, answers=True)])
                for row, (key,) in zip(part, found, strict=True):
                    row.pk, row._state.adding, row._state.db = key, False, connection.alias
    elif len(rows) <= _FEW:
        send([_insertion(row) for row in rows])
    else:
        groups = groupby(rows, key=_model_and_key)
        send(
            [
                insertion(model, some, has_keys=has_keys, answers=False)
                for (model, has_keys), all_ in groups
                for some in batched(all_, _BATCH)
            ]
        )


def _model_and_key(row: Model) -> tuple[type[Model], bool]:
    return type(row), row.pk is not None


def _insertion(row: Model, *, answers: bool = False) -> Call:
    """The call that inserts a row; it may answer with the key."""
    here = connections[DEFAULT_DB_ALIAS]
    statement, fields = _insert(type(row), row.pk is not None, answers)
    return statement.call({one.attname: _value(one, kind, row, here) for one, kind in fields})


def _value(field: Field[Any, Any], kind: type | None, row: Model, here: Any) -> Any:
    """What is sent for the field: mostly the value as it is, as the field itself would find out."""
    if kind is not None and ((value := getattr(row, field.attname)) is None or type(value) is kind):
        return value
    return field.get_db_prep_save(field.pre_save(row, True), here)


@cache
def _insert(
    model: type[Model], has_key: bool, answers: bool
) -> tuple[Statement, list[tuple[Field[Any, Any], type | None]]]:
    """The statement that inserts a row of the model; the fields of its values, with the type that is sent as it is."""
    compiler = _inserting(model, [model()], has_key=has_key, raw=True)
    if answers:
        compiler.returning_fields = [model._meta.pk]
    ((sql, parameters),) = compiler.as_sql()
    names = [one.attname for one in compiler.query.fields]
    if len(parameters) != len(names):
        raise ValueError(f"the statement computes a value of its own: {sql}")
    return Statement.of(sql, names), [
        (one, _KINDS.get(type(one.target_field if one.is_relation else one))) for one in compiler.query.fields
    ]


def _inserting(model: type[Model], rows: Sequence[Model], *, has_key: bool, raw: bool) -> Any:
    fields = [one for one in model._meta.concrete_fields if has_key or one is not model._meta.auto_field]
    query = InsertQuery(model)
    query.insert_values(fields, list(rows), raw=raw)
    return query.get_compiler(connection=connections[DEFAULT_DB_ALIAS])


@models.ForeignKey.register_lookup  # which takes over none of the others
@Field.register_lookup
class Among(Lookup):
    """`name__among=[…]`: is one of these.

    Unlike that of `in` the list is one value: a compiled statement takes any, and a long one costs little to send.
    """

    lookup_name = "among"

    def get_prep_lookup(self) -> Any:
        """The list as it is given."""
        return self.rhs

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """On SQLite a list is sent as JSON."""
        column, parameters = self.process_lhs(compiler, connection)
        ours = "= ANY (%s)" if connection.vendor == "postgresql" else "IN (SELECT value FROM json_each(%s))"
        return f"{column} {ours}", [*parameters, self.rhs]


def _as_json(values: Iterable[Any]) -> str:
    return json.dumps(list(values))


sqlite3.register_adapter(list, _as_json)
