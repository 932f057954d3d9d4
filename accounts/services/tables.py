"""Tables that are imported and exported: columns with the names of `provision`, natural keys, no data base id.

An app says in its module `tables` which it has (`TABLES`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache
from importlib import import_module
from typing import Any, Final

from django.apps import apps
from django.db.models import Model, QuerySet
from django.utils.module_loading import module_has_submodule
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from oxaas.errors import Invalid

_TRUE: Final = frozenset({"true", "yes", "1", "wahr", "ja"})
_FALSE: Final = frozenset({"false", "no", "0", "falsch", "nein"})


class Column(Enum):
    """What a column's cells hold. An empty cell of an optional text, number or list says that there is none."""

    TEXT = gettext_noop("text")
    OPTIONAL_TEXT = gettext_noop("text or empty")
    NUMBER = gettext_noop("number")
    OPTIONAL_NUMBER = gettext_noop("number or empty")
    FLAG = gettext_noop("true or false")
    LIST = gettext_noop("one a line")


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of table: `section` of provision that takes its lines, `values` of an object for its columns."""

    section: str
    model: type[Model]
    columns: Mapping[str, Column]
    required: frozenset[str]
    values: Callable[[Any], Mapping[str, Any]]
    related: Callable[[QuerySet[Any]], QuerySet[Any]]
    importable: bool = True

    def cells(self, row: Any) -> list[str]:
        """An object as a line."""
        values = self.values(row)
        return [_to_text(values[name]) for name in self.columns]

    def entry(self, line: Mapping[str, str]) -> dict[str, Any]:
        """A line as an entry of provision; a cell that says nothing is left out. Invalid."""
        entry: dict[str, Any] = {}
        for name, text in line.items():
            if text or self.columns[name] in {Column.OPTIONAL_TEXT, Column.OPTIONAL_NUMBER, Column.LIST}:
                entry[name] = _to_value(name, self.columns[name], text)
        missing = sorted(self.required - entry.keys())
        if missing:
            raise Invalid(_("%(column)s is empty.") % {"column": missing[0]})
        return entry


@cache
def tables() -> Mapping[str, Table]:
    """What the installed apps declare, by the section's name."""
    modules = [
        import_module(f"{app.name}.tables")
        for app in apps.get_app_configs()
        if module_has_submodule(app.module, "tables")
    ]
    return {table.section: table for module in modules for table in module.TABLES}


def _to_text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "\n".join(value) if isinstance(value, list) else str(value)


def _to_value(name: str, column: Column, text: str) -> Any:
    match column:
        case Column.TEXT:
            return text
        case Column.OPTIONAL_TEXT:
            return text or None
        case Column.LIST:
            return [part.strip() for part in text.splitlines() if part.strip()]
        case Column.FLAG:
            if text.strip().lower() in _TRUE | _FALSE:
                return text.strip().lower() in _TRUE
            raise Invalid(_("%(name)s must be true or false.") % {"name": name})
        case Column.NUMBER | Column.OPTIONAL_NUMBER:
            digits = text.strip()
            if not digits:
                return None
            if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
                raise Invalid(_("%(name)s must be a whole number.") % {"name": name})
            return int(digits)
    raise ValueError(f"unknown column {column!r}")
