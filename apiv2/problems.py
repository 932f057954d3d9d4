"""Refusals after RFC 9457: `application/problem+json`, with a stable `type` and a pointer for each wrong field."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import Error
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.login.lockout import WINDOW
from apiv2.services import KeyInUse, KeyReused, PreconditionFailed
from changelog.feed import Forgotten
from core.database_errors import sentence_for_callers
from core.errors import (
    RETRY_AFTER,
    Busy,
    Conflict,
    DomainError,
    Invalid,
    NotAllowed,
    NotFound,
    StoreUnavailable,
    TooManyAttempts,
)

logger = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"
TYPE: Final = "urn:oxaas:problem:"
# Name -> status and title. The names are promised to callers.
PROBLEMS: Final[dict[str, tuple[int, str]]] = {
    "malformed-request": (400, "The request cannot be read"),
    "invalid-parameter": (400, "A query parameter is wrong"),
    "unauthorized": (401, "No credentials, or wrong ones"),
    "forbidden": (403, "You may not do this"),
    "not-found": (404, "There is no such thing"),
    "method-not-allowed": (405, "This path does not have that method"),
    "not-acceptable": (406, "No such representation"),
    "conflict": (409, "Somebody else has it"),
    "key-in-use": (409, "The same call is still at work"),
    "forgotten": (410, "Changes after this place are kept no longer"),
    "precondition-failed": (412, "It was changed meanwhile"),
    "too-large": (413, "The body is too large"),
    "unsupported-media-type": (415, "The body is of another type"),
    "invalid": (422, "A value is wrong"),
    "key-reused": (422, "The key was used for another call"),
    "too-many-failed-logins": (429, "Too many failed logins"),
    "internal-error": (500, "Something went wrong here"),
    "unavailable": (503, "Not at the moment"),
}
CHALLENGE: Final = 'Basic realm="oxaas", charset="UTF-8", Bearer realm="oxaas"'
_TRY_AGAIN: Final = {"Retry-After": str(RETRY_AFTER)}
_OF_DOMAIN: Final[tuple[tuple[type[DomainError], str], ...]] = (
    (Invalid, "invalid"),
    (Conflict, "conflict"),
    (NotAllowed, "forbidden"),
    (NotFound, "not-found"),
    (Forgotten, "forgotten"),
    (PreconditionFailed, "precondition-failed"),
    (KeyInUse, "key-in-use"),
    (KeyReused, "key-reused"),
    (StoreUnavailable, "unavailable"),
    (Busy, "unavailable"),
)


class WrongParameters(Exception):
    """Query parameters that cannot be understood, each with a sentence."""

    def __init__(self, sentences: Mapping[str, str]) -> None:
        super().__init__("; ".join(f"{name}: {sentence}" for name, sentence in sentences.items()))
        self.sentences = sentences


class WrongValues(Exception):
    """Values of a body that cannot be; each pointer with a sentence."""

    def __init__(self, errors: Sequence[dict[str, str]]) -> None:
        super().__init__(" ".join(one["detail"] for one in errors))
        self.errors = list(errors)


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal."""

    name: str
    detail: str
    errors: list[dict[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """Its HTTP status."""
        return PROBLEMS[self.name][0]

    def body(self) -> dict[str, Any]:
        """The problem details."""
        status, title = PROBLEMS[self.name]
        body = {"type": f"{TYPE}{self.name}", "title": title, "status": status, "detail": _sendable(self.detail)}
        errors = [{key: _sendable(value) for key, value in one.items()} for one in self.errors]
        return body | ({"errors": errors} if errors else {})

    def response(self) -> Response:
        """The answer."""
        return Response(self.body(), status=self.status, headers=self.headers, content_type=MEDIA_TYPE)


def _sendable(text: str) -> str:
    """The text with what UTF-8 cannot carry spelled out: JSON may escape half a character, and we name what came."""
    return text.encode(errors="backslashreplace").decode()


def pointer(*parts: str | int) -> str:
    """A JSON pointer as a fragment (RFC 6901), which names a place in the body."""
    return "#" + "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Every refusal as a problem; None lets the error through to Django's own handling."""
    view = context["view"]
    found = problem_of(error, getattr(view, "wire_names", {}), view.allowed_methods)
    return None if found is None else found.response()


def problem_of(error: Exception, wire_names: Mapping[str, str], allowed: Sequence[str] = ()) -> Problem | None:
    """What an exception says to the caller. `wire_names` are the wire's names for fields that are called otherwise."""
    match error:
        case WrongParameters():
            errors = [{"parameter": name, "detail": sentence} for name, sentence in error.sentences.items()]
            return Problem("invalid-parameter", str(error), errors)
        case WrongValues():
            return Problem("invalid", str(error), error.errors)
        case TooManyAttempts():
            return Problem("too-many-failed-logins", str(error), headers=_limit(error.retry_after))
        case DomainError():
            return _of_domain(error, wire_names)
        case Error():
            return _of_database(error)
        case RequestDataTooBig():
            return Problem("too-large", "The body is too large.")
        case SuspiciousOperation():
            return Problem("malformed-request", "The request cannot be read.")
        case exceptions.APIException():
            return _of_framework(error, allowed)
    return None


def _of_domain(error: DomainError, wire_names: Mapping[str, str]) -> Problem:
    name = next(name for kind, name in _OF_DOMAIN if isinstance(error, kind))
    about = getattr(error, "field", None)
    about = wire_names.get(about, about) if about else None
    errors = [{"pointer": pointer(about), "detail": str(error)}] if about else []
    return Problem(name, str(error), errors, _TRY_AGAIN if name == "unavailable" else {})


def _of_framework(error: exceptions.APIException, allowed: Sequence[str]) -> Problem:
    match error:
        case exceptions.AuthenticationFailed() | exceptions.NotAuthenticated():
            return Problem("unauthorized", str(error.detail), headers={"WWW-Authenticate": CHALLENGE})
        case exceptions.PermissionDenied():
            return Problem("forbidden", str(error.detail))
        case exceptions.MethodNotAllowed():
            return Problem("method-not-allowed", str(error.detail), headers={"Allow": ", ".join(allowed)})
        case exceptions.ValidationError():
            errors = list(pointers(error.detail))
            return Problem("invalid", " ".join(one["detail"] for one in errors), errors)
    name = next((name for name, (status, _title) in PROBLEMS.items() if status == error.status_code), "internal-error")
    return Problem(name, str(error.detail))


def _of_database(error: Error) -> Problem | None:
    sentence = sentence_for_callers(error)
    return None if sentence is None else Problem("unavailable", sentence, headers=_TRY_AGAIN)


def _limit(seconds: int) -> dict[str, str]:
    """The headers of the one limit that there is: failed logins."""
    window = int(WINDOW.total_seconds())
    return {
        "Retry-After": str(seconds),
        "RateLimit-Policy": f'"failed-logins";q={settings.LOGIN_FAILURE_LIMIT};w={window}',
        "RateLimit": f'"failed-logins";r=0;t={seconds}',
    }


def pointers(detail: Any, *path: str | int) -> Iterator[dict[str, str]]:
    """DRF's nested details, each with the pointer to what it is about."""
    if isinstance(detail, Mapping):
        for key, inner in detail.items():
            yield from pointers(inner, *(path if key == "non_field_errors" else (*path, key)))
    elif isinstance(detail, list):
        for inner in detail:
            yield from pointers(inner, *path)
    else:
        yield {"pointer": pointer(*path), "detail": str(detail)}


def bare_problem(status: int, sentence: str) -> dict[str, Any]:
    """The body where none of the views can give an answer."""
    name = next((name for name, (code, _title) in PROBLEMS.items() if code == status), "internal-error")
    return Problem(name, sentence).body()
