"""Lists by keyboard, copying addresses, and changing a row where it stands."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.conftest import LogIn
from tests.browser.test_accessibility import violations
from tests.world import World

pytestmark = pytest.mark.browser


def test_keys__go_tick_change_and_explain(log_in: LogIn, live_server: LiveServer, world: World) -> None:
    page = log_in("alpha")
    page.goto(f"{live_server.url}/admin/accounts/user/?q=johndoe@")
    rows = page.locator("#result_list tbody tr")
    for key in "jjk":
        page.keyboard.press(key)
    expect(rows.nth(0).locator("th a")).to_be_focused()
    page.keyboard.press("x")
    expect(rows.nth(0).locator(".action-select")).to_be_checked()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys in lists")).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("heading")).to_contain_text("johndoe@")
    assert violations(page) == []
    dialog.get_by_label("Mail quota:").fill("7")
    dialog.get_by_label("Unit").select_option("GB")
    dialog.get_by_role("button", name="Save").click()
    expect(page.locator(".messagelist")).to_contain_text("Undo …")
    assert User.objects.filter(quota=7 * 2**30).count() == 1
    expect(page.locator("#searchbar")).to_have_value("johndoe@")


def test_keys__are_letters_where_one_types(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    page.goto(f"{live_server.url}/admin/accounts/user/")
    page.locator("#searchbar").focus()
    page.keyboard.type("jkxec?/")
    expect(page.locator("#searchbar")).to_have_value("jkxec?/")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_copy__puts_the_address_into_the_clipboard(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"{live_server.url}/admin/accounts/user/?q=johndoe@acme")
    page.get_by_role("button", name="Copy johndoe@acme.example").click()
    expect(page.locator("#list-says")).to_have_text("johndoe@acme.example is copied.")
    assert page.evaluate("navigator.clipboard.readText()") == "johndoe@acme.example"


def test_quick__without_scripts_is_a_page(plain: Page, live_server: LiveServer) -> None:
    plain.goto(f"{live_server.url}/admin/forwards/forwardingalias/?q=sales@acme")
    plain.get_by_role("link", name="Change here").click()
    plain.get_by_label("Active").uncheck()
    plain.get_by_role("button", name="Save").click()
    expect(plain.locator("#result_list tbody")).to_contain_text("suspended")
    expect(plain.locator("#searchbar")).to_have_value("sales@acme")
