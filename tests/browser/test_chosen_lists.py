"""Lists at every width: nothing is cut, the menu and the filters are at hand, and each person has their own view."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.services.users import create_user
from tests.browser.conftest import LogIn
from tests.browser.test_accessibility import violations
from tests.world import OPERATOR, World

pytestmark = pytest.mark.browser

LISTS = ["accounts/user", "forwards/forwardingalias", "accounts/context", "accounts/administrator", "changelog/change"]
# What of a page or of the list in it lies outside what is seen of it.
CUT = """() => [document.documentElement, ...document.querySelectorAll(".results, #result_list :is(td, th)")]
    .filter(box => box.scrollWidth > box.clientWidth + 1).map(box => box.className || box.tagName)"""


@pytest.mark.parametrize("width", [1280, 1024, 820, 640, 400])  # 640: 1280 at 200 %
def test_lists__nothing_is_cut_at_any_width(log_in: LogIn, live_server: LiveServer, world: World, width: int) -> None:
    name = "anna.magdalena.wilhelmina.hohenzollern@acme.example"
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname=name, msisdn="+49 1234 567890123")
    page = log_in("alpha")
    page.set_viewport_size({"width": width, "height": 900})
    for path in LISTS:
        page.goto(f"{live_server.url}/admin/{path}/")
        assert page.evaluate(CUT) == [], path


@pytest.mark.parametrize("width", [1024, 400])
def test_menu_and_filters__are_behind_buttons_at_the_top_without_scripts_too(
    plain: Page, live_server: LiveServer, width: int
) -> None:
    plain.set_viewport_size({"width": width, "height": 800})
    plain.goto(f"{live_server.url}/admin/accounts/user/")
    expect(plain.locator("#nav-sidebar")).to_be_hidden()
    plain.get_by_role("link", name="Filter", exact=True).click()
    plain.locator("#changelist-filter").get_by_role("link", name="suspended", exact=True).first.click()
    expect(plain.locator(".empty")).to_contain_text("Nothing matches")
    plain.get_by_role("link", name="Menu", exact=True).click()
    plain.locator("#nav-sidebar").get_by_role("link", name="Contexts").click()
    expect(plain.get_by_role("heading", name="Contexts")).to_be_visible()


def test_view__is_kept_without_scripts(plain: Page, live_server: LiveServer) -> None:
    page = plain
    page.goto(f"{live_server.url}/admin/accounts/user/?q=john")
    small = page.locator("#result_list tbody td").nth(1).evaluate("cell => getComputedStyle(cell).fontSize")
    page.get_by_text("View", exact=True).click()
    page.get_by_label("Phone number").uncheck()
    page.get_by_label("comfortable").check()
    page.get_by_role("button", name="Keep this view").click()
    expect(page.locator("#result_list thead")).not_to_contain_text("Phone number")
    expect(page.locator("#searchbar")).to_have_value("john")
    large = page.locator("#result_list tbody td").nth(1).evaluate("cell => getComputedStyle(cell).fontSize")
    assert (small, large) == ("13px", "14px")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_view_menu_and_filters__axe_finds_nothing(log_in: LogIn, live_server: LiveServer, scheme: str) -> None:
    page = log_in("alpha")
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.set_viewport_size({"width": 1000, "height": 800})
    for place, opened in (("#changelist-filter", None), ("#nav-sidebar", None), ("", "View")):
        page.goto(f"{live_server.url}/admin/forwards/forwardingalias/{place}")
        if opened:
            page.get_by_text(opened, exact=True).click()
        assert violations(page) == []


def test_filter__is_saved_and_found_again_without_scripts(plain: Page, live_server: LiveServer) -> None:
    plain.goto(f"{live_server.url}/admin/accounts/user/?q=acme&status=active")
    plain.get_by_text("Saved filters", exact=True).click()
    plain.get_by_label("Name", exact=True).fill("Acme at work")
    plain.get_by_label("Name", exact=True).press("Enter")
    expect(plain.locator(".messagelist")).to_contain_text("The filter “Acme at work” is saved.")
    plain.goto(f"{live_server.url}/admin/accounts/user/")
    plain.get_by_text("Saved filters", exact=True).click()
    plain.get_by_role("link", name="Acme at work").click()
    expect(plain.locator("#searchbar")).to_have_value("acme")
    expect(plain.locator("#result_list tbody tr")).to_have_count(1)
