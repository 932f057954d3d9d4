"""Answers where no view can give one, in the form that the caller reads: the API's, or a page of the product."""

from __future__ import annotations

import logging
from typing import Final

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.utils import translation

from apiv2.problems import MEDIA_TYPE, bare_problem
from core.database_errors import state_of
from core.errors import RETRY_AFTER, Busy
from core.trace import current_request_id

logger = logging.getLogger(__name__)

V2_PREFIX: Final = "/api/v2/"
API_PREFIXES: Final = ("/oxaas/", "/api/oxaas/", V2_PREFIX)
_ASKING: Final = frozenset({"GET", "HEAD"})
BUSY_SERVICE: Final = translation.gettext_noop("There is more to do here than can be done at once. Try again shortly.")


def api_refusal(
    request: HttpRequest, status: int, sentence: str, headers: dict[str, str] | None = None
) -> HttpResponse:
    """The API's answer where none of its views can give one; HEAD has no body."""
    headers = {"Cache-Control": "no-store", **(headers or {})}
    if request.method == "HEAD":
        return HttpResponse(status=status, headers=headers)
    if f"{request.path}/".startswith(V2_PREFIX):
        body = bare_problem(status, sentence)
        return JsonResponse(body, status=status, headers=headers, content_type=MEDIA_TYPE)
    return JsonResponse({"error": sentence}, status=status, headers=headers)


def try_again(request: HttpRequest, sentence: str) -> HttpResponse:
    """503 with Retry-After. A page that was only asked for loads itself again; what was sent is never sent twice.

    The page needs nothing of the database: not the session, not who asks.
    """
    headers = {"Retry-After": str(RETRY_AFTER)}
    if request.path.startswith(API_PREFIXES):
        return api_refusal(request, 503, sentence, headers)
    context = {
        "sentence": translation.gettext(sentence),
        "seconds": RETRY_AFTER,
        "asked": request.method in _ASKING,
        "request_id": current_request_id(),
    }
    headers["Cache-Control"] = "no-store"
    return HttpResponse(render_to_string("503.html", context), status=503, headers=headers)


def of_database(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The answer to what the database did not do, with a line in the log; None for any other error."""
    state = None if error is None else state_of(error)
    if state is None and not isinstance(error, Busy):
        return None
    logger.error("the database %s: %s", state.value if state else "is busy", error)
    return try_again(request, state.sentence if state else str(error))
