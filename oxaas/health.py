"""How the application is, for load balancers and supervisors: without a login, for any Host."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Final

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpResponse, JsonResponse

from bulk.heartbeat import worker_is_alive
from core.errors import RETRY_AFTER
from mailstats.services import guard
from oxaas.gate import LIVE
from oxaas.leaving import is_leaving

_GOOD: Final = frozenset({"ok", "writable", "applied", "alive"})


def live(refused: bool) -> HttpResponse:
    """The process answers; nothing else is asked, and nothing is waited for."""
    return JsonResponse({"status": "ok"})


def health(refused: bool) -> HttpResponse:
    """`{"status": "ok"}`, or 503 with Retry-After when the database does not answer.

    `refused` is who finds others waiting for that already.
    """
    try:
        if refused:
            return _unwell({"status": "no database"})
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return _unwell({"status": "no database"})
    return JsonResponse({"status": "ok"})


def ready(refused: bool) -> HttpResponse:
    """Whether work can be sent here: a database that takes writes, with our tables, and a worker for what is large.

    The mail store is named as it was found last; without it everything but the mail operations goes on.
    """
    if is_leaving():
        return _unwell({"status": "leaving"})
    found = {"database": "no answer"}
    try:
        if not refused:
            found["database"] = _database()
            found["migrations"] = "applied" if _all_applied() else "missing"
            if found["migrations"] == "applied":
                found["worker"] = "alive" if worker_is_alive() else "not seen"
    except Error:
        found = {"database": "no answer"}
    well = len(found) == 3 and set(found.values()) <= _GOOD
    answer = {"status": "ready" if well else "not ready", **found, "mail_store": guard(settings.MAIL_STORE).state}
    return JsonResponse(answer) if well else _unwell(answer)


def _unwell(answer: dict[str, str]) -> HttpResponse:
    return JsonResponse(answer, status=503, headers={"Retry-After": str(RETRY_AFTER)})


def _database() -> str:
    """Whether it takes writes: a primary that became a standby, or is told to take none, does not."""
    if connection.vendor != "postgresql":
        return "writable"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery() OR current_setting('transaction_read_only')::boolean")
        (read_only,) = cursor.fetchone()
    return "read-only" if read_only else "writable"


def _all_applied() -> bool:
    recorder = MigrationRecorder(connection)
    return recorder.has_table() and _known_migrations() <= recorder.applied_migrations().keys()


@cache
def _known_migrations() -> frozenset[tuple[str, str]]:
    """Those of this version of the code."""
    return frozenset(MigrationLoader(None).disk_migrations)


ANSWERS: Final[dict[str, Callable[[bool], HttpResponse]]] = {LIVE: live, "/health": health, "/health/ready": ready}
