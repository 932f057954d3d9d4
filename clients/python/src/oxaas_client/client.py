"""The front of what the generator makes: logins, pages, versions, keys for repeated calls, refusals as exceptions."""

from __future__ import annotations

import base64
import json
import ssl
import time
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, Protocol, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

import httpx

from oxaas_client.generated.client import AuthenticatedClient
from oxaas_client.problems import Confused, problem_of
from oxaas_client.retries import Retrying

PREFIX: Final = "/api/v2"
MOST_LINES: Final = 10_000
# The states in which a job waits for somebody, or for nothing any more.
RESTING: Final = frozenset({"ready", "done", "cancelled", "failed"})
_LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
_Result = TypeVar("_Result")
_Row_co = TypeVar("_Row_co", covariant=True)


class Page(Protocol[_Row_co]):
    """A page of a collection, as the generated classes have it."""

    @property
    def data(self) -> Sequence[_Row_co]:
        """The objects on it."""

    @property
    def next_(self) -> str | None:
        """The reference of the following one."""


class Item(dict[str, Any]):
    """An object as JSON has it, with its version."""

    etag: str | None = None


class Client(AuthenticatedClient):
    """A server and a login to it.

    Either a `token` (an API password alone) or a `login` with its `password`. The generated operations take it as
    their `client`; what they are refused raises `Problem`. `verify` may be a file of certificates to trust instead of
    the system's. A login is sent in clear only to this machine, unless `plain_http` says that the way is safe.
    """

    def __init__(
        self,
        url: str,
        *,
        token: str | None = None,
        login: str | None = None,
        password: str | None = None,
        timeout: float = 60,
        tries: int = 4,
        patience: float = 60,
        verify: bool | str = True,
        plain_http: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        prefix, secret = _credentials(token, login, password)
        url = _checked(url, plain_http=plain_http)
        trusted, self._seconds = _trusted(verify), timeout
        super().__init__(
            base_url=url,
            token=secret,
            prefix=prefix,
            timeout=httpx.Timeout(timeout),
            verify_ssl=trusted,
            raise_on_unexpected_status=True,
        )
        inner = transport or httpx.HTTPTransport(verify=trusted)
        http = httpx.Client(
            base_url=url,
            headers={"Authorization": f"{prefix} {secret}", "User-Agent": "oxaas-client"},
            timeout=timeout,
            transport=Retrying(inner, tries=tries, patience=patience),
            event_hooks={"response": [_raise_refusal]},
        )
        self.set_httpx_client(http)

    def __repr__(self) -> str:
        """Without the credentials: a traceback, or a log, may have it."""
        return f"Client({self._base_url!r})"

    # The generated operations.

    def call(self, operation: Callable[..., _Result | None], *args: Any, **parameters: Any) -> _Result:
        """What a generated operation answers: `client.call(v2_users_retrieve.sync, 5)`. Problem, Unreachable."""
        result = operation(*args, client=self, **parameters)
        if result is None:
            raise Confused("The answer is none that the server's description has.")
        return result

    def every(self, operation: Callable[..., Page[_Row_co] | None], **parameters: Any) -> Iterator[_Row_co]:
        """The objects of all pages: `client.every(v2_aliases_list.sync, context=24)`."""
        while True:
            page = self.call(operation, **parameters)
            yield from page.data
            if page.next_ is None:
                return
            parameters["cursor"] = _query_of(page.next_)["cursor"]

    # Objects as JSON, whatever the resource.

    def list(self, resource: str, **parameters: Any) -> Iterator[dict[str, Any]]:
        """The objects of all pages; parameters as in the API: filters, `fields`, `sort`, `search`, `include`."""
        path, query = f"{PREFIX}/{quote(resource)}", _sent(parameters)
        while True:
            page = self._json(self.request("GET", path, params=query))
            yield from page["data"]
            if page["next"] is None:
                return
            query = _query_of(page["next"])

    def get(self, resource: str, key: int | str, *more: str, **parameters: Any) -> Item:
        """An object; `more` is the path below it: `client.get("users", 5, "properties")`."""
        return self._item(self.request("GET", _path(resource, key, *more), params=_sent(parameters)))

    def create(self, resource: str, values: Mapping[str, Any], *, key: str | None = None) -> Item:
        """A new object. The call is repeatable; whoever may have to repeat it later gives it a `key` of their own."""
        return self._item(self._post(f"{PREFIX}/{quote(resource)}", values, key=key))

    def change(self, resource: str, key: int | str, values: Mapping[str, Any], *, if_match: str | None = None) -> Item:
        """The object with these values changed, if it is still what `if_match` (an `etag`) says."""
        headers = {"If-Match": if_match} if if_match else {}
        return self._item(self.request("PATCH", _path(resource, key), json=values, headers=headers))

    def replace(self, resource: str, key: int | str, values: Mapping[str, Any], *, if_match: str | None = None) -> Item:
        """The object with these values, and what is not given as in a new one."""
        headers = {"If-Match": if_match} if if_match else {}
        return self._item(self.request("PUT", _path(resource, key), json=values, headers=headers))

    def delete(self, resource: str, key: int | str, *, if_match: str | None = None) -> None:
        """The object goes."""
        self.request("DELETE", _path(resource, key), headers={"If-Match": if_match} if if_match else {})

    def do(
        self,
        resource: str,
        number: int,
        action: str,
        values: Mapping[str, Any] | None = None,
        *,
        key: str | None = None,
    ) -> Item:
        """An action of an object: `client.do("jobs", 7, "start", {"confirm": "12"})`; `undo` takes a `key`."""
        headers = {"Idempotency-Key": key} if key else {}
        return self._item(self.request("POST", _path(resource, number, action), json=values, headers=headers))

    # What is of a kind of its own.

    def batch(self, resource: str, lines: Iterable[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
        """The outcome of each line, in the order of the lines and numbered through, however many there are."""
        rest, done = iter(lines), 0
        while some := list(islice(rest, MOST_LINES)):
            content = b"".join(json.dumps(line).encode() + b"\n" for line in some)
            headers = {"Content-Type": "application/x-ndjson", "Idempotency-Key": str(uuid.uuid4())}
            answer = self.request("POST", f"{PREFIX}/{quote(resource)}/batch", content=content, headers=headers)
            for line in answer.text.splitlines():
                outcome = json.loads(line)
                yield outcome | {"line": outcome["line"] + done}
            done += len(some)

    def provision(self, text: str, *, preview: bool = True, key: str | None = None) -> Item:
        """What a file for `manage.py provision` changes, or would change."""
        return self._item(self._post(f"{PREFIX}/provision", {"text": text, "preview": preview}, key=key))

    def trace(self, address: str) -> Sequence[dict[str, Any]]:
        """The steps of the way of mail to an address."""
        answer = self.request("GET", f"{PREFIX}/trace", params={"address": address})
        found: Sequence[dict[str, Any]] = self._json(answer)["data"]
        return found

    def follow(
        self, after: str = "now", *, wait: int = 25, **filters: Any
    ) -> Iterator[tuple[Sequence[dict[str, Any]], str]]:
        """The lines of the change log behind a place, and the place behind them, for ever; each line once.

        Whoever keeps the place together with what came of the lines goes on there. Forgotten.
        """
        while True:
            began = time.monotonic()
            query = _sent({**filters, "after": after, "wait": wait})
            answer = self.request("GET", f"{PREFIX}/changes", params=query, timeout=wait + self._seconds)
            page = self._json(answer)
            after = page["after"]
            yield page["data"], after
            if not page["data"] and time.monotonic() - began < 1:
                time.sleep(1)

    def watch(self, job: int, *, pause: float = 1.0) -> Iterator[Item]:
        """The job as it is, again and again until it waits for somebody or is over."""
        while True:
            found = self.get("jobs", job)
            yield found
            if found["state"] in RESTING:
                return
            time.sleep(pause)

    def request(self, method: str, path: str, **how: Any) -> httpx.Response:
        """Any call. Problem, Unreachable."""
        return self.get_httpx_client().request(method, path, **how)

    def _post(self, path: str, values: Mapping[str, Any], *, key: str | None) -> httpx.Response:
        return self.request("POST", path, json=values, headers={"Idempotency-Key": key or str(uuid.uuid4())})

    def _item(self, response: httpx.Response) -> Item:
        item = Item(self._json(response))
        item.etag = response.headers.get("ETag")
        return item

    @staticmethod
    def _json(response: httpx.Response) -> Any:
        try:
            found = response.json()
        except ValueError as error:
            raise Confused("The answer is no JSON. Is this the address of the API?") from error
        if not isinstance(found, dict):
            raise Confused("The answer is no object. Is this the address of the API?")
        return found


def _raise_refusal(response: httpx.Response) -> None:
    if response.status_code >= 300:
        raise problem_of(response)


def _credentials(token: str | None, login: str | None, password: str | None) -> tuple[str, str]:
    """The method of the header, and what follows it. ValueError."""
    if token is not None and login is None and password is None:
        return "Bearer", token
    if token is None and login is not None and password is not None:
        return "Basic", base64.b64encode(f"{login}:{password}".encode()).decode()
    raise ValueError("Give either a token, or a login with its password.")


def _checked(url: str, *, plain_http: bool) -> str:
    """The address of the server. ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise ValueError(f"{url} is no address of a server, such as https://mail.example.com.")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK and not plain_http:
        raise ValueError(f"{url} would have the password sent in clear; it must begin with https://.")
    return url.rstrip("/")


def _trusted(verify: bool | str) -> ssl.SSLContext | bool:
    return ssl.create_default_context(cafile=verify) if isinstance(verify, str) else verify


def _path(resource: str, key: int | str, *more: str) -> str:
    return "/".join([PREFIX, *(quote(str(part), safe="") for part in (resource, key, *more))])


def _sent(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters in the API's spelling: lists with commas, nothing for None."""
    joined = {
        name: ",".join(map(str, value)) if isinstance(value, list | tuple) else value
        for name, value in parameters.items()
    }
    return {name: value for name, value in joined.items() if value is not None}


def _query_of(reference: str) -> dict[str, str]:
    """The parameters of a reference; the path is ours, whatever the server is called behind a proxy."""
    return dict(parse_qsl(urlsplit(reference).query, keep_blank_values=True))
