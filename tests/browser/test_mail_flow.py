"""What breaks mail flow is asked about before it is written, and a suspended company looks it; with scripts or not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Context, User
from accounts.services.users import create_user
from forwards.models import Recipient
from tests.browser.conftest import LogIn
from tests.world import OPERATOR, PASSWORD, World

pytestmark = pytest.mark.browser

ANNA = "anna.becker@acme.example"


@pytest.fixture(params=["scripts", "no scripts"])
def alpha(
    request: pytest.FixtureRequest, log_in: LogIn, browser: Browser, live_server: LiveServer, world: World
) -> Iterator[Page]:
    """A reseller's clerk, in whose company there is Anna, too."""
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname=ANNA)
    if request.param == "scripts":
        yield log_in("alpha")
        return
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/")
    page.get_by_label("Login").fill("alpha")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    yield page
    context.close()


def recipients() -> set[str]:
    """Of the alias sales@."""
    return set(Recipient.objects.filter(alias__address="sales@acme.example").values_list("address", flat=True))


def test_delete__hands_the_aliases_to_who_was_meant(alpha: Page, live_server: LiveServer, world: World) -> None:
    alpha.goto(f"{live_server.url}/admin/accounts/user/{world.users[24].pk}/delete/")
    expect(alpha.locator(".question")).to_contain_text("1 alias leads here: sales@acme.example.")
    alpha.get_by_label("Hand them to another address").check()
    alpha.get_by_role("textbox", name="Other address").fill("anna.beker@acme.example")
    alpha.get_by_role("button", name="Yes, I’m sure").click()
    expect(alpha.locator(".question .question")).to_contain_text(f"Did you mean {ANNA}?")
    assert User.objects.filter(pk=world.users[24].pk).exists()
    alpha.get_by_role("textbox", name="Other address").fill(ANNA)
    alpha.get_by_role("button", name="Yes, I’m sure").click()
    expect(alpha.locator(".messagelist .success")).to_be_visible()
    assert recipients() == {ANNA, "outside@elsewhere.example"}


def test_rename__offers_the_new_address(alpha: Page, live_server: LiveServer, world: World) -> None:
    alpha.goto(f"{live_server.url}/admin/accounts/user/{world.users[24].pk}/change/")
    alpha.get_by_label("Uidname").fill("jd@acme.example")
    alpha.get_by_role("button", name="Save and continue editing").click()
    expect(alpha.get_by_label("Hand them to another address")).to_be_checked()
    expect(alpha.get_by_role("textbox", name="Other address")).to_have_value("jd@acme.example")
    alpha.get_by_role("button", name="Save and continue editing").click()
    expect(alpha.locator(".messagelist .success")).to_be_visible()
    assert recipients() == {"jd@acme.example", "outside@elsewhere.example"}


def test_alias__a_recipient_that_does_not_exist_takes_a_tick(
    alpha: Page, live_server: LiveServer, world: World
) -> None:
    alpha.goto(f"{live_server.url}/admin/forwards/forwardingalias/?q=sales@acme.example")
    alpha.get_by_role("link", name="sales@acme.example").click()
    alpha.get_by_label("Recipients").fill("anna.beker@acme.example")
    alpha.get_by_role("button", name="Save and continue editing").click()
    expect(alpha.locator(".question")).to_contain_text(f"Did you mean {ANNA}?")
    assert "anna.beker@acme.example" not in recipients()
    alpha.get_by_label("Save anyway").check()
    alpha.get_by_role("button", name="Save and continue editing").click()
    expect(alpha.locator(".messagelist .success")).to_be_visible()
    assert recipients() == {"anna.beker@acme.example"}


def test_alias__a_corrected_recipient_takes_none(alpha: Page, live_server: LiveServer, world: World) -> None:
    alpha.goto(f"{live_server.url}/admin/forwards/forwardingalias/?q=sales@acme.example")
    alpha.get_by_role("link", name="sales@acme.example").click()
    alpha.get_by_label("Recipients").fill("anna.beker@acme.example")
    alpha.get_by_role("button", name="Save and continue editing").click()
    expect(alpha.locator(".question")).to_contain_text(f"Did you mean {ANNA}?")
    alpha.get_by_label("Recipients").fill(ANNA)
    alpha.get_by_role("button", name="Save and continue editing").click()
    expect(alpha.locator(".messagelist .success")).to_be_visible()
    assert recipients() == {ANNA}


def test_bulk__suspended_users_are_taken_out_of_their_aliases(
    alpha: Page, live_server: LiveServer, world: World
) -> None:
    alpha.goto(f"{live_server.url}/admin/accounts/user/?q=johndoe@acme.example")
    alpha.locator("#result_list tbody input[type=checkbox]").check()
    alpha.get_by_label("Action:").select_option("users.suspend")
    alpha.get_by_role("button", name="Go").click()
    alpha.get_by_label("Take this recipient out").check()
    alpha.get_by_role("button", name="Preview").click()
    expect(alpha.locator(".detail")).to_contain_text("sales@acme.example. This recipient is taken out.")
    assert len(recipients()) == 2
    alpha.get_by_role("button", name="Change 1 row").click()
    expect(alpha.get_by_role("button", name="Undo …")).to_be_visible()
    assert recipients() == {"outside@elsewhere.example"}


def test_company__looks_suspended_and_is_resumed(alpha: Page, live_server: LiveServer, world: World) -> None:
    alpha.goto(f"{live_server.url}/admin/accounts/context/24/change/")
    alpha.get_by_label("Active").uncheck()
    alpha.get_by_role("button", name="Save and continue editing").click()
    expect(alpha.locator(".messagelist")).to_contain_text(
        "“alpha_acme” suspended: 2 mailboxes, 1 alias out of service. Undo …"
    )
    expect(alpha.locator(".panel .pill.bad").first).to_have_text("company suspended")
    alpha.get_by_role("button", name="Resume").click()
    expect(alpha.locator(".messagelist")).to_contain_text("2 mailboxes, 1 alias in service again.")
    assert Context.objects.get(pk=24).is_active
    expect(alpha.locator(".banner")).to_have_count(0)
