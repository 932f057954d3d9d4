"""What PostgreSQL, or our connection to it, does by itself: comparing text without case, counting statements."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from time import perf_counter
from typing import Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver

from core import trace


@receiver(connection_created)
def compare_without_case(connection: Any, **kwargs: Any) -> None:
    """Give SQLite's LIKE, which knows the case of ASCII letters only, that of all others."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("like", 2, _like, deterministic=True)
        connection.connection.create_function("like", 3, _like, deterministic=True)
        if _counted not in connection.execute_wrappers:
            connection.execute_wrappers.append(_counted)


def _counted(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
    began, failed = perf_counter(), True
    try:
        result = execute(sql, params, many, context)
        failed = False
    finally:
        trace.asked(perf_counter() - began, sql, failed=failed)
    return result


def _like(pattern: str | None, text: str | None, escape: str = "") -> bool | None:
    """SQL's `text LIKE pattern ESCAPE escape`."""
    if pattern is None or text is None:
        return None
    return _compiled(str(pattern), escape).fullmatch(str(text).casefold()) is not None


@lru_cache(maxsize=256)
def _compiled(pattern: str, escape: str) -> re.Pattern[str]:
    parts, characters = [], iter(pattern.casefold())
    for character in characters:
        if escape and character == escape:
            parts.append(re.escape(next(characters, escape)))
        else:
            parts.append({"%": ".*", "_": "."}.get(character, re.escape(character)))
    return re.compile("".join(parts), re.DOTALL)
