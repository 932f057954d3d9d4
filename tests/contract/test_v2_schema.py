"""What the document says of the second version: every status where it can occur, and every shape that is known."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from apiv2.problems import MEDIA_TYPE
from conformance.contract import resolve
from core.openapi.inspection import document
from tests.apiv2.client import PREFIX

# The same on every database.
pytestmark = pytest.mark.sqlite

# Anybody may come without credentials, or too often, in a form that nobody reads, or while the database is away.
ALWAYS: Final = {"400", "401", "403", "406", "429", "503", "default"}
# Objects whose keys are the change log's, an edit's form's, or a file's for `provision`.
OPEN: Final = {
    *("V2Change.before", "V2Change.after", "V2ChangePart.before", "V2ChangePart.after"),
    *("V2NewJob.params", "V2Provision.document"),
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and operation, with references."""
    for path, item in document()["paths"].items():
        if path.startswith(PREFIX):
            for method, operation in item.items():
                yield method, path, operation


OPERATIONS: Final = [pytest.param(*one, id=one[2]["operationId"]) for one in operations()]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_operation__declares_every_refusal_that_it_can_answer(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    parameters = {one["name"] for one in operation.get("parameters", ())}
    expected = {
        *ALWAYS,
        *({"404"} if "{id}" in path else ()),
        *({"409", "422"} if method != "get" else ()),
        *({"412"} if "If-Match" in parameters else ()),
        *({"410"} if "after" in parameters else ()),
        *({"413", "415"} if "requestBody" in operation else ()),
    }
    declared = {status for status in operation["responses"] if not status.startswith("2")}
    assert declared == expected
    for status in declared:
        assert list(operation["responses"][status]["content"]) == [MEDIA_TYPE]
    assert {"Retry-After", "RateLimit", "RateLimit-Policy"} == operation["responses"]["429"]["headers"].keys()


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_operation__that_changes_can_be_guarded_or_repeated(method: str, path: str, operation: dict[str, Any]) -> None:
    parameters = {one["name"] for one in operation.get("parameters", ())}
    last = path.rpartition("/")[2]
    if method in {"put", "patch", "delete"}:
        assert "If-Match" in parameters
    elif method == "post":
        # What an item's action does twice is done once.
        assert ("Idempotency-Key" in parameters) is (last not in {"check", "prove", "withdraw", "start", "cancel"})
    else:
        assert not parameters & {"If-Match", "Idempotency-Key"}


def _open_objects(schema: Any, place: str) -> Iterator[str]:
    if isinstance(schema, list):
        for one in schema:
            yield from _open_objects(one, place)
    if not isinstance(schema, dict):
        return
    known = "properties" in schema or schema.get("additionalProperties") not in (None, True, {})
    if schema == {} or (schema.get("type") == "object" and not known):
        yield place
    for name, one in schema.items():
        if name == "properties":
            for key, value in one.items():
                yield from _open_objects(value, f"{place}.{key}")
        elif name != "example":
            yield from _open_objects(one, place)


def test_document__leaves_no_shape_open_that_is_known() -> None:
    """In either version."""
    found = {place for name, one in document()["components"]["schemas"].items() for place in _open_objects(one, name)}
    for path, item in document()["paths"].items():
        for method, operation in item.items():
            found |= set(_open_objects(operation, f"{method} {path}"))
    assert found == OPEN


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_operation__answers_with_a_shape_that_has_a_name(method: str, path: str, operation: dict[str, Any]) -> None:
    """So that generated clients have a type for it."""
    for status, answer in operation["responses"].items():
        for kind, content in answer.get("content", {}).items():
            named = [content["schema"], *content["schema"].get("anyOf", ())]
            assert any("$ref" in one for one in named), (status, kind)
    assert resolve(operation, document())
