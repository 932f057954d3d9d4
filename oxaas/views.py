"""Answers that belong to no app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import bad_request as default_bad_request
from django.views.defaults import server_error as default_server_error

from oxaas.middleware import API_PREFIXES, api_refusal


@csrf_exempt
def not_found(request: HttpRequest) -> HttpResponse:
    """A path below the API's prefixes that the contract does not have."""
    return api_refusal(request, 404, "There is no such path.")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """What Django itself refuses to read: an unknown Host, a query of thousands of parameters."""
    if request.path.startswith(API_PREFIXES):
        return api_refusal(request, 400, "The request cannot be read.")
    return default_bad_request(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort: the API's shape below its prefixes, a page elsewhere."""
    if request.path.startswith(API_PREFIXES):
        return api_refusal(request, 500, "Something went wrong here; it has been logged.")
    return default_server_error(request)
