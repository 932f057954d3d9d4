"""Every request has an id, in its answer too, and a line in the log; what it took is measured."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from accounts.login.addresses import client_address
from accounts.models import Administrator
from core import trace
from core.trace import Trace
from oxaas import scrape
from oxaas.gate import BEGAN
from oxaas.health import ANSWERS as HEALTH
from oxaas.logs import method_of, route_of

logger = logging.getLogger("oxaas.request")

HEADER: Final = "X-Request-ID"
# What is asked for every few seconds.
_WATCHED: Final = frozenset({*HEALTH, scrape.PATH})


class TraceMiddleware:
    """Before everything else. What an answer sends after its first byte is not counted."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        identifier = trace.taken_or_made(request.META.get("HTTP_X_REQUEST_ID"))
        one = Trace(identifier, identifier)
        token = trace.begin(one)
        try:
            response = self.get_response(request)
            response.headers[HEADER] = identifier
            _finished(request, response.status_code, one)
            return response
        finally:
            trace.end(token)


def request_id(request: HttpRequest) -> dict[str, str]:
    """For templates: the id of the request, by which it is found in the log."""
    return {"request_id": trace.current_request_id()}


def _finished(request: HttpRequest, status: int, one: Trace) -> None:
    """The line of a request; of those that are asked for every few seconds, only whoever debugs sees one."""
    came = request.META.get(BEGAN, one.began)
    waited, one.began = one.began - came, came
    seconds, method, route = one.seconds, method_of(request), _route(request)
    trace.took("request", seconds, method=method, route=route, status=str(status))
    trace.measure_database(one)
    slow = seconds * 1000 >= settings.LOG_SLOW_REQUEST_MS > 0
    level = logging.WARNING if slow else logging.DEBUG if request.path in _WATCHED else logging.INFO
    if not logger.isEnabledFor(level):
        return
    administrator = _administrator(request)
    trace.tell(
        logger,
        level,
        "slow request" if slow else "request",
        method=method,
        route=route,
        status=status,
        **one.figures(),
        waited_ms=trace.ms(waited),
        administrator=None if administrator is None else administrator.pk,
        credential=None if administrator is None else str(administrator.credential),
        address=client_address(request) or None,
    )


def _route(request: HttpRequest) -> str:
    if request.resolver_match is not None:
        return route_of(request)
    if request.path in _WATCHED:
        return request.path
    return settings.STATIC_URL if request.path.startswith(settings.STATIC_URL) else "-"


def _administrator(request: HttpRequest) -> Administrator | None:
    """Who asked, as far as somebody wanted to know: it is not found out for the log's sake."""
    known: dict[str, Any] = vars(request)
    found = known.get("_cached_user") or known.get("user")
    return found if type(found) is Administrator else None
