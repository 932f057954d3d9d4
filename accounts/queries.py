"""Querysets that are compiled once and afterwards only sent: for the requests that come thousands of times a second.

Building a statement with the ORM costs more than running it, and planning it as much again. A `NamedQuery` is an
ordinary queryset, so the rules in it (`visible_to` above all) stay where they are; its values are slots that are filled
in at each call. PostgreSQL is given the statement to prepare once in each session.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Any, Final, Generic, TypeVar

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import ModelIterable

from accounts.models import Administrator
from core import replica
from core.access import Role
from core.prepared import Call, Statement, send

_Row = TypeVar("_Row")
_Model = TypeVar("_Model", bound=Model)
_Value = int | str | list[Any]
# How rows of the database become those of a queryset.
_Read = Callable[[list[tuple[Any, ...]]], list[Any]]
# Values that nothing else has: where they turn up among the statement's parameters, there the caller's own belong.
# Every column of whole numbers can hold them; for what it cannot hold Django leaves the condition out.
_FIRST_NUMBER: Final = 2_111_222_333
_TEXT: Final = "\N{WHITE SQUARE} {}"
# The viewer's own numbers that `visible_to` may look at.
_OF_VIEWER: Final = ("reseller_id", "context_id")


class NamedQuery(Generic[_Row]):
    """A queryset of a viewer and of named values; `rows` answers what `queryset` would, without building it again.

    The values are whole numbers, texts, and lists for the lookup `among`, each kept as it is given: a lookup that
    changes its value (`iexact`, `in`) cannot have a slot and raises at the first call.
    """

    def __init__(self, build: Callable[..., QuerySet[Any, _Row]], **kinds: type[_Value]) -> None:
        self._build, self._kinds = build, kinds
        self._compiled: dict[Role | None, tuple[Statement, _Read] | None] = {}

    def queryset(self, viewer: Administrator | None, **values: _Value) -> QuerySet[Any, _Row]:
        """The queryset itself."""
        return self._build(viewer, **values)

    def rows(self, viewer: Administrator | None, **values: _Value) -> list[_Row]:
        """All rows that the viewer may see."""
        if viewer is not None and (not viewer.may_act or viewer.context_limit is not None):
            # `visible_to` knows the answer; what an API password is limited to cannot be compiled beforehand.
            return list(self.queryset(viewer, **values))
        compiled = self._of_role(None if viewer is None else Role(viewer.role))
        if compiled is None:
            return []
        statement, read = compiled
        own = {} if viewer is None else {one: getattr(viewer, one) for one in _OF_VIEWER}
        using = replica.alias()
        return read(send([statement.call(values | own, using)], using))

    def rows_behind(self, calls: Sequence[Call], **values: _Value) -> list[_Row]:
        """The rows of no viewer in particular, as they are after the calls, which go before in the same message."""
        compiled = self._of_role(None)
        if compiled is None:
            raise ValueError("a statement that can have no rows")
        statement, read = compiled
        return read(send([*calls, statement.call(values)]))

    def statement(self, role: Role | None) -> Statement | None:
        """What is sent for viewers of this role; None where it can have no rows."""
        compiled = self._of_role(role)
        return None if compiled is None else compiled[0]

    def _of_role(self, role: Role | None) -> tuple[Statement, _Read] | None:
        if role not in self._compiled:
            self._compiled[role] = self._compile(role)
        return self._compiled[role]

    def _compile(self, role: Role | None) -> tuple[Statement, _Read] | None:
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
        names: dict[Any, str] = {value: name for name, value in (slots | own).items()}
        found = [names.get(one, (one,)) for one in parameters]
        if not slots.keys() <= {one for one in found if isinstance(one, str)}:
            raise ValueError(f"the statement changes the value of a slot: {sql}")
        return Statement.of(sql, found), _reader(queryset, compiler)


def _reader(queryset: QuerySet[Any, Any], compiler: Any) -> _Read:
    """How the statement's rows become those of the queryset: instances with relations and annotations, or values."""
    converters = compiler.get_converters([one[0] for one in compiler.select])

    def converted(rows: list[tuple[Any, ...]]) -> list[Any]:
        return list(map(tuple, compiler.apply_converters(rows, converters))) if converters else rows

    if queryset._iterable_class is not ModelIterable:
        return converted
    instance = _maker(compiler.klass_info, compiler.select)
    annotations = list((compiler.annotation_col_map or {}).items())

    def annotated(row: tuple[Any, ...]) -> Any:
        made = instance(row)
        for name, place in annotations:
            setattr(made, name, row[place])
        return made

    return lambda rows: [annotated(row) for row in converted(rows)]


def instance_of(model: type[_Model], columns: Iterable[tuple[str, Any]]) -> _Model:
    """The row with these columns, each by its attribute's name; the others are read when they are asked for.

    As Django's `from_db`, but without signals, which nobody here hears, and without asking each field.
    """
    made = model.__new__(model)
    made._state = state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    made.__dict__.update(columns)
    return made


def _maker(info: dict[str, Any], select: Any) -> Callable[[tuple[Any, ...]], Any]:
    """How an instance is made of its columns in a row, with those selected beside it; None where it has none."""
    model, places = info["model"], info["select_fields"]
    columns = [(select[place][0].target.attname, place) for place in places]
    (key,) = (place for name, place in columns if name == model._meta.pk.attname)
    related = [
        (_maker(one, select), one["local_setter"], one["remote_setter"]) for one in info.get("related_klass_infos", ())
    ]

    def instance(row: tuple[Any, ...]) -> Any:
        if row[key] is None:
            return None
        made = instance_of(model, [(name, row[place]) for name, place in columns])
        for maker, set_here, set_there in related:
            other = maker(row)
            set_here(made, other)
            if other is not None:
                set_there(other, made)
        return made

    return instance
