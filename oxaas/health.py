"""The health check for load balancers: 200 when the database answers, 503 otherwise."""

from __future__ import annotations

from django.db import Error, connection
from django.http import HttpRequest, JsonResponse

from core.errors import RETRY_AFTER


def health(request: HttpRequest) -> JsonResponse:
    """`{"status": "ok"}`, or 503 with Retry-After."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return JsonResponse({"status": "no database"}, status=503, headers={"Retry-After": str(RETRY_AFTER)})
    return JsonResponse({"status": "ok"})
