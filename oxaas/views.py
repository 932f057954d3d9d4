"""Answers that belong to no app."""

from __future__ import annotations

import sys
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.middleware import csrf
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt

from core.trace import current_request_id
from oxaas.refusals import API_PREFIXES, api_refusal, of_database

# What Django says of a form that another origin has sent, as far as the rest of the sentence is its own.
_FOREIGN: Final = tuple(
    reason.partition("%s")[0]
    for reason in (csrf.REASON_BAD_ORIGIN, csrf.REASON_BAD_REFERER, csrf.REASON_INSECURE_REFERER)
)
_LONGEST: Final = 100


@csrf_exempt
def not_found(request: HttpRequest) -> HttpResponse:
    """A path below the API's prefixes that the contract does not have."""
    return api_refusal(request, 404, "There is no such path.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself refuses to read: an unknown Host, a query of thousands of parameters."""
    if request.path.startswith(API_PREFIXES):
        return api_refusal(request, 400, "The request cannot be read.")
    return _page("400.html", 400)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form without its token, or from an address that is not trusted: those are two different things to mend."""
    origin = ""
    if reason.startswith(_FOREIGN):
        origin = request.META.get("HTTP_ORIGIN") or request.META.get("HTTP_REFERER", "")
    return render(request, "403_csrf.html", {"origin": origin[:_LONGEST]}, status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort: the API's shape below its prefixes, a page elsewhere; 503 where it was the database."""
    if answer := of_database(request, sys.exc_info()[1]):
        return answer
    if request.path.startswith(API_PREFIXES):
        return api_refusal(request, 500, "Something went wrong here; it has been logged.")
    return _page("500.html", 500)


def _page(template: str, status: int) -> HttpResponse:
    """A page that asks neither for the session nor for who it is, which may be what failed."""
    return HttpResponse(render_to_string(template, {"request_id": current_request_id()}), status=status)
