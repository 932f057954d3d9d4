"""The API's documentation page, at work under the content security policy of every page."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.services.api_passwords import create_api_password
from conformance.contract import METHODS as PUBLISHED_METHODS
from core.openapi.inspection import document
from oxaas.examples.table import FIRST_HOUR
from tests.browser.test_accessibility import LOOKS, dress, violations
from tests.world import OPERATOR, PASSWORD, World

pytestmark = pytest.mark.browser

METHODS = {*PUBLISHED_METHODS, "patch"}


@pytest.fixture
def docs(page: Page, live_server: LiveServer) -> Page:
    """The page, with Swagger UI drawn."""
    page.goto(f"{live_server.url}/api/docs")
    expect(page.locator(".opblock").first).to_be_visible()
    return page


def operation_of(page: Page, tag: str, name: str) -> Locator:
    """The operation, opened."""
    operation = page.locator(f"[id='operations-{tag}-{name}']")
    operation.locator(".opblock-summary-control").click()
    expect(operation.locator(".samples")).to_be_visible()
    return operation


def log_in(page: Page) -> None:
    page.get_by_label("Login", exact=True).fill("alpha")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Use it").click()
    expect(page.get_by_role("status")).to_have_text("Calls are made as alpha.")


def test_login__is_one_for_all_and_is_forgotten(docs: Page, world: World, complaints: list[str]) -> None:
    """An API password alone, for a call of the second version; then nothing."""
    _row, text = create_api_password(
        actor=OPERATOR,
        administrator=world.administrators["alpha"],
        name="machine",
        families=["Forwards"],
        may_write=False,
    )
    expect(docs.locator(".authorize, .authorization__btn")).to_have_count(0)
    docs.get_by_label("an API password alone").check()
    expect(docs.get_by_label("Password", exact=True)).to_be_hidden()
    docs.get_by_label("API password", exact=True).fill(text)
    docs.keyboard.press("Enter")
    expect(docs.get_by_role("status")).to_have_text("Calls are made with the API password.")

    operation = operation_of(docs, "v2_aliases", "v2_aliases_list")
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    status = operation.locator(".live-responses-table .response-col_status").last
    expect(status).to_contain_text("200")
    assert text not in operation.inner_text()

    docs.get_by_role("button", name="Forget it").click()
    expect(docs.get_by_label("API password", exact=True)).to_have_value("")
    with docs.expect_console_message(lambda message: "401" in message.text):
        operation.get_by_role("button", name="Execute").click()
    expect(status).to_contain_text("401")
    complaints[:] = [one for one in complaints if "401" not in one]


def test_examples__are_shown_at_each_operation(docs: Page) -> None:
    operation = operation_of(docs, "Forwards", "postForward")
    expect(operation.locator(".samples figcaption")).to_have_text(["curl", "Python"])
    expect(operation.locator(".samples pre").first).to_contain_text('"$SERVER/api/oxaas/v1/admin/forwards/901/')
    expect(docs.locator("#first-hour li")).to_have_count(len(FIRST_HOUR))


def test_colours__follow_the_system_and_then_what_is_chosen(page: Page, live_server: LiveServer) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{live_server.url}/api/docs")
    ground = "getComputedStyle(document.body).backgroundColor"
    dark = page.evaluate(ground)
    page.get_by_label("Colours").select_option("Light")
    light = page.evaluate(ground)
    assert (dark, light) == ("rgb(28, 32, 34)", "rgb(255, 255, 255)")
    page.reload()
    assert page.evaluate(ground) == light
    page.get_by_label("Colours").select_option("As the system")
    assert page.evaluate(ground) == dark


@pytest.mark.parametrize("look", LOOKS)
def test_axe__docs_have_no_violation(docs: Page, world: World, look: str) -> None:
    dress(docs, look)
    log_in(docs)
    operation_of(docs, "Forwards", "postForward")
    operation_of(docs, "v2_aliases", "v2_aliases_batch")
    operation = operation_of(docs, "v2_aliases", "v2_aliases_list")
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table")).to_be_visible()
    assert violations(docs) == []
    assert docs.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0


def test_docs__without_scripts_have_introduction_and_first_hour(browser: Browser, live_server: LiveServer) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(f"{live_server.url}/api/docs")
        expect(page.get_by_role("heading", name="A first hour")).to_be_visible()
        expect(page.locator("#credentials")).to_be_hidden()


def test_docs__show_every_operation_and_call_one(page: Page, live_server: LiveServer, world: World) -> None:
    described = sum(len(methods.keys() & METHODS) for methods in document()["paths"].values())
    response = page.goto(f"{live_server.url}/api/docs")
    assert response is not None
    assert "default-src 'self'" in response.headers["content-security-policy"]
    expect(page.locator(".opblock")).to_have_count(described)
    expect(page.locator(".opblock-head")).to_have_count(3)

    log_in(page)
    operation = page.locator("#operations-Forwards-getForward")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_placeholder("contextId").fill("alpha_acme")
    operation.get_by_placeholder("alias").fill("sales@acme.example")
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    shown = answer.locator(".highlight-code pre").first.inner_text()
    assert json.loads(shown) == ["johndoe@acme.example", "outside@elsewhere.example"]
