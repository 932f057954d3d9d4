"""Bodies in and out: JSON of a bounded size, read once, and what a caller accepts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any, ClassVar, Final

from rest_framework import exceptions
from rest_framework.parsers import BaseParser
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from accounts.api import MAX_BODY, BodyTooLarge
from core.bodies import read_json

# Of a batch, whose lines are ten thousand at most.
MAX_BATCH: Final = 16 * 1024 * 1024
_ACCEPTED: Final = frozenset({"*/*", "application/*", "application/json", "application/problem+json"})


class BodyParser(BaseParser):
    """The body as it came. A chunked one is bounded more narrowly: nobody knows beforehand how long it is."""

    media_type = "application/json"
    most: ClassVar[int] = MAX_BODY

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The value in the body, which is kept as `raw_body` of the request. ParseError (400), BodyTooLarge (413)."""
        request: Any = (parser_context or {})["request"]
        chunked = "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()
        most = min(self.most, MAX_BODY) if chunked else self.most
        content = stream.read(most + 1)
        if len(content) > most:
            raise BodyTooLarge(f"The body is larger than {most} bytes.")
        request.raw_body = content
        return self.read(content)

    def read(self, content: bytes) -> Any:
        """The value of the whole body."""
        return read_json(content)


class MergePatchParser(BodyParser):
    """What PATCH may also be declared as."""

    media_type = "application/merge-patch+json"


class LinesParser(BodyParser):
    """One JSON value a line; what a line holds is that line's own outcome."""

    media_type = "application/x-ndjson"
    most = MAX_BATCH

    def read(self, content: bytes) -> list[bytes]:
        """The lines, without empty ones."""
        return [line for line in content.split(b"\n") if line.strip()]


def refuse_unreadable(request: Request) -> None:
    """NotAcceptable for a caller who accepts no JSON."""
    accepted = request.META.get("HTTP_ACCEPT", "*/*")
    if accepted in _ACCEPTED or not accepted.strip():
        return
    types = {one.partition(";")[0].strip().lower() for one in accepted.split(",") if not _refused(one)}
    if not types & _ACCEPTED:
        raise exceptions.NotAcceptable("The answer is application/json.")


def _refused(one: str) -> bool:
    """Whether the type is listed with a weight of zero."""
    return one.replace(" ", "").partition(";q=")[2].strip("0.") == "" and ";q=" in one.replace(" ", "")


RENDERER: Final = JSONRenderer()
