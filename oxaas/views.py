"""Answers that belong to no app."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.defaults import server_error as default_server_error

from oxaas.middleware import API_PREFIXES


@csrf_exempt
def not_found(request: HttpRequest) -> JsonResponse:
    """A path below the API's prefixes that the contract does not have."""
    return JsonResponse({"error": "There is no such path."}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """The last resort: the API's shape below its prefixes, a page elsewhere."""
    if request.path.startswith(API_PREFIXES):
        return JsonResponse({"error": "Something went wrong here; it has been logged."}, status=500)
    return default_server_error(request)
