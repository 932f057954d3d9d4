"""drf-spectacular, taught what the contract's viewsets say of themselves."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import uritemplate
from drf_spectacular.extensions import OpenApiSerializerExtension
from drf_spectacular.generators import EndpointEnumerator, SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ComponentIdentity, ComponentRegistry, ResolvedComponent
from drf_spectacular.utils import Direction, OpenApiExample, OpenApiParameter, OpenApiRequest, OpenApiResponse
from rest_framework.serializers import Serializer

from core.openapi.operations import DESCRIBED, Answer, Component, JSONSchema, Operation
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
    """Generates the contract's document."""

    endpoint_inspector_cls = ContractEnumerator


class ContractAutoSchema(AutoSchema):
    """Describes one operation from its method's `@operation(…)`."""

    def get_operation(
        self, path: str, path_regex: str, path_prefix: str, method: str, registry: ComponentRegistry
    ) -> dict[str, Any] | None:
        """The operation object; a method without a description raises KeyError."""
        result: dict[str, Any] | None = super().get_operation(path, path_regex, path_prefix, method, registry)
        if result is not None and "requestBody" in result:
            # Also where every key is optional: DRF reads no body as an empty form, and that is 415 here.
            result["requestBody"]["required"] = True
        return result

    def get_operation_id(self) -> str:
        return self._described.id

    def get_tags(self) -> list[str]:
        return [self._contract_view.family.name]

    def get_description(self) -> str:  # type: ignore[override]  # as in the base class
        return ""

    def get_summary(self) -> str | None:
        """The method's docstring is the published document's title of the operation."""
        return str(self._action.__doc__)

    def get_extensions(self) -> dict[str, Any]:
        """The further statuses, in the contract's spelling."""
        also = [str(status) for status in self._described.also]
        return {"x-also": also} if also else {}

    def get_override_parameters(self) -> list[OpenApiParameter | Serializer[Any] | type[Serializer[Any]]]:
        return [PARAMETERS[name] for name in (*uritemplate.variables(self.path), *self._described.query)]

    def get_request_serializer(self) -> Any:
        body, example = self._described.body, self._described.example
        if body is None:
            return {}
        examples = [] if example is None else [OpenApiExample("example", value=example)]
        return {"application/json": OpenApiRequest(body, examples=examples)}

    def get_response_serializers(self) -> Any:
        return {str(answer.status): self._response(answer) for answer in self._described.answers}

    def _response(self, answer: Answer) -> OpenApiResponse:
        body = answer.body
        if isinstance(body, Component):
            component = ResolvedComponent(
                name=body.name, type=ResolvedComponent.SCHEMA, schema=body.schema, object=ComponentIdentity(body.name)
            )
            self.registry.register_on_missing(component)
            return OpenApiResponse(component.ref, description=answer.description)
        return OpenApiResponse(body, description=answer.description)

    def _is_list_view(self, serializer: Any = None) -> bool:
        """The bodies are described in full; nothing is to be wrapped in a list because a method is called `list`."""
        return False

    @property
    def _described(self) -> Operation:
        return DESCRIBED[self._action]

    @property
    def _action(self) -> Callable[..., Any]:
        action: Callable[..., Any] = getattr(type(self._contract_view), self._contract_view.action)
        return action

    @property
    def _contract_view(self) -> Any:
        return self.view


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


@cache
def document() -> dict[str, Any]:
    """The whole OpenAPI document. It depends on the code alone, so it is made once."""
    generator = ContractGenerator()  # type: ignore[no-untyped-call]
    made: dict[str, Any] = generator.get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return made
