"""An empty database for one test: what it removes is back when the test is over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from django.db import OperationalError, connection, transaction

from accounts.models import Administrator, ConfigProperty, Context, LastLogin, Reseller
from changelog.models import Change


def clear() -> None:
    """Remove the world; what hangs on it goes with it."""
    for model in (Administrator, ConfigProperty, Context, LastLogin, Change):
        model._default_manager.all().delete()
    Reseller.objects.exclude(parent=None).delete()
    Reseller.objects.all().delete()


def send_away_others() -> None:
    """End every other session in the database."""
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()


# Less than PostgreSQL's deadlock_timeout: whoever empties gives way, never a look-up of Postfix, which would take the
# database to be away for a minute.
_GIVE_WAY: Final = "SET LOCAL lock_timeout = '300ms'"
_TRIES: Final = 30


def empty_patiently() -> None:
    """Have Django's flush between tests try again when it meets a reader."""
    if connection.vendor != "postgresql":
        return
    execute = connection.ops.execute_sql_flush

    def flush(sql_list: Iterable[str]) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                with transaction.atomic():
                    with connection.cursor() as cursor:
                        cursor.execute(_GIVE_WAY)
                    execute(sql_list)
                return
            except OperationalError:
                if attempt == _TRIES:
                    raise

    connection.ops.execute_sql_flush = flush  # type: ignore[method-assign]
