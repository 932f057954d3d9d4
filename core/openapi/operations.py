"""How a viewset's method is described: drf-spectacular's `extend_schema`, in the contract's terms."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiExample, OpenApiRequest, OpenApiResponse, extend_schema
from rest_framework.serializers import Serializer

from core.openapi.parameters import PARAMETERS

Action = TypeVar("Action", bound=Callable[..., Any])
JSONSchema = dict[str, Any]
Body = type[Serializer[Any]] | JSONSchema


@dataclass(frozen=True, slots=True)
class Answer:
    """One status of an operation: what it means, and its body if it has one."""

    status: int
    description: str
    body: Body | None = None


def operation(
    name: str,
    *answers: Answer,
    body: type[Serializer[Any]] | None = None,
    example: Any = None,
    query: tuple[str, ...] = (),
    also: tuple[int, ...] = (),
) -> Callable[[Action], Action]:
    """Describe a viewset's method; its docstring is the published document's title of the operation.

    `query` names parameters of `core.openapi.parameters`; `also` are statuses that the published document does not
    list, but the contract allows here.
    """

    def describe(action: Action) -> Action:
        extended: Action = extend_schema(
            operation_id=name,
            summary=action.__doc__,
            parameters=[PARAMETERS[one] for one in query],
            request=_request(body, example),
            responses={str(one.status): OpenApiResponse(one.body, description=one.description) for one in answers},
            extensions={"x-also": [str(status) for status in also]} if also else {},
        )(action)
        return extended

    return describe


def _request(body: type[Serializer[Any]] | None, example: Any) -> Any:
    if body is None:
        return {}
    examples = [] if example is None else [OpenApiExample("example", value=example)]
    return {"application/json": OpenApiRequest(body, examples=examples)}
