"""What can go wrong, as exceptions: problem details after RFC 9457, and servers that do not answer."""

from __future__ import annotations

import email.utils
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

import httpx

URN: Final = "urn:oxaas:problem:"


class OxaasError(Exception):
    """Anything that this package raises of itself."""


class Unreachable(OxaasError):
    """There was no answer, so it is not known whether the call was done."""


class Confused(OxaasError):
    """There was an answer, but none that this client understands."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """One value that cannot be: where it is, in the body or among the parameters, and why."""

    detail: str
    pointer: str = ""
    parameter: str = ""


class Problem(OxaasError):
    """The call was refused, and nothing was done.

    `name` is the end of `type` (`conflict` of `urn:oxaas:problem:conflict`) and stays; sentences may change.
    `retry_after` are seconds, where the server said when to come again. `request_id` finds the call in its log.
    """

    def __init__(self, status: int, body: Mapping[str, Any], headers: Mapping[str, str]) -> None:
        self.status = status
        self.type = str(body.get("type", "about:blank"))
        self.name = self.type.removeprefix(URN)
        self.title = str(body.get("title", ""))
        self.detail = str(body.get("detail") or self.title or f"The server answered with status {status}.")
        self.errors = [_wrong(one) for one in _listed(body.get("errors")) if isinstance(one, Mapping)]
        self.request_id = headers.get("X-Request-ID", "")
        self.retry_after = seconds_until(headers.get("Retry-After", ""))
        super().__init__(self.detail)


class Unauthorized(Problem):
    """401: no credentials, or wrong ones."""


class Forbidden(Problem):
    """403: the role, or the API password, may not do this."""


class NotFound(Problem):
    """404: there is no such thing among those that one sees."""


class Conflict(Problem):
    """409: somebody else has it, or the same call is still at work."""


class Forgotten(Problem):
    """410: changes after this place are kept no longer; begin anew."""


class PreconditionFailed(Problem):
    """412: the object is not any more what `If-Match` names."""


class Invalid(Problem):
    """400 and 422: a value or a parameter is wrong; `errors` says which."""


class TooMany(Problem):
    """429: too many failed logins."""


class Unavailable(Problem):
    """502, 503 and 504: not at the moment."""


_CLASSES: Final[dict[int, type[Problem]]] = {
    400: Invalid,
    401: Unauthorized,
    403: Forbidden,
    404: NotFound,
    409: Conflict,
    410: Forgotten,
    412: PreconditionFailed,
    422: Invalid,
    429: TooMany,
    502: Unavailable,
    503: Unavailable,
    504: Unavailable,
}


def problem_of(response: httpx.Response) -> Problem:
    """What a refusal says; both APIs' form, and none, are understood."""
    response.read()
    try:
        body = response.json()
    except ValueError:
        body = None
    if not isinstance(body, Mapping):
        body = {}
    if isinstance(body.get("error"), str):
        body = {"detail": body["error"]}
    return _CLASSES.get(response.status_code, Problem)(response.status_code, body, response.headers)


def seconds_until(text: str) -> float | None:
    """The seconds of a Retry-After, which is a number or a date; None for nothing that can be read."""
    if text.strip().isdecimal():
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        return None
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _wrong(one: Mapping[str, Any]) -> Wrong:
    return Wrong(str(one.get("detail", "")), str(one.get("pointer", "")), str(one.get("parameter", "")))
