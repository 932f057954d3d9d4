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
from tests.openapi import WireClient, body_of
from tests.world import PASSWORD

PREFIX: Final = "/api/v2"
PROBLEM: Final = "application/problem+json"
BROKEN: Final = "the answer is not as described"


@cache
def described() -> dict[tuple[str, str], dict[str, Any]]:
    """The operations of the second version, by path and method."""
    resolved = resolve(document(), document())
    found = {path: item for path, item in resolved["paths"].items() if path.startswith(PREFIX)}
    return {(path, method): one for path, item in found.items() for method, one in item.items()}


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
        jsonschema.validate(body, document()["components"]["schemas"]["V2Problem"])
    match = response.resolver_match
    template = "/" + re.sub("<[a-z]+:([A-Za-z]+)>", r"{\1}", match.route) if match and match.route else ""
    operation = described().get((template, method.lower()))
    if operation is None:
        assert status in {401, 403, 404, 405}, BROKEN
        return
    answer = operation["responses"].get(str(status))
    assert answer is not None, (BROKEN, status, content)
    media = answer["content"][response.headers["Content-Type"].partition(";")[0]]
    if response.headers["Content-Type"] == "application/json":
        jsonschema.validate(json.loads(content), _nullable(media["schema"]))


def _nullable(schema: Any) -> Any:
    """The schema as JSON Schema has it: OpenAPI 3.0 says `nullable`."""
    if isinstance(schema, list):
        return [_nullable(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: _nullable(value) for name, value in schema.items()}
    if schema.pop("nullable", False) is True:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema
