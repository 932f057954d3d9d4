"""Passkeys with Chromium's virtual authenticator, and the tools beside a new password."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import LoginEvent, Passkey
from tests.browser.conftest import LogIn
from tests.world import PASSWORD

pytestmark = pytest.mark.browser


@pytest.fixture
def authenticator(page: Page) -> None:
    """A key that agrees to everything."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "hasUserVerification": True, "isUserVerified": True}
    options["automaticPresenceSimulation"] = True
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def test_passkey__is_set_up_and_opens_the_next_login(
    log_in: LogIn, live_server: LiveServer, authenticator: None
) -> None:
    page = log_in("alpha")
    # A passkey belongs to a name, never to an address.
    host = live_server.url.replace("127.0.0.1", "localhost")
    page.goto(f"{host}/admin/")
    if page.get_by_label("Password").count():
        page.get_by_label("Login").fill("alpha")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Log in").click()
    page.goto(f"{host}/admin/account/second-factor/passkey")
    page.get_by_label("Name").fill("my key")
    page.get_by_role("button", name="Set up").click()
    page.wait_for_url(f"{host}/admin/account/second-factor")
    expect(page.get_by_text("Your second factor is set up.")).to_be_visible()
    assert Passkey.objects.get().name == "my key"

    page.context.clear_cookies()
    page.goto(f"{host}/admin/")
    page.get_by_label("Login").fill("alpha")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{host}/admin/")
    assert LoginEvent.objects.latest("pk").second_factor == "passkey"


def test_new_password__is_generated_and_shown(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    page.goto(f"{live_server.url}/admin/accounts/administrator/add/")
    field, again = page.locator("#id_new_password"), page.locator("#id_repeated_password")
    expect(field).to_have_attribute("type", "password")

    page.get_by_role("button", name="Generate").click()

    expect(field).to_have_attribute("type", "text")
    assert len(field.input_value()) == 20
    assert field.input_value() == again.input_value()
    page.get_by_role("button", name="Show").click()
    expect(field).to_have_attribute("type", "password")
