"""Sessions in the database, as Django keeps them; `SESSION_ENGINE` names this module."""

from __future__ import annotations

from django.contrib.sessions.backends.db import SessionStore as DatabaseSessionStore


class SessionStore(DatabaseSessionStore):
    """Looks for no key that Django would not have made: a cookie may hold what the database refuses, such as NUL."""

    def _validate_session_key(self, key: str | None) -> bool:
        known: bool = super()._validate_session_key(key)  # type: ignore[misc]  # the stubs leave it out
        return key is not None and key.isascii() and key.isalnum() and known
