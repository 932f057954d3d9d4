"""The generated document says the same as the contract's."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from django.test import Client

from conformance import contract as published
from conformance.contract import CONTRACT, operations, resolve
from core.openapi import inspection
from core.openapi.inspection import document as generate
from oxaas.examples.calls import operations as described
from oxaas.examples.forms import illustrated
from oxaas.examples.page import page

# What is not compared, and why. Everything else must be equal.
#   summary: the contract has one for five operations only; ours are the published document's titles, for all.
#   what the contract leaves at "an object": ours says what is in it, and has names for these shapes.
NOT_COMPARED = {"summary"}
SHAPES = {"Property", "Quota", "RecentMail"}
FREE = {"type": "object"}


def normalized(document: dict[str, Any]) -> dict[str, Any]:
    """The document without the liberties of its notation: references, places of parameters and examples, order."""
    resolved = resolve(document, document)
    return {
        **{key: resolved[key] for key in resolved.keys() - {"paths"}},
        "paths": {
            f"{method} {path}": {
                **{key: _with_examples_inside(value) for key, value in one.items() if key not in NOT_COMPARED},
                "parameters": {(it["name"], it["in"]): {"required": False} | it for it in one["parameters"]},
            }
            for path, method, one in operations(resolved)
        },
    }


def _with_examples_inside(node: Any) -> Any:
    """A body's example is written beside its schema (as `example`, or `examples` with one in it), or inside."""
    if isinstance(node, list):
        return [_with_examples_inside(one) for one in node]
    if not isinstance(node, dict):
        return node
    node = {key: _with_examples_inside(value) for key, value in node.items()}
    if "schema" in node and "examples" in node:
        (only,) = node.pop("examples").values()
        node["example"] = only["value"]
    if "schema" in node and "example" in node:
        node["schema"] = node["schema"] | {"example": node.pop("example")}
    return node


def as_free_as(ours: Any, theirs: Any) -> Any:
    """Our document with an object of any kind wherever the contract has one."""
    if theirs == FREE and isinstance(ours, dict) and ours.get("type") == "object":
        return FREE
    if isinstance(ours, dict) and isinstance(theirs, dict):
        return {key: as_free_as(value, theirs.get(key)) for key, value in ours.items()}
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return [as_free_as(*pair) for pair in zip(ours, theirs, strict=True)]
    return ours


def contract() -> dict[str, Any]:
    """The contract's document as it stands in the file."""
    loaded: dict[str, Any] = yaml.safe_load(CONTRACT.read_text("utf-8"))
    return loaded


def published_part(document: dict[str, Any]) -> dict[str, Any]:
    """The published operations' part of the document, which has nothing of the second version's in it."""
    document = copy.deepcopy(document)
    document["paths"] = {path: item for path, item in document["paths"].items() if not path.startswith("/api/v2/")}
    components = document["components"]
    for kind, mark in (("schemas", "V2"), ("securitySchemes", "apiV2")):
        components[kind] = {name: one for name, one in components[kind].items() if mark not in name}
    assert "V2" not in json.dumps(document)
    return document


def test_generated_document__says_the_same_as_the_contract() -> None:
    theirs = normalized(contract())
    ours = as_free_as(normalized(_without_default(generate())), theirs)
    assert len(theirs["paths"]) == 31
    assert ours["paths"].keys() == theirs["paths"].keys()
    for name, operation in theirs["paths"].items():
        assert ours["paths"][name] == operation, name
    schemas = ours["components"].pop("schemas")
    assert {name: one for name, one in schemas.items() if name not in SHAPES} == theirs["components"].pop("schemas")
    theirs["components"].pop("parameters")  # ours stand where they are used, and were compared there
    assert ours == theirs


def _without_default(document: dict[str, Any]) -> dict[str, Any]:
    """Beyond the published document, every operation of ours says what all its other refusals look like."""
    document = published_part(document)
    for _path, _method, one in operations(document):
        del one["responses"]["default"]
    return document


def test_generated_document__declares_every_other_refusal() -> None:
    document = published_part(generate())
    for path, method, one in operations(resolve(document, document)):
        content = one["responses"]["default"].get("content")
        if method == "head":
            assert content is None, path
        else:
            assert content["application/json"]["schema"]["required"] == ["error"], path


def _drop_head(document: dict[str, Any]) -> None:
    del document["paths"]["/api/oxaas/v1/admin/forwards/{contextId}/{alias}"]["head"]


def _rename(document: dict[str, Any]) -> None:
    document["paths"]["/oxaas/v1/admin/oxuser"]["get"]["operationId"] = "findUser"


def _drop_status(document: dict[str, Any]) -> None:
    del document["paths"]["/oxaas/v1/admin/oxuser"]["get"]["responses"]["404"]


def _other_scheme(document: dict[str, Any]) -> None:
    document["paths"]["/oxaas/v1/admin/oxuser"]["get"]["security"] = [{"tennantAuth": []}]


def _other_parameter(document: dict[str, Any]) -> None:
    document["components"]["parameters"]["contextid"]["schema"]["type"] = "integer"


def _other_component(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["RecipientInput"]["oneOf"][1]["minItems"] = 2


def _other_example(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["User"]["example"]["user-id"] = 43


def _drop_also(document: dict[str, Any]) -> None:
    del document["paths"]["/api/oxaas/v1/admin/forwards/{contextId}/{alias}"]["post"]["x-also"]


@pytest.mark.parametrize(
    "change",
    [
        _drop_head,
        _rename,
        _drop_status,
        _other_scheme,
        _other_parameter,
        _other_component,
        _other_example,
        _drop_also,
    ],
)
def test_comparison__sees_a_difference(change: Callable[[dict[str, Any]], None]) -> None:
    changed = copy.deepcopy(contract())
    change(changed)
    assert normalized(changed) != normalized(contract())


def test_schema__is_yaml_for_anybody(client: Client) -> None:
    response = client.get("/api/schema")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("application/vnd.oai.openapi")
    assert yaml.safe_load(response.content) == illustrated()


@pytest.mark.parametrize("asked", [{"query_params": {"format": "json"}}, {"headers": {"Accept": "application/json"}}])
def test_schema__is_json_where_asked_for(client: Client, asked: dict[str, Any]) -> None:
    response = client.get("/api/schema", **asked)
    assert response.status_code == 200
    assert json.loads(response.content) == illustrated()


def test_schema__has_examples_and_is_else_the_generated_document() -> None:
    whole = copy.deepcopy(illustrated())
    for _path, _method, one in described(whole):
        labels = [sample["label"] for sample in one.pop("x-codeSamples", [])]
        assert labels == ["curl", "Python"], f"oxaas/examples/table.py has no example of {one['operationId']}"
    assert whole == generate()


def test_examples__in_the_documents_are_made_of_the_table_of_today() -> None:
    written = (CONTRACT.parent.parent / "docs/examples.md").read_text()
    assert written == page(), "run `make examples` and commit what it wrote"


def test_schema__does_not_depend_on_earlier_requests(client: Client) -> None:
    """DRF adds HEAD to a view's methods with its first request; the document must not list it then."""
    before = generate()
    client.get("/oxaas/v1/admin/oxuser")
    inspection._document.cache_clear()
    assert generate() == before


def test_docs__name_no_other_host_and_nothing_inline(client: Client) -> None:
    response = client.get("/api/docs")
    assert response.status_code == 200
    page = response.content.decode()
    assert "://" not in page.replace("http://testserver", "")
    assert "<style" not in page
    assert "style=" not in page
    assert page.count("<script") == len(re.findall(r"<script [^>]*src=", page)) == 3


def test_contract_helper__knows_all_operations() -> None:
    assert len(list(operations(published.document()))) == 31
