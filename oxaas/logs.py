"""What is left out of the log: it tells nothing that is nobody's business."""

from __future__ import annotations

import logging
from typing import Final

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest

from core.database_errors import state_of

# Of the caller's making: what was refused, or is not there.
_REFUSALS = (PermissionDenied, Http404)


class NoTracebackOfRefusal(logging.Filter):
    """What is nobody's mistake in the code is one line, without a traceback.

    That is a request that Django refuses to read (an unknown Host, say) or a view refuses to do, and a database that is
    not there.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Lets everything through, such records without their exception."""
        error = record.exc_info[1] if record.exc_info else None
        if error is None:
            return True
        if record.name.startswith("django.security") or isinstance(error, _REFUSALS) or state_of(error):
            record.exc_info = record.exc_text = None
        return True


class NoPathOfRequest(logging.Filter):
    """Django tells of refused and failed requests by their path, in which there are addresses, and keys of links.

    The line of each request has its status and its route; what remains to be told is where the code failed.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is a failure of the code; its text is the route."""
        request = getattr(record, "request", None)
        if request is None or record.name != "django.request":
            return True
        if getattr(record, "status_code", 500) < 500 or not record.exc_info:
            return False
        record.msg, record.args = "failed: %s %s", (method_of(request), route_of(request))
        return True


def method_of(request: HttpRequest) -> str:
    """The method, as far as it is one of HTTP's."""
    return request.method if request.method in _METHODS else "OTHER"


def route_of(request: HttpRequest) -> str:
    """The path as the routes have it, so without what it names; "-" where there is none."""
    match = request.resolver_match
    if match is None or match.route.startswith("^"):
        return "-"
    return f"/{match.route}"


_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"})
