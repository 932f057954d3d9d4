"""The API's documentation page, at work under the content security policy of every page."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from conformance.contract import METHODS as PUBLISHED_METHODS
from core.openapi.inspection import document
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser

METHODS = {*PUBLISHED_METHODS, "patch"}


def test_docs__show_every_operation_and_call_one(page: Page, live_server: LiveServer, world: World) -> None:
    described = sum(len(methods.keys() & METHODS) for methods in document()["paths"].values())
    response = page.goto(f"{live_server.url}/api/docs")
    assert response is not None
    assert "default-src 'self'" in response.headers["content-security-policy"]
    expect(page.locator(".opblock")).to_have_count(described)
    expect(page.locator(".opblock-head")).to_have_count(3)

    page.locator(".auth-wrapper .authorize").first.click()
    scheme = page.locator(".auth-container", has_text="contextAdminOnlyAuth")
    scheme.locator("input").nth(0).fill("alpha")
    scheme.locator("input").nth(1).fill(PASSWORD)
    scheme.get_by_role("button", name="Apply credentials").click()
    page.locator(".close-modal").click()

    operation = page.locator("#operations-Forwards-getForward")
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_placeholder("contextId").fill("alpha_acme")
    operation.get_by_placeholder("alias").fill("sales@acme.example")
    operation.get_by_role("button", name="Execute").click()
    answer = operation.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    shown = answer.locator(".highlight-code code").first.inner_text()
    assert json.loads(shown) == ["johndoe@acme.example", "outside@elsewhere.example"]
