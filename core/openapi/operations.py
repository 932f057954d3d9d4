"""What a viewset's method says of itself: its operation's name, its answers, its body."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from rest_framework.serializers import Serializer

Action = TypeVar("Action", bound=Callable[..., Any])
JSONSchema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Component:
    """A named schema of a body that the code writes without a serializer."""

    name: str
    schema: JSONSchema


Body = Component | type[Serializer[Any]] | JSONSchema


@dataclass(frozen=True, slots=True)
class Answer:
    """One status of an operation: what it means, and its body if it has one."""

    status: int
    description: str
    body: Body | None = None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. `also` are statuses that the published document does not list, but the contract allows here."""

    id: str
    answers: tuple[Answer, ...]
    body: type[Serializer[Any]] | None
    example: Any
    query: tuple[str, ...]
    also: tuple[int, ...]


DESCRIBED: Final[dict[Callable[..., Any], Operation]] = {}


def operation(
    name: str,
    *answers: Answer,
    body: type[Serializer[Any]] | None = None,
    example: Any = None,
    query: tuple[str, ...] = (),
    also: tuple[int, ...] = (),
) -> Callable[[Action], Action]:
    """Describes a viewset's method; `query` names parameters of `core.openapi.parameters`."""

    def describe(action: Action) -> Action:
        DESCRIBED[action] = Operation(name, answers, body, example, query, also)
        return action

    return describe
