"""How far the first row of a list is from the top of the page, in presses of Tab."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import LogIn

pytestmark = pytest.mark.browser

MOST: Final = 20
LISTS: Final = (
    "accounts/context",
    "accounts/user",
    "forwards/forwardingalias",
    "domains/explicitdomain",
    "accounts/reseller",
)


def tabs_to_the_first_row(page: Page) -> int:
    """From where the focus is."""
    in_row = "() => document.activeElement.closest('#result_list tbody tr') !== null"
    for count in range(1, 100):
        page.keyboard.press("Tab")
        if page.evaluate(in_row):
            first = page.locator("#result_list tbody tr").first
            expect(first.locator(":focus")).to_have_count(1)
            return count
    raise AssertionError("the rows are never reached")


@pytest.mark.parametrize("who", ["alpha", "root"])
def test_lists__first_row_is_three_tabs_away_by_its_own_link(log_in: LogIn, live_server: LiveServer, who: str) -> None:
    page = log_in(who)
    for listed in LISTS:
        page.goto(f"{live_server.url}/admin/{listed}/")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        link = page.get_by_role("link", name="Skip to the first row")
        expect(link).to_be_focused()
        expect(link).to_be_in_viewport()
        page.keyboard.press("Enter")
        assert 2 + tabs_to_the_first_row(page) == 3 <= MOST, listed


def test_lists__first_row_is_near_the_beginning_of_the_content(log_in: LogIn, live_server: LiveServer) -> None:
    """All that is between: buttons, the search, saved filters, the view, the action, the heads of the columns."""
    page = log_in("alpha")
    for listed in LISTS:
        page.goto(f"{live_server.url}/admin/{listed}/")
        page.locator("#content-start").focus()
        assert tabs_to_the_first_row(page) <= MOST, listed


def test_list__without_rows_has_no_link_to_them(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    page.goto(f"{live_server.url}/admin/accounts/user/?q=nobody-at-all")
    expect(page.get_by_role("link", name="Skip to the first row")).to_have_count(0)
    expect(page.get_by_role("link", name="Skip to main content")).to_have_count(1)
