"""What PostgreSQL does by itself: comparing text without case in every script, also on SQLite."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from django.db.backends.signals import connection_created
from django.dispatch import receiver


@receiver(connection_created)
def compare_without_case(connection: Any, **kwargs: Any) -> None:
    """Give SQLite's LIKE, which knows the case of ASCII letters only, that of all others."""
    if connection.vendor == "sqlite":
        connection.connection.create_function("like", 2, _like, deterministic=True)
        connection.connection.create_function("like", 3, _like, deterministic=True)


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
