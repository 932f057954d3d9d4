"""Middleware: health, what is refused at the door, paths that cannot be read, languages, bodies, the database."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

from django.core.handlers.exception import convert_exception_to_response
from django.core.signals import request_started
from django.db import InterfaceError, OperationalError
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import SimpleTemplateResponse
from django.urls import Resolver404, resolve
from django.utils import timezone, translation

from core import replica
from core.spreadsheets import MAX_FILE
from core.zones import COOKIE, zone_named
from oxaas import health, scrape
from oxaas.gate import REFUSED
from oxaas.refusals import API_PREFIXES, BUSY_SERVICE, api_refusal, of_database, try_again

API_LANGUAGE: Final = "en"
# No answer of the API is a page: a browser is to load, run and frame nothing of it.
API_HEADERS: Final = {
    "Content-Language": API_LANGUAGE,
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Frame-Options": "DENY",
}
TOO_LARGE: Final = translation.gettext_noop("That is more than can be sent here at once.")

_ON_REPLICA: Final = "oxaas.on_replica"
_FAILED: Final = "failed"
_BROKEN: Final = "oxaas.broken_path"
# Around the file there are the other fields of its form.
MAX_FORM: Final = MAX_FILE + 1024 * 1024

GetResponse = Callable[[HttpRequest], HttpResponseBase]


@receiver(request_started)
def mark_broken_path(environ: dict[str, Any], **kwargs: Any) -> None:
    """Note a path that is not UTF-8 while it still is as it came: Django escapes the bytes back to text.

    That text would be the name of something else.
    """
    try:
        environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8")
    except UnicodeError:
        environ[_BROKEN] = True


class DoorMiddleware:
    """Before everything else: how the application is, and its figures, for any Host; and that there is no room now."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        refused = REFUSED in request.META
        if request.path in health.ANSWERS:
            return health.ANSWERS[request.path](refused)
        if request.path == scrape.PATH:
            return scrape.metrics(request, refused)
        if not refused:
            return self.get_response(request)
        translation.activate(translation.get_language_from_request(request))
        return try_again(request, BUSY_SERVICE)


class ApiMiddleware:
    """Requests of the API go from here to their view: no session, no cookie, no form and no language of their own.

    Its sentences are English, whatever is accepted. A path that is not UTF-8 names nothing: 404.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.call_view = cast(GetResponse, convert_exception_to_response(_call_view))

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(API_PREFIXES):
            return self.get_response(request)
        translation.activate(API_LANGUAGE)
        if _BROKEN in request.META:
            return api_refusal(request, 404, "The path is not percent-encoded UTF-8.")
        response = self.call_view(request)
        for name, value in API_HEADERS.items():
            response.headers.setdefault(name, value)
        if request.method != "HEAD" and isinstance(response, HttpResponse):
            # HEAD has operations of its own, which do not know the length of what GET answers.
            response.headers.setdefault("Content-Length", str(len(response.content)))
        return response


def _call_view(request: HttpRequest) -> HttpResponseBase:
    """What Django's handler does behind the last middleware; a Host that is not ours raises."""
    request.get_host()
    request.resolver_match = match = resolve(request.path_info)
    response: HttpResponseBase = match.func(request, *match.args, **match.kwargs)
    return response.render() if isinstance(response, SimpleTemplateResponse) else response


class LanguageMiddleware:
    """Who is logged in reads the web admin in the language of their profile; the browser's wish is for all others."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        language = self._language_of(request)
        if language:
            translation.activate(language)
            request.LANGUAGE_CODE = language
        return self.get_response(request)

    @staticmethod
    def _language_of(request: HttpRequest) -> str:
        try:
            return getattr(request.user, "language", "")
        except (OperationalError, InterfaceError):
            # The view will meet the same and be answered for it.
            return ""


class TimeZoneMiddleware:
    """Times are shown in the zone of the reader: the one that they have chosen, else the browser's, else TIME_ZONE."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with timezone.override(self._zone_of(request)):
            return self.get_response(request)

    @staticmethod
    def _zone_of(request: HttpRequest) -> ZoneInfo | None:
        try:
            chosen = getattr(request.user, "time_zone", "")
        except (OperationalError, InterfaceError):
            # The view will meet the same and be answered for it.
            chosen = ""
        return zone_named(chosen) or zone_named(request.COOKIES.get(COOKIE, ""))


class BodySizeMiddleware:
    """More than the largest import is 413, before a byte of it is read: from anybody at all, also before a login,
    Django writes to disk what a form sends as files. The API refuses much less in its own words.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or ""
        too_large = length.isdecimal() and int(length) > MAX_FORM
        if not too_large:
            return self.get_response(request)
        return HttpResponse(translation.gettext(TOO_LARGE), content_type="text/plain; charset=utf-8", status=413)


class ReplicaMiddleware:
    """Lists, exports, searches and the overview read from a replica where there is one; who posts, not for a while.

    Next to the view, so that who is asking was read from the primary.
    """

    _NAMES: Final = re.compile(r"index|search|autocomplete|\w+_(?:changelist|export)")

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reader = request.user.pk if replica.is_there() else None
        if reader is None:
            return self.get_response(request)
        if request.method not in {"GET", "HEAD"}:
            response = self.get_response(request)
            replica.wrote(reader)
            return response
        if not self._is_much(request.path_info):
            return self.get_response(request)
        with replica.reading(reader) as request.META[_ON_REPLICA]:
            response = self.get_response(request)
        return response if request.META.pop(_ON_REPLICA) is not _FAILED else self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """The replica failed: the primary is asked the same."""
        if not request.META.get(_ON_REPLICA) or not replica.failed(exception):
            return None
        request.META[_ON_REPLICA] = _FAILED
        return HttpResponse(status=503)

    def _is_much(self, path: str) -> bool:
        try:
            match = resolve(path)
        except Resolver404:
            return False
        return match.namespace == "admin" and self._NAMES.fullmatch(match.url_name or "") is not None


class DatabaseUnavailableMiddleware:
    """A database that is out of reach, busy, full or read-only: 503 with Retry-After; the API has a handler of its own.

    This answers for the views. What fails in another middleware comes to `oxaas.views.server_error`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answers for the views."""
        return of_database(request, exception)
