"""One server, asked over HTTP; every answer is held against the contract's document before a question sees it."""

from __future__ import annotations

import base64
import http.client
import json
import ssl
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from conformance.contract import Answer, check, check_error, document, operations
from conformance.target import Target

SECONDS: Final = 30
NOBODY: Final = ""
WHERE: Final = {one["operationId"]: (path, method.upper()) for path, method, one in operations(document())}


class SkipError(Exception):
    """The question needs what the target does not have; the sentence says what."""


@dataclass(slots=True)
class Exchange:
    """What was asked last, for the report."""

    method: str = ""
    path: str = ""
    answer: Answer | None = None


class Server:
    """Asks operations by name. A connection is made for each request, so that no answer depends on one before it."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.last = Exchange()
        parts = urlsplit(target.url)
        self._host, self._secure, self._prefix = parts.netloc, parts.scheme == "https", parts.path

    def ask(
        self,
        operation: str,
        *values: object,
        login: str = NOBODY,
        method: str | None = None,
        query: dict[str, str] | None = None,
        body: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Answer:
        """The answer to this operation, its path filled with the values; they are percent-encoded here.

        `login` is one of the target's logins, or a pair `login:password` where it has a colon. `body` is sent as JSON
        unless it is bytes.
        """
        template, own_method = WHERE[operation]
        path = _filled(template, values) + (f"?{urlencode(query)}" if query else "")
        answer = self.send(method or own_method, path, login=login, body=body, headers=headers)
        check(answer, method or own_method, template, credentials=login != NOBODY)
        return answer

    def ask_outside(self, method: str, path: str, *, login: str = NOBODY) -> Answer:
        """The answer to a path that the contract does not have; it is 404 with an error sentence, or none for HEAD."""
        answer = self.send(method, path, login=login)
        check_error(answer, method)
        return answer

    def send(
        self, method: str, path: str, *, login: str = NOBODY, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """Whatever comes back; nothing is checked. `path` is sent as it is."""
        self.last = Exchange(method, path)
        sent = {"Content-Type": "application/json"} if body is not None else {}
        sent |= {"Authorization": self.authorization(login)} if login else {}
        content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
        connection = self._connection()
        try:
            connection.request(method, self._prefix + path, content, sent | (headers or {}))
            response = connection.getresponse()
            found = {name.lower(): value for name, value in response.getheaders()}
            answer = Answer(response.status, found, response.read())
        finally:
            connection.close()
        self.last = replace(self.last, answer=answer)
        return answer

    def authorization(self, login: str) -> str:
        """The header's value for one of the target's logins, or for `login:password`."""
        pair = login if ":" in login else ":".join(self._credentials(login))
        return "Basic " + base64.b64encode(pair.encode()).decode("ascii")

    def _credentials(self, login: str) -> tuple[str, str]:
        if login not in self.target.logins:
            raise SkipError(f"no login of a {login} is given")
        return self.target.logins[login]

    def _connection(self) -> http.client.HTTPConnection:
        if self._secure:
            return http.client.HTTPSConnection(self._host, timeout=SECONDS, context=ssl.create_default_context())
        return http.client.HTTPConnection(self._host, timeout=SECONDS)


def _filled(template: str, values: tuple[object, ...]) -> str:
    """The path with its parameters in their order."""
    left = [quote(str(value), safe="") for value in values]
    parts = [left.pop(0) if part.startswith("{") else part for part in template.split("/")]
    if left:
        raise ValueError(f"{template} has fewer parameters than {values}")
    return "/".join(parts)
