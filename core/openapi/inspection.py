"""drf-spectacular, taught what the contract's viewsets say of themselves."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import Any, Final

from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentRegistry
from drf_spectacular.utils import Direction
from rest_framework.serializers import Serializer

from core.openapi.answers import OTHERWISE, OTHERWISE_BODILESS, SCHEMAS
from core.openapi.operations import JSONSchema
from core.openapi.parameters import PARAMETERS


class ContractEnumerator(EndpointEnumerator):
    """Lists HEAD too, where it is an operation of its own."""

    def get_allowed_methods(self, callback: Any) -> list[str]:
        """DRF itself lets HEAD follow GET, from a view's first request on: that is no operation."""
        methods: list[str] = super().get_allowed_methods(callback)  # type: ignore[no-untyped-call]
        actions: dict[str, str] = getattr(callback, "actions", {})
        own_head = actions.get("head") not in {None, actions.get("get")}
        return [*methods, "HEAD"] if own_head else methods


class ContractGenerator(SchemaGenerator):
    """Generates the contract's document, with the named schemas of bodies that have no serializer."""

    endpoint_inspector_cls = ContractEnumerator

    def get_schema(self, request: Any = None, public: bool = False) -> Any:
        """The document; its components in the order of their names."""
        document: dict[str, Any] = super().get_schema(request, public)  # type: ignore[no-untyped-call]
        components = document["components"]
        components["schemas"] = dict(sorted((components["schemas"] | SCHEMAS).items()))
        return document


class ContractAutoSchema(AutoSchema):
    """Describes one operation: beside what `@operation(…)` says, what the path and the viewset's family do."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        """The operation object."""
        result: dict[str, Any] | None = super().get_operation(path, path_regex, path_prefix, method, registry)
        if result is None:
            return None
        if "requestBody" in result:
            # Also where every key is optional: DRF reads no body as an empty form, and that is 415 here.
            result["requestBody"]["required"] = True
        result["responses"]["default"] = OTHERWISE_BODILESS if method == "HEAD" else OTHERWISE
        return result

    def get_tags(self) -> list[str]:
        view: Any = self.view
        return [view.family.name]

    def get_description(self) -> str:  # type: ignore[override]  # as in the base class
        return ""

    def _resolve_path_parameters(self, variables: list[str]) -> Any:
        """The contract's descriptions of the path's parameters."""
        return [self._path_parameter(name) for name in variables]

    @staticmethod
    def _path_parameter(name: str) -> dict[str, Any]:
        one = PARAMETERS[name]
        return {"in": "path", "name": name, "schema": one.type, "required": True, "description": one.description}

    def _is_list_view(self, serializer: Any = None) -> bool:
        """The bodies are described in full; nothing is to be wrapped in a list because a method is called `list`."""
        return False


class BodyExtension(OpenApiSerializerExtension):
    """A serializer may bring an `example` of its bodies, or a `body_schema` where its fields do not say all."""

    target_class = Serializer
    match_subclasses = True

    def map_serializer(self, auto_schema: AutoSchema, direction: Direction) -> JSONSchema:
        """The schema of the serializer's fields with these added."""
        own: JSONSchema | None = getattr(self.target, "body_schema", None)
        if own is not None:
            return own
        schema: JSONSchema = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        example = getattr(self.target, "example", None)
        return schema if example is None else schema | {"example": example}


_making: Final = Lock()


def document() -> dict[str, Any]:
    """The whole OpenAPI document. It depends on the code alone, so it is made once, and by one thread, as the
    generator is not made for two.
    """
    with _making:
        return _document()


@cache
def _document() -> dict[str, Any]:
    generator = ContractGenerator()  # type: ignore[no-untyped-call]
    made: dict[str, Any] = generator.get_schema(request=None, public=True)
    return made
