"""Locks by name, held until the transaction ends: for rules between rows that no constraint can hold.

PostgreSQL keeps them as advisory locks. SQLite needs none: its transactions begin with the data base's only write lock
(`transaction_mode` in the settings).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from django.db import connection


def lock_names(names: Iterable[str], *, shared: bool = False) -> None:
    """Wait for and hold every one of `names`; shared locks exclude only exclusive ones.

    Names of one kind are locked in one call, which sorts them, and the kinds always in this order: rows of resellers
    and contexts; uidname; address; domain; the alias graph; msisdn; custom; others. So nobody waits in a circle.
    """
    if connection.vendor != "postgresql":
        return
    numbers = sorted({_number(name) for name in names})
    function = "pg_advisory_xact_lock_shared" if shared else "pg_advisory_xact_lock"
    with connection.cursor() as cursor:
        for number in numbers:
            cursor.execute(f"SELECT {function}(%s)", [number])


def _number(name: str) -> int:
    """The 64-bit number by which PostgreSQL knows this lock."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
