"""The contract's own document, and what it says about one answer of the application."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import jsonschema
import yaml
from django.http import HttpResponseBase
from django.test import Client
from django.test.client import ClientHandler

CONTRACT: Final = Path(__file__).resolve().parent.parent / "contract" / "openapi.yaml"
PREFIXES: Final = ("/oxaas/", "/api/oxaas/")
METHODS: Final = ("get", "put", "post", "delete", "head")
CHALLENGE: Final = 'Basic realm="OX REST", charset="UTF-8"'
# Beside an operation's own statuses; what each must bring along is checked below.
ALWAYS: Final = {"405", "413", "415", "429", "503"}

Operation = dict[str, Any]


class ContractViolationError(AssertionError):
    """The answer is none that the contract allows."""


@cache
def document() -> dict[str, Any]:
    """The contract's document with every reference replaced by what it refers to."""
    loaded = yaml.safe_load(CONTRACT.read_text("utf-8"))
    resolved: dict[str, Any] = resolve(loaded, loaded)
    return resolved


def resolve(node: Any, root: dict[str, Any]) -> Any:
    """`node` with every `$ref` replaced."""
    if isinstance(node, list):
        return [resolve(one, root) for one in node]
    if not isinstance(node, dict):
        return node
    if "$ref" in node:
        target: Any = root
        for key in node["$ref"].removeprefix("#/").split("/"):
            target = target[key]
        return resolve(target, root)
    return {key: resolve(value, root) for key, value in node.items()}


def operations(resolved: dict[str, Any]) -> Iterator[tuple[str, str, Operation]]:
    """Path, method and operation of a resolved document; the path's parameters are moved into its operations."""
    for path, item in resolved["paths"].items():
        for method in [one for one in METHODS if one in item]:
            shared = item.get("parameters", [])
            yield path, method, item[method] | {"parameters": shared + item[method].get("parameters", [])}


class WireHandler(ClientHandler):
    """The test client's handler, but for what it would hide: bodies where there must be none, and CSRF checks."""

    def __init__(self) -> None:
        super().__init__(enforce_csrf_checks=True)

    def get_response(self, request: Any) -> HttpResponseBase:
        """The response before the test client cuts off a body that a server would send."""
        response: HttpResponseBase = super().get_response(request)
        if request.method == "HEAD" or response.status_code == 204:
            _require(body_of(response) == b"", "there must be no body", response)
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
    template = _template(response) if _is_utf_8(path) else None
    if template is None:
        _require(not _in_contract(path), "the contract has this path", response)
        _require(response.status_code == 404, "a path outside the contract is 404", response)
        _check_error(response, method)
        return
    item = document()["paths"][template]
    # HTTP's own rule, not an operation: where there is GET, HEAD is GET without the body.
    operation = item.get(method.lower()) or (item.get("get") if method == "HEAD" else None)
    status = str(response.status_code)
    if operation is None:
        _require(status == "405", "the path does not have this method", response)
        operation = {"responses": {}}
    _check_body(response, method, operation, status)
    _check_headers(response, method, item, status, credentials=credentials)


def _check_body(response: HttpResponseBase, method: str, operation: Operation, status: str) -> None:
    answer = operation["responses"].get(status)
    if answer is None:
        _require(status in ALWAYS or status in operation.get("x-also", []), "the status is not documented", response)
        _check_error(response, method)
    elif int(status) >= 400:
        _check_error(response, method)
    elif method == "HEAD" or "content" not in answer:
        _require(body_of(response) == b"", "the answer has no body", response)
    else:
        schema = answer["content"]["application/json"]["schema"]
        jsonschema.Draft202012Validator(schema).validate(_json_of(response))


def _check_headers(
    response: HttpResponseBase, method: str, item: dict[str, Any], status: str, *, credentials: bool
) -> None:
    asked = response.headers.get("WWW-Authenticate")
    if status == "401" or (status == "403" and not credentials):
        _require(asked == CHALLENGE, "the challenge is missing or another", response)
    else:
        _require(asked is None, "there must be no challenge", response)
    if status in {"429", "503"}:
        _require(int(response.headers.get("Retry-After", "0")) > 0, "Retry-After is missing", response)
    if status == "405":
        allowed = {one.strip() for one in response.headers.get("Allow", "").split(",")}
        own = {one.upper() for one in item.keys() & set(METHODS)}
        _require(own <= allowed and allowed - own <= {"HEAD"} and method not in allowed, "Allow is wrong", response)
    _require(response.headers.get("Cache-Control") == "no-store", "a cache may keep it", response)


def _check_error(response: HttpResponseBase, method: str) -> None:
    if method == "HEAD":
        _require(body_of(response) == b"", "HEAD has no body", response)
        return
    body = _json_of(response)
    good = isinstance(body, dict) and body.keys() == {"error"} and isinstance(body["error"], str) and body["error"]
    _require(bool(good), "the body is no error sentence", response)


def _json_of(response: HttpResponseBase) -> Any:
    content_type = response.headers.get("Content-Type", "")
    _require(re.fullmatch("application/json(; ?charset=utf-8)?", content_type) is not None, content_type, response)
    try:
        return json.loads(body_of(response).decode("utf-8"))
    except ValueError as error:
        raise ContractViolationError(f"the body is not JSON in UTF-8: {body_of(response)[:200]!r}") from error


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


def _require(fact: bool, sentence: str, response: HttpResponseBase) -> None:
    if not fact:
        raise ContractViolationError(
            f"{sentence}: {response.status_code} {dict(response.headers)} {body_of(response)[:200]!r}"
        )
