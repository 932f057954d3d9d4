"""Calls that are sent again: only such as can be repeated, as often and as late as the server says."""

from __future__ import annotations

import random
from time import sleep
from typing import Final

import httpx

from oxaas_client.problems import URN, Unreachable, seconds_until

# What PATCH sets here is the same the second time.
_IDEMPOTENT: Final = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"})
_COME_AGAIN: Final = frozenset({429, 502, 503, 504})
_FIRST_PAUSE: Final = 0.5


class Retrying(httpx.BaseTransport):
    """Sends a call again after a refusal for the moment, and where there was no answer.

    `tries` are all together; a pause that would be longer than `patience` seconds is not made, the answer is given
    as it is.
    """

    def __init__(self, inner: httpx.BaseTransport, *, tries: int, patience: float) -> None:
        self._inner, self._tries, self._patience = inner, tries, patience

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The answer to the last try. Unreachable."""
        for attempt in range(1, self._tries):
            pause = _FIRST_PAUSE * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)  # noqa: S311  (no secret)
            try:
                response = self._inner.handle_request(request)
            except httpx.TransportError as error:
                if not _may_be_unanswered(request, error):
                    raise Unreachable(_sentence(request, error)) from error
            else:
                wanted = _pause_wanted(request, response)
                if wanted is None or max(pause, wanted) > self._patience:
                    return response
                response.close()
                pause = max(pause, wanted)
            sleep(min(pause, self._patience))
        try:
            return self._inner.handle_request(request)
        except httpx.TransportError as error:
            raise Unreachable(_sentence(request, error)) from error

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def _may_be_unanswered(request: httpx.Request, error: httpx.TransportError) -> bool:
    """Whether it does no harm when a call that nobody answered was done all the same."""
    if not isinstance(request.stream, httpx.ByteStream):
        return False
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout):
        return True
    # What was changed or deleted the first time is not any more what the second call is about.
    return _is_repeatable(request) and "If-Match" not in request.headers and request.method != "DELETE"


def _is_repeatable(request: httpx.Request) -> bool:
    return request.method in _IDEMPOTENT or "Idempotency-Key" in request.headers


def _pause_wanted(request: httpx.Request, response: httpx.Response) -> float | None:
    """The seconds after which a refused call may come again; None: it may not."""
    if not isinstance(request.stream, httpx.ByteStream) or not _is_repeatable(request):
        return None
    if response.status_code == 409 and "Idempotency-Key" in request.headers:
        response.read()
        return 0.0 if f"{URN}key-in-use" in response.text else None
    if response.status_code not in _COME_AGAIN:
        return None
    wanted = seconds_until(response.headers.get("Retry-After", ""))
    # Only who fails at logging in is told 429, and is told until when.
    return wanted if wanted is not None or response.status_code == 429 else 0.0


def _sentence(request: httpx.Request, error: httpx.TransportError) -> str:
    return f"{request.url.host} does not answer: {str(error) or type(error).__name__}."
