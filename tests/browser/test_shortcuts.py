"""Favourites and what was opened last, at the keyboard and without scripts."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.conftest import LogIn
from tests.browser.test_accessibility import violations
from tests.world import World

pytestmark = pytest.mark.browser


def test_empty_box__shows_shortcuts_and_the_arrow_keys_reach_them(
    log_in: LogIn, live_server: LiveServer, world: World
) -> None:
    page, admin = log_in("alpha"), f"{live_server.url}/admin"
    hits = page.locator(".search-hits [role=option]")
    page.keyboard.press("/")
    expect(page.locator(".global-search input")).to_be_focused()
    expect(page.locator(".search-hits")).to_be_hidden()

    page.goto(f"{admin}/accounts/context/24/change/")
    page.goto(f"{admin}/accounts/user/{world.users[24].pk}/change/")
    page.get_by_role("button", name="Add to favourites").click()
    expect(page.get_by_role("button", name="Remove from favourites")).to_be_visible()
    page.keyboard.press("/")
    expect(hits).to_have_count(2)
    expect(hits.first).to_contain_text("Favourites")
    expect(hits.first).to_contain_text("johndoe@acme.example")
    expect(hits.last).to_contain_text("Recent")
    assert violations(page, "#header") == []
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(hits.last).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#content > h2")).to_have_text("alpha_acme")


def test_empty_box__closes_when_it_is_left_and_a_hit_can_be_pressed(log_in: LogIn, live_server: LiveServer) -> None:
    page, admin = log_in("alpha"), f"{live_server.url}/admin"
    page.goto(f"{admin}/accounts/context/24/change/")
    page.goto(f"{admin}/accounts/user/")
    page.locator(".global-search input").click()
    hit = page.locator(".search-hits [role=option]").first
    expect(hit).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.locator(".search-hits")).to_be_hidden()
    page.locator(".global-search input").click()
    hit.click()
    expect(page.locator("#content > h2")).to_have_text("alpha_acme")


def test_star__works_without_scripts(plain: Page, live_server: LiveServer) -> None:
    user = User.objects.get(uidname="johndoe@acme.example")
    plain.goto(f"{live_server.url}/admin/accounts/user/{user.pk}/change/")
    plain.get_by_role("button", name="Add to favourites").click()
    expect(plain.locator(".messagelist")).to_contain_text("is a favourite now.")
    plain.goto(f"{live_server.url}/admin/search")
    favourites = plain.get_by_role("region", name="Favourites")
    favourites.get_by_role("link", name="johndoe@acme.example").click()
    plain.get_by_role("button", name="Remove from favourites").click()
    plain.goto(f"{live_server.url}/admin/search")
    expect(plain.get_by_role("region", name="Favourites").get_by_role("link")).to_have_count(0)
    expect(plain.get_by_role("region", name="Opened last").get_by_role("link")).to_have_count(1)
