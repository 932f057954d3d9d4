"""The parts that descriptions of operations are put together from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent

from apiv2.problems import MEDIA_TYPE, PROBLEMS
from core.openapi.answers import SCHEMAS

JSONSchema = dict[str, Any]
KEY: Final[JSONSchema] = {"type": "integer", "format": "int64", "minimum": 1}
TEXT: Final[JSONSchema] = {"type": "string"}
_COUNT: Final[JSONSchema] = {"type": "integer", "minimum": 0}

SCHEMAS["V2WrongValue"] = {
    "type": "object",
    "description": "What is wrong, and where: in the body or in the query.",
    "required": ["detail"],
    "properties": {
        "pointer": {"type": "string", "description": "JSON pointer into the body."},
        "parameter": {"type": "string", "description": "Name of a query parameter."},
        "detail": {"type": "string", "description": "A sentence for a person."},
    },
}
SCHEMAS["V2Problem"] = {
    "type": "object",
    "description": "A refusal after RFC 9457.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": f"One of {', '.join(sorted(PROBLEMS))}."},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for a person."},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/V2WrongValue"}},
    },
}
# Status -> the headers that come with it.
_HEADERS: Final[dict[int, dict[str, tuple[JSONSchema, str]]]] = {
    401: {"WWW-Authenticate": (TEXT, "The ways to say who calls.")},
    429: {
        "Retry-After": (_COUNT, "Seconds until it is worth trying again."),
        "RateLimit-Policy": (TEXT, "The limit."),
        "RateLimit": (TEXT, "What is left of it."),
    },
    503: {"Retry-After": (_COUNT, "Seconds until it is worth trying again.")},
}
ETAG: Final = {"ETag": (TEXT, "The version.")}
LOCATION: Final = {"Location": (TEXT, "Where it is.")}
REPLAYED: Final = {"Idempotency-Replayed": (TEXT, "`true` where the answer is that of an earlier call.")}
NEXT: Final = {"Link": (TEXT, "The following page, if there is one.")}
RELATED: Final = {"Link": (TEXT, "The changes that were made.")}


def answer(
    description: str,
    schema: JSONSchema,
    *headers: Mapping[str, tuple[JSONSchema, str]],
    media_type: str = "application/json",
) -> JSONSchema:
    """An answer with a body."""
    found: JSONSchema = {"description": description, "content": {media_type: {"schema": schema}}}
    named = {name: {"schema": kind, "description": text} for one in headers for name, (kind, text) in one.items()}
    return found | ({"headers": named} if named else {})


def problem(status: int | None) -> JSONSchema:
    """The refusal with this status, or with any that is not named."""
    titles = [title for code, title in PROBLEMS.values() if code == status]
    schema = {"$ref": "#/components/schemas/V2Problem"}
    headers = _HEADERS.get(status or 0, {})
    return answer("; ".join(titles) or "Any other refusal", schema, headers, media_type=MEDIA_TYPE)


def read_one(registry: ComponentRegistry, one: ResolvedComponent, included: Mapping[str, JSONSchema]) -> JSONSchema:
    """What is read of an object: all of it, with what is included; or with `fields` a part."""
    whole = one
    if included:
        parts = {name: {"allOf": [ref], "nullable": True} for name, ref in included.items()}
        properties = {"included": {"type": "object", "description": "What `include` names.", "properties": parts}}
        schema = one.schema | {"properties": one.schema["properties"] | properties}
        whole = _registered(registry, f"{one.name}WithIncluded", schema)
    part = {key: value for key, value in whole.schema.items() if key != "required"}
    part["description"] = "The fields that `fields` names."
    return {"anyOf": [whole.ref, _registered(registry, f"{one.name}Part", part).ref]}


def page(registry: ComponentRegistry, one: ResolvedComponent, item: JSONSchema, *, follows: bool = False) -> JSONSchema:
    """A page of such objects."""
    place = {"after": {"type": "string", "description": "With `after`: the place behind these."}} if follows else {}
    schema = {
        "type": "object",
        "description": "A page of the collection.",
        "required": ["data", "next"],
        "properties": {
            "data": {"type": "array", "items": item},
            "next": {"type": "string", "nullable": True, "description": "Reference of the following page."},
            "total": {"type": "integer", "description": "Where it was asked for."},
            **place,
        },
    }
    return _registered(registry, f"{one.name}Page", schema).ref


def lines(registry: ComponentRegistry, one: ResolvedComponent, new: JSONSchema, edit: JSONSchema) -> JSONSchema:
    """A line of a batch, in which the fields stand beside what is to be done."""

    def line(op: str, more: JSONSchema, *required: str) -> JSONSchema:
        return {"type": "object", "required": ["op", *required], "properties": {"op": _only(op), **more}}

    schema = {
        "description": "One line for each object.",
        "oneOf": [
            {"allOf": [line("create", {}), new]},
            {"allOf": [line("update", {"id": KEY}, "id"), edit]},
            line("delete", {"id": KEY}, "id"),
        ],
    }
    return _registered(registry, f"{one.name}Line", schema).ref


def _only(value: str) -> JSONSchema:
    return {"type": "string", "enum": [value]}


def _registered(registry: ComponentRegistry, name: str, schema: JSONSchema) -> ResolvedComponent:
    """The component of this name, which the document has from now on."""
    component = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, name)
    registry.register_on_missing(component)
    return component
