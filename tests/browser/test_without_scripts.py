"""At a desk without scripts, and with the menu put away: nothing lies over what one wants to tick."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from forwards.models import ForwardingAlias
from tests.browser.conftest import LogIn, thorough

pytestmark = pytest.mark.browser

WIDTHS = thorough([1440, 1280, 1024, 820], [1280, 820])
# Up to this width the menu is behind a button in the head.
BEHIND_A_BUTTON = 1100


def tick_all(page: Page) -> None:
    """Each row's own box, which fails where something covers it."""
    boxes = page.locator(".action-select")
    for number in range(boxes.count()):
        boxes.nth(number).check(timeout=3000)
    assert boxes.count() == 4


@pytest.mark.parametrize("width", WIDTHS)
def test_list_without_scripts__rows_are_ticked_and_edited_and_the_menu_is_there(
    plain: Page, live_server: LiveServer, width: int
) -> None:
    plain.set_viewport_size({"width": width, "height": 800})
    plain.goto(f"{live_server.url}/admin/forwards/forwardingalias/")
    tick_all(plain)
    for dead in (".toggle-nav-sidebar", ".theme-toggle"):
        expect(plain.locator(dead)).to_be_hidden()
    plain.get_by_label("Action:").select_option("forwards.suspend")
    plain.get_by_role("button", name="Go").click()
    plain.get_by_role("button", name="Change 4 rows").click()
    expect(plain.locator(".bulk-state")).to_contain_text("done")
    assert ForwardingAlias.objects.filter(is_active=False).count() == 4
    if width <= BEHIND_A_BUTTON:
        plain.get_by_role("link", name="Menu", exact=True).click()
    plain.locator("#nav-sidebar").get_by_role("link", name="Users", exact=True).click()
    assert plain.url == f"{live_server.url}/admin/accounts/user/"


@pytest.mark.parametrize("width", WIDTHS)
def test_list_with_the_menu_put_away__rows_are_ticked(log_in: LogIn, live_server: LiveServer, width: int) -> None:
    page = log_in("alpha")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"{live_server.url}/admin/forwards/forwardingalias/")
    if width > BEHIND_A_BUTTON:
        page.locator("#toggle-nav-sidebar").click()
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    tick_all(page)


def test_bulk_edit_of_several_fields__without_scripts(plain: Page, live_server: LiveServer) -> None:
    page = plain
    page.goto(f"{live_server.url}/admin/accounts/user/")
    page.locator("tbody .action-select").first.check()
    page.get_by_label("Action:").select_option("users.change")
    page.get_by_role("button", name="Go").click()
    page.get_by_label("Mail quota:").fill("7")
    page.get_by_label("Remove the phone number").check()
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Change 1 row").click()
    expect(page.locator("tbody td.after")).to_contain_text("no phone number")
    assert User.objects.filter(quota=7 * 2**30, msisdn=None).count() == 1


def test_adding_a_user_from_the_list__without_scripts(plain: Page, live_server: LiveServer) -> None:
    """The company is typed by its name or its id, as there is no box that searches."""
    for company, uidname in (("alpha_acme", "byname@acme.example"), ("24", "byid@acme.example")):
        plain.goto(f"{live_server.url}/admin/accounts/user/")
        plain.locator("#content").get_by_role("link", name="Add user").click()
        plain.get_by_label("Id or name").fill(company)
        plain.get_by_label("Uidname").fill(uidname)
        plain.get_by_role("button", name="Save", exact=True).click()
        assert User.objects.get(uidname=uidname).context_id == 24


def test_form_with_a_mistake__has_the_focus_on_the_first_wrong_field(plain: Page, live_server: LiveServer) -> None:
    plain.goto(f"{live_server.url}/admin/accounts/user/add/")
    plain.get_by_label("Id or name").fill("alpha_acme")
    plain.get_by_label("Uidname").fill("johndoe@acme.example")
    plain.get_by_role("button", name="Save", exact=True).click()
    expect(plain.get_by_label("Uidname")).to_be_focused()


def test_filter_by_company__without_scripts(plain: Page, live_server: LiveServer) -> None:
    plain.goto(f"{live_server.url}/admin/accounts/user/")
    # Where the window is narrow the filters are behind a button.
    if plain.locator(".filter-button").is_visible():
        plain.locator(".filter-button").click()
    box = plain.locator("#changelist-filter noscript input").first
    box.fill("24")
    box.press("Enter")
    assert "context__id__exact=24" in plain.url
    expect(plain.locator("#result_list tbody tr")).to_have_count(1)


def test_hints_of_the_first_login__are_put_away_without_scripts(plain: Page, live_server: LiveServer) -> None:
    expect(plain.get_by_role("heading", name="Three hints to begin with")).to_be_visible()
    plain.get_by_role("button", name="Got it").click()
    assert plain.url == f"{live_server.url}/admin/"
    expect(plain.get_by_role("heading", name="Three hints to begin with")).to_have_count(0)
    plain.get_by_role("link", name="Help: Overview").click()
    expect(plain.get_by_role("heading", name="To see what needs attention")).to_be_visible()
