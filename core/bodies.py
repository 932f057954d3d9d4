"""Bodies of requests: JSON in UTF-8, read by the parser of the type that the caller declares."""

from __future__ import annotations

import json
from typing import Any

from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request


class DeclaredNegotiation(BaseContentNegotiation):
    """There is one renderer; an odd `Accept` makes no 406 here."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        """The parser of the declared type; None (415) where there is none."""
        media_type = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == media_type), None)

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        """The renderer."""
        return renderers[0], renderers[0].media_type


def read_json(content: bytes) -> Any:
    """The value of JSON in UTF-8, whatever charset a header claims. ParseError (400)."""
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise exceptions.ParseError("The body is not valid JSON in UTF-8.") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
