"""Debian's Chromium before a live server. A page that logs an error, breaks or asks another host fails its test."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response
from pytest_django.live_server_helper import LiveServer

from tests.world import PASSWORD, World

FLAGS: Final = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LogIn = Callable[[str], Page]
FULL_MATRIX: Final = os.environ.get("OXAAS_TEST_MATRIX") == "full"
"""`make matrix`: every flow, page and look, which takes too long for each run of the suite."""
_Cases = TypeVar("_Cases", bound=Collection[Any])


def thorough(every: _Cases, some: _Cases) -> _Cases:
    """All cases in `make matrix`; some of them in each run of the suite, where others test the rest more cheaply."""
    return every if FULL_MATRIX else some


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """The machine's own Chromium; none is downloaded."""
    return {"executable_path": "/usr/bin/chromium", "args": FLAGS}


@pytest.fixture(scope="session")
def browser_context_args() -> dict[str, Any]:
    """A clerk's screen."""
    return {"viewport": {"width": 1440, "height": 900}, "locale": "en-GB"}


@pytest.fixture
def complaints() -> list[str]:
    """What went wrong in the browser. A test that provokes an error takes it out again."""
    return []


@pytest.fixture(autouse=True)
def watched(page: Page, complaints: list[str]) -> Iterator[None]:
    """Fails the test when it leaves complaints behind."""

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"console: {message.text} ({message.location})")

    def request(asked: Request) -> None:
        parts = urlsplit(asked.url)
        if parts.scheme in {"http", "https", "ws", "wss"} and parts.hostname not in {"localhost", "127.0.0.1"}:
            complaints.append(f"request to another host: {asked.url}")

    def response(answer: Response) -> None:
        if answer.status >= 500:
            complaints.append(f"{answer.status} {answer.url}")

    page.on("console", console)
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.on("request", request)
    page.on("response", response)
    yield
    assert complaints == []


def enter(page: Page, address: str, login: str) -> None:
    """Go through the login page, in whatever language, to the overview."""
    page.goto(f"{address}/admin/")
    page.locator("#id_username").fill(login)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form [type=submit]").click()
    page.wait_for_url(f"{address}/admin/")


@pytest.fixture
def log_in(page: Page, live_server: LiveServer, world: World) -> LogIn:
    """`log_in("alpha")` goes through the login page and is at the overview then."""

    def go(login: str) -> Page:
        enter(page, live_server.url, login)
        return page

    return go


@pytest.fixture
def plain(browser: Browser, live_server: LiveServer, world: World) -> Iterator[Page]:
    """A reseller's clerk whose browser runs no scripts."""
    context = browser.new_context(java_script_enabled=False, locale="en-GB")
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/login/")
    page.get_by_label("Login").fill("alpha")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    yield page
    context.close()
