"""Sessions in the database, as Django keeps them; `SESSION_ENGINE` names this module."""

from __future__ import annotations

from datetime import datetime

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    """Looks for no key that Django would not have made: a cookie may hold what the database refuses, such as NUL."""

    def _validate_session_key(self, key: str | None) -> bool:
        known: bool = super()._validate_session_key(key)  # type: ignore[misc]  # the stubs leave it out
        return key is not None and key.isascii() and key.isalnum() and known


def purge_sessions(before: datetime, most: int) -> int:
    """Delete at most so many sessions that have ended before that moment, and say how many."""
    from django.contrib.sessions.models import Session  # this module is loaded before there are models

    ended = Session.objects.filter(expire_date__lt=before).order_by("expire_date")
    count, _by_model = Session.objects.filter(pk__in=list(ended.values_list("pk", flat=True)[:most])).delete()
    return count
