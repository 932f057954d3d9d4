"""The WSGI application that the production server loads: `oxaas.wsgi:application`."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterable
from typing import Any, Final

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from oxaas.leaving import is_closing, listen

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

# More than an API body may be, so that a longer one is still seen to be too long.
MAX_CHUNKED: Final = 2 * 1024 * 1024
# What the server reads by itself after an answer, so that the connection can go on.
MAX_UNREAD: Final = 8 * 1024


class GranianAdapter:
    """What lies between the server and the application.

    Django reads as many bytes as Content-Length says, which a chunked body does not have: it would seem empty.
    A refusal may leave a large body unread, and Granian then closes the connection without a word: the caller must be
    told, or its next request on that connection fails.
    """

    def __init__(self, inner: Application) -> None:
        self.inner = inner

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
        if chunked and environ.get("wsgi.input_terminated"):
            environ["CONTENT_LENGTH"] = str(MAX_CHUNKED)
        if not is_closing() and (environ.get("SERVER_SOFTWARE") != "Granian" or _length(environ) <= MAX_UNREAD):
            return self.inner(environ, start_response)
        stream = environ["wsgi.input"]

        def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
            # Of a chunked body only so much was read, and nobody knows how much there is.
            unread = status >= "4" and (environ["wsgi.input"] is stream or _length(environ) >= MAX_CHUNKED)
            closes = is_closing() or (unread and _length(environ) > MAX_UNREAD)
            return start_response(status, [*headers, ("Connection", "close")] if closes else headers, *exc_info)

        return self.inner(environ, start)


def _length(environ: Environ) -> int:
    length = environ.get("CONTENT_LENGTH", "")
    return int(length) if length.isdecimal() else 0


def configured() -> Application:
    """Django's application behind the gate. SystemExit with a sentence where the configuration is wrong.

    A server runs no checks of Django's, and a traceback in its log would help nobody.
    """
    try:
        inner: Any = get_wsgi_application()
    except ImproperlyConfigured as error:
        raise SystemExit(f"Configuration: {error}") from None
    from django.conf import settings

    from apiv2.wire import MAX_BATCH
    from core.patience import serve_requests
    from oxaas import metrics
    from oxaas.checks import wrong_configuration
    from oxaas.gate import Gate, look_after_connections
    from oxaas.middleware import MAX_FORM
    from oxaas.refusals import API_PREFIXES, V2_PREFIX

    if problems := wrong_configuration():
        raise SystemExit("Configuration: " + "\n".join(problems))
    listen()
    look_after_connections()
    metrics.begin()
    serve_requests(settings.WEB_SESSION_OPTIONS)
    _load_all()

    def longest_body(path: str) -> int:
        if path.startswith(V2_PREFIX):
            return MAX_BATCH + 1
        return MAX_CHUNKED if path.startswith(API_PREFIXES) else MAX_FORM

    return Gate(inner, longest_body=longest_body)


def _load_all() -> None:
    """Load every page now, and have no collection of garbage look at all that again: it took 0.1 s of a request."""
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018  (what is asked for is loaded)
    gc.collect()
    gc.freeze()


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oxaas.settings")
application = GranianAdapter(configured())
