"""The contract's parameters, by name."""

from __future__ import annotations

from typing import Any, Final

from drf_spectacular.utils import OpenApiParameter

_TEXT: Final[dict[str, Any]] = {"type": "string"}
_NUMBER: Final[dict[str, Any]] = {"type": "number"}


def _path(name: str, schema: dict[str, Any], description: str) -> OpenApiParameter:
    return OpenApiParameter(name, schema, OpenApiParameter.PATH, description=description)


PARAMETERS: Final = {
    one.name: one
    for one in (
        _path("contextid", _NUMBER, "context id"),
        _path("userid", _NUMBER, "user id"),
        _path("searchpattern", _TEXT, "pattern that filters the returned configurations"),
        _path("contextId", _TEXT, "context id or context name"),
        _path("alias", _TEXT, "alias mail address"),
        _path("recipient", _TEXT, "recipient mail address"),
        _path("uid", _TEXT, "user identifier"),
        _path("domain", _TEXT, "name of explicit domain"),
        OpenApiParameter("search", _TEXT, required=True, description="string to search for"),
        OpenApiParameter(
            "field",
            {"type": "string", "enum": ["UIDNAME", "MSISDN", "CUSTOM", "ANY"]},
            description="field to search into",
        ),
    )
}
