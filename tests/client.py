"""A caller of the API as integrators write them: HTTP Basic and JSON, through the WSGI application."""

from __future__ import annotations

import base64
import json
from typing import Any

from django.http import HttpResponseBase

from tests.openapi import WireClient, check
from tests.world import PASSWORD

ADMIN = "/oxaas/v1/admin"
FORWARDS = "/api/oxaas/v1/admin/forwards"
DOMAINS = "/api/oxaas/v1/admin/explicitmaildomains"
MAIL = "/api/oxaas/mail"

NO_BODY: Any = object()


def basic(login: str, password: str = PASSWORD, encoding: str = "utf-8") -> str:
    """The value of an Authorization header."""
    return "Basic " + base64.b64encode(f"{login}:{password}".encode(encoding)).decode()


class Api:
    """`api("GET", path, "alpha")`; a login of None sends no credentials, `raw` sends these bytes as the body.

    Every answer is held against the contract's document before a test sees it.
    """

    def __init__(self) -> None:
        self.client = WireClient()

    def __call__(
        self,
        method: str,
        path: str,
        login: str | None = None,
        body: Any = NO_BODY,
        *,
        password: str = PASSWORD,
        raw: bytes | None = None,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> HttpResponseBase:
        # Answers are compared: they have the id that they were given.
        sent = {"X-Request-ID": "of-the-tests", **(headers or {})}
        if login is not None:
            sent["Authorization"] = basic(login, password)
        content = raw if raw is not None else b"" if body is NO_BODY else json.dumps(body).encode()
        response: HttpResponseBase = self.client.generic(method, path, content, content_type=content_type, headers=sent)
        check(response, method, path, credentials="authorization" in map(str.lower, sent))
        return response
