"""What a clerk does daily, and how many clicks of a mouse it takes at most. Typing is not counted."""

from __future__ import annotations

from typing import Final

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Context, User
from forwards.models import ForwardingAlias
from tests.browser.conftest import LogIn
from tests.world import World

pytestmark = pytest.mark.browser

# A click on a label makes another one on its input: the mouse is counted, not the clicks.
COUNT: Final = """addEventListener("pointerdown", () => {
    sessionStorage.setItem("clicks", 1 + Number(sessionStorage.getItem("clicks")));
}, true);"""


@pytest.fixture(autouse=True)
def counted(page: Page) -> None:
    page.add_init_script(COUNT)


def begin(page: Page, url: str) -> None:
    """Go where the clerk is anyhow, and count from there."""
    page.goto(url)
    page.evaluate("sessionStorage.setItem('clicks', 0)")


def clicks(page: Page) -> int:
    return int(page.evaluate("sessionStorage.getItem('clicks')"))


def test_counter__counts_clicks(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    begin(page, f"{live_server.url}/admin/")
    page.get_by_role("link", name="Contexts", exact=True).click()
    page.get_by_role("link", name="alpha_acme", exact=True).click()
    expect(page.get_by_label("Name")).to_have_value("alpha_acme")
    assert clicks(page) == 2


def test_on_boarding__a_company_with_its_domain_administrator_and_users(
    log_in: LogIn, live_server: LiveServer, world: World
) -> None:
    page = log_in("alpha")
    begin(page, f"{live_server.url}/admin/")
    page.get_by_role("link", name="Contexts", exact=True).click()
    page.get_by_role("link", name="New company").click()
    page.get_by_label("Name").fill("alpha_new")
    page.get_by_label("Mail domain").fill("new.example")
    page.get_by_label("First users").fill("anna.becker\njim")
    page.get_by_role("button", name="Set up the company").click()
    expect(page.get_by_text("alpha_new is set up, with its domain, its administrator and 2 users.")).to_be_visible()
    assert clicks(page) <= 4
    assert Context.objects.get(name="alpha_new").users.count() == 2


def test_leaving__mail_handed_over_and_mailbox_suspended(log_in: LogIn, live_server: LiveServer, world: World) -> None:
    user = world.users[24]
    page = log_in("alpha")
    begin(page, f"{live_server.url}/admin/accounts/user/{user.pk}/change/")
    page.get_by_role("button", name="Somebody leaves").click()
    page.get_by_label("Hand them to another address").click()
    page.get_by_role("textbox", name="Other address").fill("successor@elsewhere.example")
    page.get_by_role("button", name="Preview").click()
    page.get_by_role("button", name="Change 1 row").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")
    assert clicks(page) <= 5
    assert not User.objects.get(pk=user.pk).is_active
    sales = ForwardingAlias.objects.get(address="sales@acme.example")
    assert sales.recipients.filter(address="successor@elsewhere.example").exists()


def test_handing_over__a_company_to_a_child(log_in: LogIn, live_server: LiveServer, world: World) -> None:
    page = log_in("alpha")
    begin(page, f"{live_server.url}/admin/accounts/context/24/change/")
    page.get_by_role("button", name="Hand over to another reseller").click()
    page.locator(".select2-selection").click()
    page.locator(".select2-results__option", has_text="alphakid").click()
    page.get_by_role("button", name="Preview").click()
    page.get_by_label("To confirm, type the number").fill("1")
    page.get_by_role("button", name="Change 1 row").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")
    assert clicks(page) <= 5
    assert Context.objects.get(pk=24).reseller == world.resellers["alphakid"]


def test_near_the_quota__from_the_overview(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    begin(page, f"{live_server.url}/admin/")
    page.get_by_role("link", name="Users", exact=True).first.click()
    page.get_by_role("columnheader").get_by_role("link", name="Mail quota").click()
    expect(page.locator("#result_list tbody tr").first).to_be_visible()
    assert clicks(page) <= 2
