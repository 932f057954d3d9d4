"""Many creates and changes in one call, a line each, each with its own outcome."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from django.db import IntegrityError
from django.http import HttpResponse
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import Context
from apiv2.base import ResourceViewSet
from apiv2.problems import Problem, WrongValues, pointer, problem_of
from apiv2.services import once_at_length, together
from apiv2.wire import LinesParser
from core.actor import Actor
from core.bodies import read_json
from core.errors import DomainError, Invalid, NotFound
from core.openapi.answers import SCHEMAS

MAX_LINES: Final = 10_000
# In one transaction: small enough that whoever waits for a row does so for a fraction of a second.
_CHUNK: Final = 500
# An object that comes again begins another one. Each takes its time, and the caller's slot until the last is done.
_MAX_CHUNKS: Final = 100
_TRIES: Final = 3
_STATUSES: Final = {"create": 201, "update": 200, "delete": 204}
LINES: Final = "application/x-ndjson"
SCHEMAS["V2Outcome"] = {
    "type": "object",
    "description": "One line for each line of the body.",
    "required": ["line", "status"],
    "properties": {
        "line": {"type": "integer", "description": "From 1, without empty ones."},
        "status": {"type": "integer", "description": "As if the line had come alone."},
        "id": {"type": "integer", "format": "int64", "description": "Of the object."},
        "problem": {"$ref": "#/components/schemas/V2Problem"},
    },
}


@dataclass(slots=True)
class Line:
    """One line: what it wants, and what came of it."""

    number: int
    op: str = ""
    key: int = 0
    data: dict[str, Any] | None = None
    wish: Any = None
    problem: Problem | None = None

    def outcome(self) -> dict[str, Any]:
        """For the caller."""
        if self.problem is not None:
            return {"line": self.number, "status": self.problem.status, "problem": self.problem.body()}
        return {"line": self.number, "status": _STATUSES[self.op], "id": self.key}


class BatchedViewSet(ResourceViewSet):
    """A resource whose service takes many. A subclass makes wishes of lines, and plans and writes them."""

    media_types: ClassVar = {"batch": LINES}
    repeatable: ClassVar = ("batch",)
    answers: ClassVar[dict[str, dict[int, Any]]] = {"batch": {200: {"$ref": "#/components/schemas/V2Outcome"}}}

    def get_parsers(self) -> Any:
        """Lines for the batch, and nothing else there."""
        request: Any = self.request
        action = None if request is None else self.action_map.get(request.method.lower())
        return [LinesParser()] if action == "batch" else super().get_parsers()

    def wish_new(self, context: Context, data: dict[str, Any]) -> Any:
        """The wish for a new object."""
        raise NotImplementedError

    def wish_change(self, row: Any, data: dict[str, Any]) -> Any:
        """The wish for a change; without data there is none."""
        raise NotImplementedError

    def wish_deletion(self, row: Any) -> Any:
        """The wish that the object goes."""
        raise NotImplementedError

    def written(self, actor: Actor, wishes: list[Any]) -> Sequence[tuple[Any, int]]:
        """Plan the wishes and write the plan: of each what became of it, and its id."""
        raise NotImplementedError

    def batch(self, request: Request) -> Response | HttpResponse:
        """Every line by itself: what is refused spoils no other."""
        lines = request.data if request.stream is not None else []
        if not isinstance(lines, list) or not lines:
            raise exceptions.ParseError("There are no lines.")
        if len(lines) > MAX_LINES:
            raise WrongValues([{"pointer": pointer(), "detail": f"A batch has at most {MAX_LINES} lines."}])
        answer = self.answered(lambda: self._done(lines), once_at_length)
        if isinstance(answer, Response):
            answer = HttpResponse(answer.data, headers=dict(answer.headers))
        answer["Content-Type"] = LINES
        return answer

    def _done(self, texts: Sequence[bytes]) -> Response:
        actor = self.actor.in_batch()
        lines = [self._read(number, text) for number, text in enumerate(texts, start=1)]
        chunks = list(_chunks([line for line in lines if line.problem is None]))
        if len(chunks) > _MAX_CHUNKS:
            raise WrongValues([{"pointer": pointer(), "detail": "The lines name the same objects too often."}])
        for chunk in chunks:
            self._write(actor, chunk)
        body = b"".join(json.dumps(line.outcome(), separators=(",", ":")).encode() + b"\n" for line in lines)
        return Response(body, headers={"Link": f'</api/v2/changes?batch={actor.batch}>; rel="related"'})

    def _read(self, number: int, text: bytes) -> Line:
        """The line, or what is wrong with its form."""
        line = Line(number)
        try:
            given = read_json(text)
            if not isinstance(given, dict) or given.get("op") not in tuple(_STATUSES):
                raise WrongValues([{"pointer": pointer("op"), "detail": "It must be create, update or delete."}])
            line.op = given.pop("op")
            if line.op != "create":
                line.key = _key(given.pop("id", None))
            shape = self.new if line.op == "create" else self.edit
            assert shape is not None  # noqa: S101  (whoever takes batches has both)
            line.data = self.checked(given, shape, partial=line.op != "create")
            if line.op == "delete" and line.data:
                raise WrongValues([{"pointer": pointer(), "detail": "Of what is deleted the id is given alone."}])
        except (exceptions.APIException, WrongValues) as error:
            line.problem = problem_of(error, self.wire_names)
        return line

    def _write(self, actor: Actor, lines: Sequence[Line]) -> None:
        """Write the lines in one transaction; somebody else's row that was there first is seen by the rules then."""
        for line, (refusal, key) in zip(lines, self._outcomes(actor, lines), strict=True):
            line.problem = None if refusal is None else problem_of(refusal, self.wire_names)
            line.key = key or line.key

    def _outcomes(self, actor: Actor, lines: Sequence[Line]) -> Sequence[tuple[DomainError | None, int]]:
        for _attempt in range(_TRIES - 1):
            try:
                return together(lambda: self._planned(actor, lines))
            except IntegrityError:
                continue
            except DomainError as error:
                # Of the chunk as a whole, such as a database that is busy.
                return [(error, 0) for _line in lines]
        return together(lambda: self._planned(actor, lines))

    def _planned(self, actor: Actor, lines: Sequence[Line]) -> list[tuple[DomainError | None, int]]:
        contexts = self._contexts(lines)
        rows = {row.pk: row for row in self._changed_rows(lines)}
        outcomes: list[tuple[DomainError | None, int]] = [(None, 0)] * len(lines)
        wishes: list[Any] = []
        places: list[int] = []
        for place, line in enumerate(lines):
            try:
                wishes.append(self._wish(line, contexts, rows))
                places.append(place)
            except DomainError as error:
                outcomes[place] = (error, 0)
        if wishes:
            for place, (planned, key) in zip(places, self.written(actor, wishes), strict=True):
                outcomes[place] = (planned.refusal, key)
        return outcomes

    def _wish(self, line: Line, contexts: dict[int, Context], rows: dict[int, Any]) -> Any:
        data = dict(line.data or {})
        if line.op != "create" and line.key not in rows:
            raise NotFound("There is no such object.")
        if "context" in data:
            context = contexts.get(data["context"])
            if context is None:
                raise Invalid("There is no such object among those that you see.", field="context")
            data["context"] = context
        if line.op == "create":
            return self.wish_new(data.pop("context"), data)
        row = rows[line.key]
        return self.wish_deletion(row) if line.op == "delete" else self.wish_change(row, data)

    def _contexts(self, lines: Sequence[Line]) -> dict[int, Context]:
        keys = {line.data["context"] for line in lines if line.data and "context" in line.data}
        found = Context.objects.visible_to(self.caller).filter(pk__in=keys) if keys else Context.objects.none()
        return {context.pk: context for context in found.select_related("reseller__parent")}

    def _changed_rows(self, lines: Sequence[Line]) -> Iterator[Any]:
        keys = {line.key for line in lines if line.op != "create"}
        if keys:
            yield from (
                self.model.objects.visible_to(self.caller).filter(pk__in=keys).select_related("context__reseller")
            )


def _chunks(lines: Sequence[Line]) -> Iterator[list[Line]]:
    """The lines in their order; no chunk has two about one object."""
    chunk: list[Line] = []
    keys: set[int] = set()
    for line in lines:
        if len(chunk) == _CHUNK or line.key in keys:
            yield chunk
            chunk, keys = [], set()
        chunk.append(line)
        if line.key:
            keys.add(line.key)
    if chunk:
        yield chunk


def _key(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**63:
        raise WrongValues([{"pointer": pointer("id"), "detail": "It must be the id of an object."}])
    return value
