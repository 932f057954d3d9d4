"""The OpenAPI description of the resources, made of what they say of themselves."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry, ResolvedComponent
from drf_spectacular.utils import OpenApiParameter

from apiv2.components import (
    ETAG,
    KEY,
    LOCATION,
    NEXT,
    RELATED,
    REPLAYED,
    TEXT,
    JSONSchema,
    answer,
    lines,
    page,
    problem,
    read_one,
)
from apiv2.following import FIRST, MAX_WAIT, NOW

BASIC: Final = "apiV2Basic"
BEARER: Final = "apiV2Bearer"
_SUMMARIES: Final = {
    "list": "List {name}",
    "retrieve": "Get one of the {name}",
    "create": "Create one of the {name}",
    "update": "Replace one of the {name}",
    "partial_update": "Change one of the {name}",
    "destroy": "Delete one of the {name}",
}


class ApiAuthenticationExtension(OpenApiAuthenticationExtension):
    """The two ways to say who calls."""

    target_class = "apiv2.authentication.ApiAuthentication"
    priority = 1
    name = [BASIC, BEARER]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[JSONSchema]:
        """HTTP's own."""
        return [
            {"type": "http", "scheme": "basic", "description": "A login, with its password or an API password."},
            {"type": "http", "scheme": "bearer", "description": "An API password alone."},
        ]


class ResourceSchema(AutoSchema):
    """Describes an operation of a resource."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> JSONSchema | None:
        """The operation object."""
        operation: JSONSchema | None = super().get_operation(path, path_regex, path_prefix, method, registry)
        if operation is None:
            return None
        if "requestBody" in operation:
            operation["requestBody"]["required"] = True
        view: Any = self.view
        gone = [410] if view.follows and view.action == "list" else []
        for status in [*_refusals(operation, writes=method != "GET"), *gone]:
            operation["responses"].setdefault(str(status), problem(status))
        operation["responses"]["default"] = problem(None)
        return operation

    def get_operation_id(self) -> str:
        view: Any = self.view
        return f"v2_{view.resource.replace('-', '_')}_{view.action}"

    def get_summary(self) -> str:
        view: Any = self.view
        name = view.resource.replace("-", " ")
        return _SUMMARIES.get(view.action, "{action} ({name})").format(name=name, action=view.action.capitalize())

    def get_description(self) -> str:  # type: ignore[override]  # as in the base class
        return ""

    def get_tags(self) -> list[str]:
        view: Any = self.view
        return [f"v2 {view.resource}"]

    def get_override_parameters(self) -> list[Any]:
        view: Any = self.view
        found: list[Any] = []
        if view.action in {"list", "retrieve"}:
            found += _shaping(view)
        if view.action == "list":
            found += [*_paging(view), *(_following() if view.follows else ())]
            found += _filtering(view.filters, searched=view.searched)
        for name, sentence in view.parameters.get(view.action, {}).items():
            found.append(_query(name, TEXT, sentence, required=True))
        if view.action in view.lists:
            found += [*_paging(None), *_filtering(view.lists[view.action])]
        if view.action in {"update", "partial_update", "destroy"} and view.kind:
            found.append(_header("If-Match", "The ETag that was read."))
        if view.action in {"create", *view.repeatable}:
            found.append(_header("Idempotency-Key", "Answers a repeated call as the first one, for a day."))
        return found

    def _resolve_path_parameters(self, variables: list[str]) -> Any:
        return [
            {"in": "path", "name": name, "schema": KEY, "required": True, "description": "The object's id."}
            for name in variables
        ]

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def get_request_serializer(self) -> Any:
        view: Any = self.view
        if view.action == "batch":
            one = self.resolve_serializer(view.output, "response")
            edit = self.resolve_serializer(view.edit(partial=True), "request").ref
            line = lines(self.registry, one, self.resolve_serializer(view.new, "request").ref, edit)
            return {view.media_types["batch"]: line}
        body = {"create": view.new, "update": view.edit, "partial_update": view.edit}.get(view.action)
        return view.bodies.get(view.action, body)

    def map_parsers(self) -> list[Any]:
        view: Any = self.view
        if view.action == "partial_update":
            return ["application/json", "application/merge-patch+json"]
        return [view.media_types.get(view.action, "application/json")]

    def get_response_serializers(self) -> Any:
        return {}

    def _get_response_bodies(self, direction: Any = "response") -> JSONSchema:
        view: Any = self.view
        if view.action in view.answers:
            return {str(status): self._answer(status, body) for status, body in view.answers[view.action].items()}
        one = self.resolve_serializer(view.output, "response")
        etag = ETAG if view.kind else {}
        match view.action:
            case "list":
                found = page(self.registry, one, self._read_one(one), follows=view.follows)
                return {"200": answer("A page of the collection.", found, NEXT)}
            case "retrieve":
                return {"200": answer("The object.", self._read_one(one), etag)}
            case "create":
                return {"201": self._answer(201, view.output)}
            case "destroy":
                return {"204": {"description": "It is gone."}}
        return {"200": answer("The object as it is now.", one.ref, etag)}

    def _read_one(self, one: ResolvedComponent) -> JSONSchema:
        view: Any = self.view
        included = {name: self._schema(include.output) for name, include in view.includes.items()}
        return read_one(self.registry, one, included)

    def _schema(self, body: Any) -> JSONSchema:
        ref: JSONSchema = body if isinstance(body, dict) else self.resolve_serializer(body, "response").ref
        return ref

    def _answer(self, status: int, body: Any) -> JSONSchema:
        view: Any = self.view
        headers: JSONSchema = LOCATION if status == 201 else {}
        headers = headers | (ETAG if view.kind and (status == 201 or body is view.output) else {})
        headers |= REPLAYED if view.action in {"create", *view.repeatable} else {}
        headers |= {"batch": RELATED, **dict.fromkeys(view.lists, NEXT)}.get(view.action, {})
        media = view.media_types.get(view.action, "application/json")
        return answer(
            "It was created." if status == 201 else "The answer.", self._schema(body), headers, media_type=media
        )


def _refusals(operation: JSONSchema, *, writes: bool) -> list[int]:
    """The statuses that the operation may be refused with, by what it has."""
    headers = {one["name"] for one in operation.get("parameters", ()) if one["in"] == "header"}
    in_path = any(one["in"] == "path" for one in operation.get("parameters", ()))
    found = [400, 401, 403, 406, 429, 503]
    found += [404] if in_path else []
    found += [409, 422] if writes else []
    found += [412] if "If-Match" in headers else []
    found += [413, 415] if "requestBody" in operation else []
    return sorted(found)


def _query(name: str, schema: JSONSchema, description: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, required, description=description)


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, TEXT, OpenApiParameter.HEADER, description=description)


def _shaping(view: Any) -> list[OpenApiParameter]:
    fields = ", ".join(view.output().fields)
    found = [_query("fields", TEXT, f"The fields that are wanted, separated by commas: {fields}.")]
    if view.includes:
        names = ", ".join(sorted(view.includes))
        found.append(_query("include", TEXT, f"What is included, separated by commas: {names}."))
    return found


def _paging(view: Any) -> list[OpenApiParameter]:
    """The parameters of pages; without a view they have one order."""
    found = [
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}, "Objects on a page."),
        _query("cursor", TEXT, "Where the page begins; from `next`."),
        _query("total", {"type": "boolean", "default": False}, "Whether all are counted."),
    ]
    if view is not None:
        sorts = ", ".join(["id", *view.sorts])
        found.append(_query("sort", TEXT, f"Of {sorts}, separated by commas; with - in front it descends."))
    return found


def _following() -> list[OpenApiParameter]:
    wait = {"type": "integer", "minimum": 0, "maximum": MAX_WAIT, "default": 0}
    return [
        _query("after", TEXT, f"Follows: {FIRST}, {NOW}, or the `after` of an answer. Not with cursor, sort or total."),
        _query("wait", wait, "With `after`: seconds to wait where there is nothing yet."),
    ]


def _filtering(filters: Any, *, searched: Any = ()) -> list[OpenApiParameter]:
    found = [_query("search", TEXT, "A text anywhere in its names.")] if searched else []
    for name, one in filters.base_filters.items():
        usual = f"Whether it is {name[3:]}." if name.startswith("is_") else f"Only of this {name}."
        found.append(_query(name, _filter_schema(one), str(one.extra.get("help_text", "")) or usual))
    return found


def _filter_schema(one: Any) -> JSONSchema:
    match type(one).__name__:
        case "WholeFilter":
            return {"type": "integer", "format": "int64", "minimum": 0}
        case "BooleanFilter" | "FlagFilter":
            return {"type": "boolean"}
        case "MomentFilter":
            return {"type": "string", "format": "date-time"}
        case "DateFilter":
            return {"type": "string", "format": "date"}
        case "UUIDFilter":
            return {"type": "string", "format": "uuid"}
        case "ChoiceFilter":
            return {"type": "string", "enum": [value for value, _label in one.extra["choices"]]}
    return TEXT
