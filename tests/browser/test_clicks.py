"""That clicks of a mouse are counted, as in tests/browser/test_matrix.py; and what only some installations have."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.services.administrators import update_administrator
from tests.browser.conftest import LogIn
from tests.browser.drivers import COUNT, begin, clicks
from tests.world import OPERATOR, World

pytestmark = pytest.mark.browser


@pytest.fixture(autouse=True)
def counted(page: Page) -> None:
    page.add_init_script(COUNT)


def test_counter__counts_clicks(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    begin(page, f"{live_server.url}/admin/")
    page.get_by_role("link", name="Contexts", exact=True).click()
    page.get_by_role("link", name="alpha_acme", exact=True).click()
    expect(page.get_by_label("Name")).to_have_value("alpha_acme")
    assert clicks(page) == 2


def test_resetting__somebodys_password_by_a_mailed_link(
    log_in: LogIn, live_server: LiveServer, world: World, settings: Any
) -> None:
    settings.EMAIL_HOST = "localhost"
    clerk = world.administrators["admin@alpha_acme"]
    update_administrator(actor=OPERATOR, administrator=clerk, email="clerk@acme.example")
    page = log_in("alpha")
    begin(page, f"{live_server.url}/admin/accounts/administrator/{clerk.pk}/change/")
    page.get_by_role("link", name="Reset the password").click()
    page.get_by_role("button", name="Mail a link").click()
    expect(page.locator(".messagelist")).to_contain_text("was mailed to clerk@acme.example")
    assert clicks(page) <= 2
    assert len(mail.outbox) == 1
