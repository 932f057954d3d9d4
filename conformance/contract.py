"""The contract's document, and what it allows one answer of a server to be."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema
import yaml

CONTRACT: Final = Path(__file__).resolve().parent.parent / "contract" / "openapi.yaml"
METHODS: Final = ("get", "put", "post", "delete", "head")
CHALLENGE: Final = 'Basic realm="OX REST", charset="UTF-8"'
# Beside an operation's own statuses; what each must bring along is checked below.
ALWAYS: Final = {"405", "413", "415", "429", "503"}

Operation = dict[str, Any]


class ContractViolationError(AssertionError):
    """The answer is none that the contract allows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's value; ContractViolationError where it is no JSON in UTF-8, or is not called so."""
        kind = self.headers.get("content-type", "")
        require(re.fullmatch("application/json(; ?charset=utf-8)?", kind, re.IGNORECASE), f"Content-Type: {kind}", self)
        try:
            return json.loads(self.body.decode("utf-8"))
        except ValueError as error:
            raise ContractViolationError(f"the body is not JSON in UTF-8: {self.body[:200]!r}") from error


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


def check(answer: Answer, method: str, template: str, *, credentials: bool) -> None:
    """Raises ContractViolationError or jsonschema's ValidationError for what this path of the contract does not allow.

    `credentials` says whether the request brought any.
    """
    item = document()["paths"][template]
    # HTTP's own rule, not an operation: where there is GET, HEAD is GET without the body.
    operation = item.get(method.lower()) or (item.get("get") if method == "HEAD" else None)
    status = str(answer.status)
    if operation is None:
        require(status == "405", "the path does not have this method", answer)
        operation = {"responses": {}}
    _check_body(answer, method, operation, status)
    _check_challenge(answer, status, credentials=credentials)
    _check_headers(answer, method, item, status)


def check_error(answer: Answer, method: str) -> None:
    """A refusal has a sentence in its body; that of HEAD has none."""
    if method == "HEAD":
        require(answer.body == b"", "HEAD has no body", answer)
        return
    body = answer.json
    good = isinstance(body, dict) and body.keys() == {"error"} and isinstance(body["error"], str) and body["error"]
    require(good, "the body is no error sentence", answer)


def require(condition: object, violation: str, answer: Answer) -> None:
    """Raises ContractViolationError with this sentence where the condition is not met."""
    if not condition:
        raise ContractViolationError(f"{violation}: {answer.status} {answer.body[:200]!r} {dict(answer.headers)}")


def _check_body(answer: Answer, method: str, operation: Operation, status: str) -> None:
    described = operation["responses"].get(status)
    if described is None:
        require(status in ALWAYS or status in operation.get("x-also", []), "the status is not documented", answer)
        check_error(answer, method)
    elif int(status) >= 400:
        check_error(answer, method)
    elif method == "HEAD" or "content" not in described:
        require(answer.body == b"", "the answer has no body", answer)
    else:
        schema = described["content"]["application/json"]["schema"]
        jsonschema.Draft202012Validator(schema).validate(answer.json)


def _check_challenge(answer: Answer, status: str, *, credentials: bool) -> None:
    asked = answer.headers.get("www-authenticate")
    if status == "401" or (status == "403" and not credentials):
        require(asked == CHALLENGE, "the challenge is missing or another", answer)
    else:
        require(asked is None, "there must be no challenge", answer)


def _check_headers(answer: Answer, method: str, item: Collection[str], status: str) -> None:
    if status in {"429", "503"}:
        require(int(answer.headers.get("retry-after", "0")) > 0, "Retry-After is missing", answer)
    if status == "405":
        allowed = {one.strip() for one in answer.headers.get("allow", "").split(",")}
        own = {one.upper() for one in METHODS if one in item}
        require(own <= allowed and allowed - own <= {"HEAD"} and method not in allowed, "Allow is wrong", answer)
    require(answer.headers.get("cache-control") == "no-store", "a cache may keep it", answer)
