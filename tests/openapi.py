"""What the contract says about one answer of the application."""

from __future__ import annotations

import re
from functools import cache
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import jsonschema
from django.http import HttpResponseBase
from django.test import Client
from django.test.client import ClientHandler

from conformance.contract import Answer, ContractViolationError, check_error, document, require, resolve
from conformance.contract import check as check_answer
from core.openapi.inspection import document as generate

PREFIXES: Final = ("/oxaas/", "/api/oxaas/")


class WireHandler(ClientHandler):
    """The test client's handler, but for what it would hide: bodies where there must be none, and CSRF checks."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=True)

    def get_response(self, request: Any) -> HttpResponseBase:
        """The response before the test client cuts off a body that a server would send."""
        response: HttpResponseBase = super().get_response(request)
        if request.method == "HEAD" or response.status_code == 204:
            require(body_of(response) == b"", "there must be no body", answer_of(response))
        return response


class WireClient(Client):
    """A client that is treated as a stranger's program is."""

    def __init__(self) -> None:
        super().__init__(raise_request_exception=True)
        self.handler = WireHandler()


def body_of(response: HttpResponseBase) -> bytes:
    """The whole body. A stream is read to its end, and can be read once more."""
    if not response.streaming:
        return bytes(response.content)  # type: ignore[attr-defined]  # every response but a stream has it
    content = b"".join(response.streaming_content)  # type: ignore[attr-defined]  # a stream
    response.streaming_content = iter([content])  # type: ignore[attr-defined]
    return content


def check(response: HttpResponseBase, method: str, path: str, *, credentials: bool) -> None:
    """Raises ContractViolationError for what the contract does not allow. `path` is as sent."""
    try:
        _check(response, method, path.partition("?")[0], credentials=credentials)
    except (ContractViolationError, jsonschema.ValidationError) as error:
        error.add_note(f"{method} {path[:1000]}")
        raise


def _check(response: HttpResponseBase, method: str, path: str, *, credentials: bool) -> None:
    if not path.startswith(PREFIXES):
        return
    answer = answer_of(response)
    template = _template(response) if _is_utf_8(path) else None
    if template is None:
        require(not _in_contract(path), "the contract has this path", answer)
        require(response.status_code == 404, "a path outside the contract is 404", answer)
        check_error(answer, method)
        return
    check_answer(answer, method, template, credentials=credentials)
    if answer.status == 200 and answer.body:
        # The generated document says more of some bodies than the contract does.
        said = generated()[template, method.lower()]["responses"]["200"]
        schema = said["content"]["application/json"]["schema"]
        jsonschema.Draft202012Validator(schema).validate(answer.json)


@cache
def generated() -> dict[tuple[str, str], dict[str, Any]]:
    """The operations of our own document by path and method, without references and with JSON Schema's null."""
    whole = with_null(resolve(generate(), generate()))
    return {
        (path, method): one
        for path, item in whole["paths"].items()
        for method, one in item.items()
        if isinstance(one, dict) and "responses" in one
    }


def with_null(schema: Any) -> Any:
    """The schema as JSON Schema has it: OpenAPI 3.0 says `nullable`."""
    if isinstance(schema, list):
        return [with_null(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {name: with_null(value) for name, value in schema.items()}
    if schema.pop("nullable", False) is True:
        return {"anyOf": [schema, {"type": "null"}]}
    return schema


def answer_of(response: HttpResponseBase) -> Answer:
    """The response as it would come over the wire."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, body_of(response))


def _template(response: HttpResponseBase) -> str | None:
    """The contract's path that the application took this one for."""
    match = getattr(response, "resolver_match", None)
    template = "/" + re.sub("<[a-z]+:([A-Za-z]+)>", r"{\1}", match.route) if match and match.route else ""
    return template if template in document()["paths"] else None


def _in_contract(path: str) -> bool:
    """Whether the contract has this path as it was sent: every parameter there, nothing after it, all of it UTF-8."""
    if path.endswith(("/", "%2F", "%2f")) or not _is_utf_8(path):
        return False
    # A server hands over %2F as a slash. So one in a number, or in an alias without @, makes another path.
    plain, address = "(?:(?!%2[Ff])[^/])+", "[^/]*(?:@|%40)[^/]*"
    parts = {"contextid": plain, "userid": plain, "contextId": plain, "alias": f"(?:{plain}|{address})"}
    templates = [re.sub(r"\{(\w+)\}", lambda it: parts.get(it[1], "[^/]+"), one) for one in document()["paths"]]
    return any(re.fullmatch(template, path) for template in templates)


def _is_utf_8(path: str) -> bool:
    try:
        unquote_to_bytes(path).decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
