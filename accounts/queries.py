"""Querysets that are compiled once and afterwards only sent: for the requests that come thousands of times a second.

Building a statement with the ORM costs more than running it, and planning it as much again. A `NamedQuery` is an
ordinary queryset, so the rules in it (`visible_to` above all) stay where they are; its values are slots that are filled
in at each call. PostgreSQL is given the statement to prepare once in each session.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from psycopg2.extensions import AsIs

from accounts.models import Administrator
from core import replica
from core.access import Role

_Row = TypeVar("_Row")
_Value = int | str
# Values that nothing else has: where they turn up among the statement's parameters, there the caller's own belong.
# Every column of whole numbers can hold them; for what it cannot hold Django leaves the condition out.
_FIRST_NUMBER: Final = 2_111_222_333
_TEXT: Final = "\N{WHITE SQUARE} {}"
# The viewer's own numbers that `visible_to` may look at.
_OF_VIEWER: Final = ("reseller_id", "context_id")

_numbers: Final = count(1)


@dataclass(frozen=True, slots=True)
class Statement:
    """A compiled queryset: `parameters` are names of slots, or constants in a tuple of one.

    `slots` are the names in the order in which the prepared statement takes their values.
    """

    name: str
    sql: str
    parameters: tuple[str | tuple[Any], ...]
    slots: tuple[str, ...]
    execute: str
    read: Callable[[list[tuple[Any, ...]]], list[Any]]

    def run(self, values: dict[str, _Value | None]) -> list[Any]:
        """The rows, as the queryset would give them."""
        connection: Any = connections[replica.alias()]
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql" and not self._is_pooled(connection):
                self._prepare(connection)
                cursor.execute(self.execute, [values[slot] for slot in self.slots])
            else:
                cursor.execute(self.sql, [values[one] if isinstance(one, str) else one[0] for one in self.parameters])
            return self.read(cursor.fetchall())

    @staticmethod
    def _is_pooled(connection: Any) -> bool:
        # Asked of the server, for each connection once: whoever loses the connection by it must hear Django's error.
        with connection.wrap_database_errors:
            return bool(connection.connection.is_pooled)

    def _prepare(self, connection: Any) -> None:
        """Have the server prepare the statement, unless this session has it."""
        raw = connection.connection
        if self.name in raw.prepared:
            return
        with connection.wrap_database_errors, raw.cursor() as cursor:
            cursor.execute(f"PREPARE {self.name} AS {self.body(cursor)}")
        raw.prepared.add(self.name)

    def body(self, cursor: Any) -> str:
        """The statement as PostgreSQL prepares it: `$1` and so on for the slots, the constants in their places."""
        places = {slot: AsIs(f"${place}") for place, slot in enumerate(self.slots, start=1)}
        parameters = [places[one] if isinstance(one, str) else one[0] for one in self.parameters]
        return str(cursor.mogrify(self.sql, parameters).decode())


class NamedQuery(Generic[_Row]):
    """A queryset of a viewer and of named values; `rows` answers what `queryset` would, without building it again.

    The values are whole numbers and texts, each kept as it is given: a lookup that changes its value (`iexact`, `in`)
    cannot have a slot and raises at the first call.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, _Row]], **kinds: type[_Value]) -> None:
        self._build, self._kinds = build, kinds
        self._compiled: dict[Role | None, Statement | None] = {}

    def queryset(self, viewer: Administrator | None, **values: _Value) -> QuerySet[Any, _Row]:
        """The queryset itself."""
        return self._build(viewer, **values)

    def rows(self, viewer: Administrator | None, **values: _Value) -> list[_Row]:
        """All rows that the viewer may see."""
        if viewer is not None and (not viewer.may_act or viewer.context_limit is not None):
            # `visible_to` knows the answer; what an API password is limited to cannot be compiled beforehand.
            return list(self.queryset(viewer, **values))
        statement = self.statement(None if viewer is None else Role(viewer.role))
        if statement is None:
            return []
        own = {} if viewer is None else {one: getattr(viewer, one) for one in _OF_VIEWER}
        return statement.run({**values, **own})

    def statement(self, role: Role | None) -> Statement | None:
        """What is sent for viewers of this role; None where it can have no rows."""
        if role not in self._compiled:
            self._compiled[role] = self._compile(role)
        return self._compiled[role]

    def _compile(self, role: Role | None) -> Statement | None:
        numbers = count(_FIRST_NUMBER)
        slots: dict[str, _Value] = {
            name: next(numbers) if kind is int else _TEXT.format(name) for name, kind in self._kinds.items()
        }
        own = {name: next(numbers) for name in _OF_VIEWER}
        viewer = None if role is None else Administrator.stand_in(role, **own)
        queryset = self.queryset(viewer, **slots)
        compiler = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        try:
            sql, parameters = compiler.as_sql()
        except EmptyResultSet:
            return None
        names = {value: name for name, value in (slots | own).items()}
        found = tuple(names.get(one, (one,)) for one in parameters)
        if not slots.keys() <= set(found):
            raise ValueError(f"the statement changes the value of a slot: {sql}")
        taken = tuple(dict.fromkeys(one for one in found if isinstance(one, str)))
        name = f"oxaas_{next(_numbers)}"
        execute = f"EXECUTE {name}" + (f"({', '.join(['%s'] * len(taken))})" if taken else "")
        return Statement(name, sql, found, taken, execute, _reader(queryset, compiler))


def _reader(queryset: QuerySet[Any, Any], compiler: Any) -> Callable[[list[tuple[Any, ...]]], list[Any]]:
    """How the statement's rows become those of the queryset: instances with relations and annotations, or values."""
    converters = compiler.get_converters([one[0] for one in compiler.select])

    def converted(rows: list[tuple[Any, ...]]) -> list[Any]:
        return list(map(tuple, compiler.apply_converters(rows, converters))) if converters else rows

    if queryset._iterable_class is not ModelIterable:
        return converted
    info, annotations = compiler.klass_info, compiler.annotation_col_map or {}
    model, chosen = info["model"], info["select_fields"]
    start, end = chosen[0], chosen[-1] + 1
    names = [one[0].target.attname for one in compiler.select[start:end]]
    populators = get_related_populators(info, compiler.select, DEFAULT_DB_ALIAS)  # type: ignore[call-arg]

    def instance(row: tuple[Any, ...]) -> Any:
        made = model.from_db(DEFAULT_DB_ALIAS, names, row[start:end])
        for populator in populators:
            populator.populate(row, made)
        for name, place in annotations.items():
            setattr(made, name, row[place])
        return made

    return lambda rows: [instance(row) for row in converted(rows)]
