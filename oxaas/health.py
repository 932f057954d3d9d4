"""How the application is, for load balancers and supervisors: without a login, for any Host."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db import Error, connection
from django.http import HttpResponse, JsonResponse

from core.errors import RETRY_AFTER
from oxaas.gate import LIVE


def live(refused: bool) -> HttpResponse:
    """The process answers; nothing else is asked, and nothing is waited for."""
    return JsonResponse({"status": "ok"})


def health(refused: bool) -> HttpResponse:
    """`{"status": "ok"}`, or 503 with Retry-After when the database does not answer.

    `refused` is who finds others waiting for that already.
    """
    return JsonResponse({"status": "ok"}) if not refused and _database_answers() else unhealthy("no database")


def unhealthy(status: str, **more: str) -> HttpResponse:
    """503."""
    return JsonResponse({"status": status, **more}, status=503, headers={"Retry-After": str(RETRY_AFTER)})


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return False
    return True


ANSWERS: Final[dict[str, Callable[[bool], HttpResponse]]] = {LIVE: live, "/health": health}
