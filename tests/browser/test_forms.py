"""A form saves what it showed, or refuses: with Chromium's own widgets, with scripts and without."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Context, User
from tests.browser.conftest import LogIn, thorough
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser

GB = 2**30


@pytest.fixture(params=["scripts", "no scripts"])
def alpha(
    request: pytest.FixtureRequest, log_in: LogIn, browser: Browser, live_server: LiveServer, world: World
) -> Iterator[Page]:
    """A reseller's clerk."""
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


def save(page: Page) -> None:
    """Save and go on with the same page."""
    page.get_by_role("button", name="Save and continue editing").click()


@pytest.mark.parametrize(
    ("typed", "quota"),
    thorough(
        [("2,5", 5 * GB // 2), ("2.5", 5 * GB // 2), ("3", 3 * GB), ("", None)], [("2,5", 5 * GB // 2), ("", None)]
    ),
)
def test_quota__is_saved_as_it_was_typed(
    alpha: Page, live_server: LiveServer, world: World, typed: str, quota: int | None
) -> None:
    user = world.users[24]
    User.objects.filter(pk=user.pk).update(quota=7 * GB)
    alpha.goto(f"{live_server.url}/admin/accounts/user/{user.pk}/change/")
    box = alpha.get_by_label("Mail quota")
    box.fill("")
    box.press_sequentially(typed)
    save(alpha)
    expect(alpha.locator(".messagelist .success")).to_be_visible()
    user.refresh_from_db()
    assert user.quota == quota


@pytest.mark.parametrize("typed", thorough(["5e", "1.5.2", "1,5,2", "1.000", "-1", "many"], ["1.000", "many"]))
def test_quota__what_is_no_number_is_refused_and_stays_in_the_box(
    alpha: Page, live_server: LiveServer, world: World, typed: str
) -> None:
    user = world.users[24]
    User.objects.filter(pk=user.pk).update(quota=7 * GB)
    alpha.goto(f"{live_server.url}/admin/accounts/user/{user.pk}/change/")
    box = alpha.get_by_label("Mail quota")
    box.fill("")
    box.press_sequentially(typed)
    save(alpha)
    expect(alpha.locator(".field-quota .errorlist")).to_be_visible()
    expect(box).to_have_value(typed)
    user.refresh_from_db()
    assert user.quota == 7 * GB


@pytest.mark.parametrize("typed", thorough(["5e", "1.000", "1,5"], ["5e"]))
def test_limit_of_users__what_is_no_whole_number_is_refused(
    alpha: Page, live_server: LiveServer, world: World, typed: str
) -> None:
    Context.objects.filter(pk=24).update(max_user=50)
    alpha.goto(f"{live_server.url}/admin/accounts/context/24/change/")
    box = alpha.locator("#id_max_user")
    box.fill("")
    box.press_sequentially(typed)
    save(alpha)
    expect(alpha.locator(".field-max_user .errorlist")).to_be_visible()
    expect(box).to_have_value(typed)
    assert Context.objects.get(pk=24).max_user == 50
