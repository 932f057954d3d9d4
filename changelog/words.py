"""The kinds of objects in the change log and their values, in words for a person. Apps register their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.formats import date_format
from django.utils.translation import gettext

from core.sizes import format_exact

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_kinds: Final[dict[str, StrOrPromise]] = {}
_fields: Final[dict[str, StrOrPromise]] = {}
_SIZES: Final = frozenset({"quota", "max_overall_context_quota"})
_DAYS: Final = frozenset({"expires_on"})


def register_words(kinds: Mapping[str, StrOrPromise], fields: Mapping[str, StrOrPromise]) -> None:
    """Name kinds of objects and the fields of their snapshots. A field that is not named is shown as it is."""
    _kinds.update(kinds)
    _fields.update(fields)


def kinds() -> Mapping[str, StrOrPromise]:
    """Every registered kind and its name."""
    return _kinds


def kind_name(kind: str) -> StrOrPromise:
    """The kind for a person; one that is not known any more is shown as the log has it."""
    return _kinds.get(kind, kind)


def field_name(field: str) -> StrOrPromise:
    """The value's name for a person."""
    return _fields.get(field, field)


def value_in_words(field: str, value: Any, *, between: str = "\n") -> str:
    """A value of the log for a person: sizes with a unit, days, yes and no, lists with `between`, all else as JSON."""
    if field in _SIZES and (value is None or isinstance(value, int)):
        return format_exact(value)
    if field in _DAYS and value:
        return date_format(date.fromisoformat(value))
    if isinstance(value, list):
        return between.join(map(str, value))
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if value is None:
        return "—"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=1)


def differences(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[tuple[str, str, str]]:
    """The name of each value that differs, and what it was and is, for a person; empty where there was none."""
    then, now = before or {}, after or {}
    return [
        (
            str(field_name(name)),
            value_in_words(name, then[name]) if name in then else "",
            value_in_words(name, now[name]) if name in now else "",
        )
        for name in sorted({*then, *now})
        if then.get(name) != now.get(name)
    ]
