"""A caller of the API's second version, whose every answer is held against its description."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import Any, Final

import jsonschema

from conformance.contract import resolve
from core.openapi.inspection import document
from tests.client import basic
from tests.openapi import WireClient, body_of, generated
from tests.world import PASSWORD

PREFIX: Final = "/api/v2"
PROBLEM: Final = "application/problem+json"
BROKEN: Final = "the answer is not as described"


class V2:
    """`v2("GET", "/aliases", "alpha")`; the answer's `json()` is its value."""

    def __init__(self) -> None:
        self.client = WireClient()

    def __call__(
        self,
        method: str,
        path: str,
        login: str | None = None,
        body: Any = None,
        *,
        password: str = PASSWORD,
        token: str | None = None,
        raw: bytes | None = None,
        content_type: str = "application/json",
        headers: dict[str, str] | None = None,
    ) -> Any:
        sent = dict(headers or {})
        if login is not None:
            sent["Authorization"] = basic(login, password)
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        content = raw if raw is not None else b"" if body is None else json.dumps(body).encode()
        response: Any = self.client.generic(method, f"{PREFIX}{path}", content, content_type=content_type, headers=sent)
        check(response, method)
        return response


def check(response: Any, method: str) -> None:
    """Fails when the answer is none that is described."""
    assert response.headers["Cache-Control"] == "no-store", BROKEN
    content, status = body_of(response), response.status_code
    if method == "HEAD" or status == 204:
        assert content == b"", BROKEN
        return
    if status >= 400:
        body = json.loads(content)
        assert response.headers["Content-Type"] == PROBLEM, (BROKEN, body)
        assert body["status"] == status, BROKEN
        _hold(body, problem_schema())
    match = response.resolver_match
    template = "/" + re.sub("<[a-z]+:([A-Za-z]+)>", r"{\1}", match.route) if match and match.route else ""
    operation = generated().get((template, method.lower()))
    if operation is None:
        assert status in {401, 403, 404, 405}, BROKEN
        return
    described = operation["responses"].get(str(status))
    assert described is not None, (BROKEN, status, content)
    assert _named(response) <= described.get("headers", {}).keys(), (BROKEN, response.headers)
    kind = response.headers["Content-Type"].partition(";")[0]
    _check_body(content, kind, described["content"][kind]["schema"], sparse="fields" in response.wsgi_request.GET)


# Headers that only some answers have.
_NAMED: Final = frozenset(
    {"ETag", "Location", "Link", "Retry-After", "RateLimit", "RateLimit-Policy", "WWW-Authenticate"}
    | {"Idempotency-Replayed"}
)


def _named(response: Any) -> set[str]:
    return {name for name in _NAMED if name in response.headers}


def _check_body(content: bytes, kind: str, schema: Any, *, sparse: bool) -> None:
    if kind == "application/x-ndjson":
        for line in content.splitlines():
            _hold(json.loads(line), schema)
    elif kind == "application/json":
        _hold(json.loads(content), schema if sparse else _whole(schema))


def _whole(schema: Any) -> Any:
    """The schema where all of the object was asked for: of what is read, the first possibility."""
    if "anyOf" in schema and "type" in schema["anyOf"][0]:
        return schema["anyOf"][0]
    if "data" in schema.get("properties", {}):
        data = schema["properties"]["data"]
        return schema | {"properties": schema["properties"] | {"data": data | {"items": _whole(data["items"])}}}
    return schema


@cache
def problem_schema() -> Any:
    """That of every refusal."""
    return resolve(document()["components"]["schemas"]["V2Problem"], document())


def _hold(value: Any, schema: Any) -> None:
    jsonschema.Draft202012Validator(schema).validate(value)
