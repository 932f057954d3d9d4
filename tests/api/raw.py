"""The application as a WSGI server calls it, with nothing of Django's test client between: what is really sent."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections

from tests.client import basic


def send(
    method: str, target: str, login: str | None = None, body: bytes = b"", **environ: Any
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer to `method` `target` (a path as it stands in the request line)."""
    with opened(method, target, login, body, **environ) as (status, headers, pieces):
        return status, headers, b"".join(pieces)


@contextmanager
def opened(
    method: str, target: str, login: str | None = None, body: bytes = b"", **environ: Any
) -> Iterator[tuple[int, dict[str, str], Iterable[bytes]]]:
    """Status, headers and the body's pieces as the application gives them to the server."""
    path, _mark, query = target.partition("?")
    environment: dict[str, Any] = {
        "REQUEST_METHOD": method,
        "PATH_INFO": unquote_to_bytes(path).decode("latin-1"),
        "QUERY_STRING": query,
        "SERVER_NAME": "testserver",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/json",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.url_scheme": "http",
        "wsgi.version": (1, 0),
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if login is not None:
        environment["HTTP_AUTHORIZATION"] = basic(login)
    answer: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[[bytes], object]:
        answer.update(status=int(status.split()[0]), headers=dict(headers))
        return lambda data: None

    with _test_connection_kept():
        result = WSGIHandler()(environment | environ, start)
        try:
            yield answer["status"], answer["headers"], result
        finally:
            result.close()


@contextmanager
def _test_connection_kept() -> Iterator[None]:
    """Django closes connections in the middle of a transaction, such as a test's, at both ends of a request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
