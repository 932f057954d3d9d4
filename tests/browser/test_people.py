"""People from their company's own spreadsheet: where the company is not clear, and on paper.

Eighty of them from the company's page are in tests/browser/test_matrix.py.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.conftest import LogIn, enter
from tests.browser.drivers import COUNT, begin, clicks
from tests.world import World

pytestmark = pytest.mark.browser


def test_people__of_a_company_that_is_chosen_in_the_list_of_users(log_in: LogIn, live_server: LiveServer) -> None:
    """Two clicks more: which company it is."""
    page = log_in("alpha")
    page.add_init_script(COUNT)
    begin(page, f"{live_server.url}/admin/accounts/user/")
    page.get_by_role("link", name="Add people from a spreadsheet").click()
    page.locator(".select2-selection").click()
    page.locator(".select2-results__option", has_text="alpha_acme").click()
    page.get_by_label("Rows of the spreadsheet").fill("E-Mail\tTelefon\nann@acme.example\t\n")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("button", name="Import 1 line").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")
    assert clicks(page) <= 6
    assert User.objects.filter(context=24, uidname="ann@acme.example").exists()


def test_company_sheet__is_black_on_white_paper_without_the_menus(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    page.emulate_media(color_scheme="dark")
    page.goto(f"{live_server.url}/admin/accounts/context/24/change/")
    page.get_by_role("link", name="Print", exact=True).click()
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.emulate_media(color_scheme="dark", media="print")
    for hidden in ("#header", "#nav-sidebar", ".breadcrumbs", ".sheet-tools"):
        expect(page.locator(hidden)).to_be_hidden()
    row = page.get_by_role("row", name="sales@acme.example")
    expect(row).to_have_css("color", "rgb(27, 36, 48)")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    box, width = row.bounding_box(), page.evaluate("document.documentElement.clientWidth")
    assert box is not None
    assert box["width"] > 0.9 * width
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_people__without_scripts(browser: Browser, live_server: LiveServer, world: World) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB", viewport={"width": 820, "height": 900})
    page = context.new_page()
    enter(page, live_server.url, "alpha")
    page.goto(f"{live_server.url}/admin/accounts/user/")
    page.get_by_role("link", name="Add people from a spreadsheet").click()
    page.locator("noscript input, input[name=context]").last.fill("alpha_acme")
    page.get_by_label("Rows of the spreadsheet").fill("E-Mail\tTelefon\nann@acme.example\t\n")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Telefon").select_option("ignore this column")
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("button", name="Import 1 line").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")
    assert User.objects.filter(context=24, uidname="ann@acme.example").exists()
    context.close()
