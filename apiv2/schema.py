"""The OpenAPI description of the resources, made of what they say of themselves."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.utils import OpenApiParameter

from apiv2.problems import MEDIA_TYPE, PROBLEMS
from core.openapi.answers import SCHEMAS

JSONSchema = dict[str, Any]
BASIC: Final = "apiV2Basic"
BEARER: Final = "apiV2Bearer"
_KEY: Final[JSONSchema] = {"type": "integer", "format": "int64", "minimum": 1}
_TEXT: Final[JSONSchema] = {"type": "string"}
PROBLEM: Final[JSONSchema] = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": f"One of {', '.join(sorted(PROBLEMS))}."},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "A sentence for a person."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "JSON pointer into the body."},
                    "parameter": {"type": "string", "description": "Name of a query parameter."},
                    "detail": _TEXT,
                },
            },
        },
    },
}
SCHEMAS["V2Problem"] = PROBLEM
SCHEMAS["V2Part"] = {"type": "object", "description": "Those fields that `fields` names."}
_SUMMARIES: Final = {
    "list": "List {name}",
    "retrieve": "Get one of the {name}",
    "create": "Create one of the {name}",
    "update": "Replace one of the {name}",
    "partial_update": "Change one of the {name}",
    "destroy": "Delete one of the {name}",
}
# Action -> the statuses that it may be refused with.
_READING: Final = (400, 401, 403, 404, 406, 429, 503)
_WRITING: Final = (*_READING, 409, 412, 413, 415, 422)


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
        for status in _WRITING if method != "GET" else _READING:
            operation["responses"].setdefault(str(status), _problem(status))
        operation["responses"]["default"] = _problem(None)
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
            found += [*_paging(view), *_filtering(view.filters, searched=view.searched)]
        for name, sentence in view.parameters.get(view.action, {}).items():
            found.append(_query(name, _TEXT, sentence, required=True))
        if view.action in view.lists:
            found += [*_paging(None), *_filtering(view.lists[view.action])]
        if view.action in {"update", "partial_update", "destroy"} and view.kind:
            found.append(_header("If-Match", "The ETag that was read."))
        if view.action in {"create", *view.repeatable}:
            found.append(_header("Idempotency-Key", "Answers a repeated call as the first one, for a day."))
        return found

    def _resolve_path_parameters(self, variables: list[str]) -> Any:
        return [
            {"in": "path", "name": name, "schema": _KEY, "required": True, "description": "The object's id."}
            for name in variables
        ]

    def _is_list_view(self, serializer: Any = None) -> bool:
        return False

    def get_request_serializer(self) -> Any:
        view: Any = self.view
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
        one = self.resolve_serializer(view.output, "response").ref
        if view.action in view.answers:
            return {str(status): self._answer(body) for status, body in view.answers[view.action].items()}
        match view.action:
            case "list":
                return {"200": _json("A page of the collection.", _page(_sparse(one, view), one))}
            case "retrieve":
                return {"200": _json("The object.", _sparse(one, view), etag=bool(view.kind))}
            case "create":
                return {"201": _json("It was created.", one, etag=bool(view.kind), location=True)}
            case "destroy":
                return {"204": {"description": "It is gone."}}
        return {"200": _json("The object as it is now.", one, etag=bool(view.kind))}

    def _answer(self, body: Any) -> JSONSchema:
        view: Any = self.view
        schema = body if isinstance(body, dict) else self.resolve_serializer(body, "response").ref
        media = view.media_types.get(view.action, "application/json")
        return {"description": "The answer.", "content": {media: {"schema": schema}}}


def _sparse(one: JSONSchema, view: Any) -> JSONSchema:
    """With `fields` not every field is there; with `include` there is something more."""
    whole: JSONSchema = one
    if view.includes:
        included = {
            "type": "object",
            "properties": {name: {"type": "object", "nullable": True} for name in view.includes},
        }
        whole = {"allOf": [one, {"type": "object", "properties": {"included": included}}]}
    return {"anyOf": [whole, {"$ref": "#/components/schemas/V2Part"}]}


def _page(one: JSONSchema, whole: JSONSchema) -> JSONSchema:
    return {
        # What generated clients call it.
        "title": f"{whole['$ref'].rpartition('/')[2]}Page",
        "type": "object",
        "required": ["data", "next"],
        "properties": {
            "data": {"type": "array", "items": one},
            "next": {"type": "string", "nullable": True, "description": "Reference of the following page."},
            "total": {"type": "integer", "description": "Where it was asked for."},
        },
    }


def _json(description: str, schema: JSONSchema, *, etag: bool = False, location: bool = False) -> JSONSchema:
    headers = {"ETag": {"schema": _TEXT, "description": "The version."}} if etag else {}
    if location:
        headers["Location"] = {"schema": _TEXT, "description": "Where it is."}
    answer: JSONSchema = {"description": description, "content": {"application/json": {"schema": schema}}}
    return answer | ({"headers": headers} if headers else {})


def _problem(status: int | None) -> JSONSchema:
    titles = [title for code, title in PROBLEMS.values() if code == status]
    schema = {"$ref": "#/components/schemas/V2Problem"}
    return {"description": "; ".join(titles) or "Any other refusal", "content": {MEDIA_TYPE: {"schema": schema}}}


def _query(name: str, schema: JSONSchema, description: str, *, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.QUERY, required, description=description)


def _header(name: str, description: str) -> OpenApiParameter:
    return OpenApiParameter(name, _TEXT, OpenApiParameter.HEADER, description=description)


def _shaping(view: Any) -> list[OpenApiParameter]:
    fields = ", ".join(view.output().fields)
    found = [_query("fields", _TEXT, f"The fields that are wanted, separated by commas: {fields}.")]
    if view.includes:
        names = ", ".join(sorted(view.includes))
        found.append(_query("include", _TEXT, f"What is included, separated by commas: {names}."))
    return found


def _paging(view: Any) -> list[OpenApiParameter]:
    """The parameters of pages; without a view they have one order."""
    found = [
        _query("limit", {"type": "integer", "minimum": 1, "maximum": 1000, "default": 100}, "Objects on a page."),
        _query("cursor", _TEXT, "Where the page begins; from `next`."),
        _query("total", {"type": "boolean", "default": False}, "Whether all are counted."),
    ]
    if view is not None:
        sorts = ", ".join(["id", *view.sorts])
        found.append(_query("sort", _TEXT, f"Of {sorts}, separated by commas; with - in front it descends."))
    return found


def _filtering(filters: Any, *, searched: Any = ()) -> list[OpenApiParameter]:
    found = [_query("search", _TEXT, "A text anywhere in its names.")] if searched else []
    for name, one in filters.base_filters.items():
        found.append(_query(name, _filter_schema(one), str(one.extra.get("help_text", "")) or f"Only of this {name}."))
    return found


def _filter_schema(one: Any) -> JSONSchema:
    match type(one).__name__:
        case "WholeFilter":
            return {"type": "integer", "format": "int64", "minimum": 0}
        case "BooleanFilter" | "FlagFilter":
            return {"type": "boolean"}
        case "MomentFilter":
            return {"type": "string", "format": "date-time"}
        case "UUIDFilter":
            return {"type": "string", "format": "uuid"}
        case "ChoiceFilter":
            return {"type": "string", "enum": [value for value, _label in one.extra["choices"]]}
    return _TEXT
