"""Who wrote a moment ago: kept in the primary, where every node finds it, for `core.replica`."""

from __future__ import annotations

from typing import Final

from django.db import connection

# Committed without waiting for the disk: after a crash nobody is left who could read too early.
_NOTE: Final = """
    WITH quick AS (SELECT set_config('synchronous_commit', 'off', true))
    INSERT INTO changelog_lastwrite (administrator_id, at) SELECT %s, now() FROM quick
    ON CONFLICT (administrator_id) DO UPDATE SET at = excluded.at
"""
_WROTE: Final = (
    "SELECT 1 FROM changelog_lastwrite WHERE administrator_id = %s AND at > now() - make_interval(secs => %s)"
)


def note(administrator: int) -> None:
    """This administrator has written now."""
    with connection.cursor() as cursor:
        cursor.execute(_NOTE, [administrator])


def wrote_lately(administrator: int, seconds: float) -> bool:
    """Whether they wrote in the last seconds."""
    with connection.cursor() as cursor:
        cursor.execute(_WROTE, [administrator, seconds])
        return cursor.fetchone() is not None
