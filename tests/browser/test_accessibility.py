"""axe-core on the pages that people work with: WCAG 2.0 to 2.2, A and AA, in light, in dark and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Administrator, Reseller
from tests.browser.conftest import FULL_MATRIX, LogIn
from tests.world import World
from webhooks.models import Delivery, Webhook

pytestmark = pytest.mark.browser

OPTIONS: Final[dict[str, Any]] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    "resultTypes": ["violations"],
    "preload": False,
}
PHONE: Final = {"width": 390, "height": 844}
LOOKS: Final = ["light", "dark", "phone"]
IMPORT: Final = b"context,alias,recipients\n24,new@acme.example,a@b.example\n44,info@echo.example,a@b.example\n"


def by_path(path: str) -> Callable[[Page, str], None]:
    def show(page: Page, admin: str) -> None:
        page.goto(f"{admin}/{path}")

    return show


def to_the_end(page: Page) -> None:
    """At a form's end: what lies half below the bar with the buttons is no target at that moment."""
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    expect(page.locator(".submit-row")).to_be_in_viewport()


def form_with_errors(page: Page, admin: str) -> None:
    page.goto(f"{admin}/forwards/forwardingalias/add/")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".errorlist").first).to_be_visible()


def user(page: Page, admin: str) -> None:
    page.goto(f"{admin}/accounts/user/?q=johndoe@acme")
    page.locator("#result_list tbody th a").click()
    expect(page.locator(".mail-panel .content")).not_to_contain_text("Asking")
    to_the_end(page)


def alias(page: Page, admin: str) -> None:
    page.goto(f"{admin}/forwards/forwardingalias/?q=sales@acme")
    page.locator("#result_list tbody th a").click()
    expect(page.locator("#id_recipients")).to_be_visible()


def bulk_form(page: Page, admin: str) -> None:
    page.goto(f"{admin}/forwards/forwardingalias/")
    for place in range(2):
        page.locator("#result_list .action-select").nth(place).check()
    page.locator('select[name="action"]').select_option(label="Add a recipient")
    page.get_by_role("button", name="Go").click()
    expect(page.get_by_label("Recipient")).to_be_visible()


def bulk_preview(page: Page, admin: str) -> None:
    bulk_form(page, admin)
    page.get_by_label("Recipient").fill("auditor@law.example")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-state")).to_be_visible()


def import_preview(page: Page, admin: str) -> None:
    page.goto(f"{admin}/forwards/forwardingalias/import")
    page.locator("#id_file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": IMPORT})
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-state")).to_be_visible()


def people_columns(page: Page, admin: str) -> None:
    page.goto(f"{admin}/people?context=24")
    page.get_by_label("Rows of the spreadsheet").fill("Vorname\tNachname\tHandy\nAnn\tLee\t\nBo\tPark\t12\n")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("#columns-form")).to_be_visible()


def people_preview(page: Page, admin: str) -> None:
    people_columns(page, admin)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bad-lines")).to_be_visible()


def context_overview(page: Page, admin: str) -> None:
    page.goto(f"{admin}/accounts/context/24/change/")
    to_the_end(page)


def change(page: Page, admin: str) -> None:
    page.goto(f"{admin}/changelog/change/?kind=forward")
    page.locator("#result_list tbody th a").first.click()
    expect(page.locator("table.difference")).to_be_visible()


def search(page: Page, admin: str) -> None:
    page.goto(f"{admin}/")
    page.locator(".global-search input").fill("acme")
    expect(page.locator(".search-hits [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")


def webhook(page: Page, admin: str) -> None:
    page.goto(f"{admin}/webhooks/webhook/{_delivery().webhook_id}/change/")
    expect(page.get_by_role("button", name="Send a test")).to_be_visible()


def delivery(page: Page, admin: str) -> None:
    page.goto(f"{admin}/webhooks/delivery/{_delivery().pk}/change/")
    expect(page.get_by_role("button", name="Send again")).to_be_visible()


def _delivery() -> Delivery:
    owner = Administrator.objects.get(login="alpha")
    values = {"url": "https://hooks.example/x", "failing_since": timezone.now()}
    row, _made = Webhook.objects.get_or_create(administrator=owner, name="x", place=["x", 0, 1, 0], defaults=values)
    about = {"event": "user.create", "kind": "user", "key": 1, "change_id": 1}
    found, _made = Delivery.objects.get_or_create(webhook=row, message="change_1_1", defaults=about)
    return found


PAGES: Final[dict[str, Callable[[Page, str], None]]] = {
    "dashboard": by_path(""),
    "aliases": by_path("forwards/forwardingalias/"),
    "filtered list": by_path("accounts/user/?status=active&q=john"),
    "contexts": by_path("accounts/context/"),
    "context overview": context_overview,
    "reseller": by_path("accounts/reseller/add/"),
    "alias": alias,
    "form with errors": form_with_errors,
    "user": user,
    "bulk form": bulk_form,
    "bulk preview": bulk_preview,
    "bulk edits": by_path("bulk/bulkjob/"),
    "import": by_path("forwards/forwardingalias/import"),
    "import preview": import_preview,
    "company sheet": by_path("accounts/context/24/sheet"),
    "people": by_path("people"),
    "people's columns": people_columns,
    "people's preview": people_preview,
    "new webhook": by_path("webhooks/webhook/add/"),
    "webhook": webhook,
    "webhooks": by_path("webhooks/webhook/"),
    "delivery": delivery,
    "deliveries": by_path("webhooks/delivery/"),
    "log": by_path("changelog/change/"),
    "change": change,
    "search": by_path("search?q=acme"),
    "resolve": by_path("resolve?address=sales@acme.example"),
    "account": by_path("account"),
    "new password": by_path("password_change/"),
    "deletion": by_path("accounts/context/24/delete/"),
    "handbook": by_path("help?q=quota"),
    "page of the handbook": by_path("help/users"),
    "list without a hit": by_path("accounts/user/?q=nobody-at-all"),
}


# Pages that are like others: each in one look, by turns; in all of them with the whole matrix.
RARER: Final = (
    "onboarding",
    "accounts/administrator/",
    "accounts/administrator/add/",
    "accounts/configproperty/",
    "accounts/label/",
    "accounts/label/add/",
    "accounts/apipassword/",
    "accounts/apipassword/add/",
    "accounts/loginevent/",
    "accounts/reseller/",
    "accounts/context/24/history/",
    "domains/explicitdomain/",
    "domains/explicitdomain/add/",
    "account/second-factor",
    "account/second-factor/app",
    "account/second-factor/passkey",
)


def seen_in(look: str) -> list[str]:
    """The pages that are looked at in this look: all in light, of the others each one every other page."""
    every = list(PAGES)
    return every if FULL_MATRIX or look == "light" else every[LOOKS.index(look) % 2 :: 2]


def dress(page: Page, look: str) -> None:
    """Have the pages in this look."""
    if look == "phone":
        page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
    page.emulate_media(color_scheme="dark" if look == "dark" else "light", reduced_motion="reduce")


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than the screen."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def violations(page: Page, part: str = "html") -> list[str]:
    """What axe finds, one line a rule, with the elements."""
    # After a click the page may be there before its styles are.
    page.wait_for_load_state("load")
    found = Axe().run(page, context=part, options=OPTIONS).response["violations"]
    return [
        f"{one['id']} ({one['help']}): "
        + "; ".join(f"{node['target']} {node['html'][:160]}" for node in one["nodes"][:4])
        for one in found
    ]


@pytest.mark.parametrize("look", LOOKS)
def test_axe__login_has_no_violation(page: Page, live_server: LiveServer, world: object, look: str) -> None:
    dress(page, look)
    page.goto(f"{live_server.url}/admin/")
    assert violations(page) == []
    page.get_by_label("Login").fill("nobody")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Log in").click()
    expect(page.locator(".errornote")).to_be_visible()
    assert violations(page) == []


@pytest.mark.parametrize("look", LOOKS)
def test_axe__unknown_page_has_no_violation(
    log_in: LogIn, live_server: LiveServer, complaints: list[str], look: str
) -> None:
    page = log_in("alpha")
    dress(page, look)
    page.goto(f"{live_server.url}/admin/nothing/here/")
    expect(page.get_by_role("heading")).to_have_text("There is no such page.")
    assert violations(page) == []
    # The browser itself writes down that the page was not there.
    complaints[:] = [one for one in complaints if "404 (Not Found)" not in one]


@pytest.mark.parametrize("look", LOOKS)
def test_axe__logged_out_page_has_no_violation(log_in: LogIn, live_server: LiveServer, world: World, look: str) -> None:
    Reseller.objects.filter(name="alpha").update(colour="#0f766e")
    page = log_in("alpha")
    dress(page, look)
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading")).to_have_text("You are logged out.")
    assert violations(page) == []
    page.get_by_role("link", name="Log in again").click()
    expect(page.get_by_label("Login")).to_be_visible()


@pytest.mark.parametrize("look", LOOKS)
def test_axe__no_page_has_a_violation(log_in: LogIn, live_server: LiveServer, look: str) -> None:
    page = log_in("alpha")
    dress(page, look)
    found: list[str] = []
    for name in seen_in(look):
        PAGES[name](page, f"{live_server.url}/admin")
        wrong = violations(page)
        if over := overflow(page):
            wrong.append(f"wider than the screen by {over} px")
        found += [f"{name}: {sentence}" for sentence in wrong]
    search(page, f"{live_server.url}/admin")
    # What lies half below the open list of hits is no target at that moment.
    found += [f"search box: {sentence}" for sentence in violations(page, "#header")]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("look", LOOKS)
def test_axe__no_rarer_page_has_a_violation(log_in: LogIn, live_server: LiveServer, look: str) -> None:
    page = log_in("alpha")
    dress(page, look)
    found: list[str] = []
    for path in RARER if FULL_MATRIX else RARER[LOOKS.index(look) :: len(LOOKS)]:
        page.goto(f"{live_server.url}/admin/{path}")
        if page.locator(".submit-row").count():
            to_the_end(page)
        found += [f"{path}: {sentence}" for sentence in violations(page)]
        if over := overflow(page):
            found.append(f"{path}: wider than the screen by {over} px")
    assert not found, "\n".join(found)
