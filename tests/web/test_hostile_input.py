"""What nobody types, sent to every page and every form of the web admin: there is an answer, and never a 500."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from itertools import cycle
from typing import Final
from urllib.parse import urljoin, urlsplit

import pytest
from django.test import Client

from tests.world import World

pytestmark = pytest.mark.postgres

NASTY: Final = (
    "",
    "\x00",
    "-1",
    "99999999999999999999999",
    "2147483648",
    "1e400",
    "'; DROP TABLE accounts_user; --",
    "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"),
    "\u202e\u0000\uffff",
    "../../etc/passwd",
    "x" * 3000,
    "٣",
    "[]",
    "{}",
    "null",
    "2026-13-45",
    "%",
    "a@b@c@",
)
# fmt: off
NAMES: Final = (
    "q", "o", "p", "e", "all", "_popup", "_to_field", "_changelist_filters", "next", "field_name", "term", "model_name",
    "app_label", "context", "format", "sort", "page", "batch", "at__gte", "id__in", "pk__in", "context__id__exact",
    "reseller__id__exact", "is_active__exact", "outcome", "address", "from", "to", "search", "kind", "key",
)
# fmt: on
PAGES: Final = 30
ASKED: Final = 3
SENT: Final = 2


class Page(HTMLParser):
    """The links and the names of the inputs of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.inputs: dict[str, str] = {}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "a" and found.get("href"):
            self.links.add(str(found["href"]))
        if tag in {"input", "select", "textarea"} and found.get("name"):
            self.inputs[str(found["name"])] = found.get("value") or ""


def crawl(client: Client) -> Iterator[tuple[str, Page]]:
    """Pages of the web admin, one of each kind: numbers and queries in addresses make no other kind."""
    waiting, kinds = ["/admin/"], set[str]()
    while waiting and len(kinds) < PAGES:
        path = waiting.pop(0)
        kind = re.sub(r"\d+|[0-9a-f]{8}-[0-9a-f-]+", "#", re.sub(r"=[^&]*", "=", path))
        if kind in kinds or "logout" in path:
            continue
        kinds.add(kind)
        response = client.get(path)
        assert response.status_code < 500, path
        if response.status_code != 200 or "html" not in response["Content-Type"] or response.streaming:
            continue
        page = Page(response.content.decode())
        yield path, page
        for link in sorted(page.links):
            target = urlsplit(urljoin(path, link))
            if not target.netloc and target.path.startswith("/admin/"):
                waiting.append(target.path + (f"?{target.query}" if target.query else ""))


def test_page__answers_whatever_is_asked(world: World) -> None:
    client = Client(raise_request_exception=False)
    client.force_login(world.administrators["alpha"], backend="accounts.login.backends.LoginBackend")
    values, broken = cycle(NASTY), []

    def ask(method: str, path: str, sent: dict[str, str]) -> None:
        call = client.get if method == "GET" else client.post
        if call(path, sent).status_code >= 500:
            broken.append((method, path, sent))

    for path, page in list(crawl(client)):
        bare, names = path.partition("?")[0], cycle(sorted({*NAMES, *re.findall(r"[?&]([\w-]+)=", path)}))
        for _time in range(ASKED):
            ask("GET", bare, {next(names): next(values)})
        fields = cycle([name for name in page.inputs if name != "csrfmiddlewaretoken"] or ["x"])
        for _time in range(SENT):
            ask("POST", path, {**page.inputs, next(fields): next(values)})
        ask("POST", path, dict.fromkeys(page.inputs, next(values)))
    assert broken == []
