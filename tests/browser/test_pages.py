"""Every page that can be reached: nothing breaks, nothing is from elsewhere, text is text. And how they look."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, urldefrag, urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Dialog, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Administrator, ConfigProperty, Context, CustomId, Reseller, User
from accounts.services.users import create_user
from changelog.models import Change
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from tests.browser.conftest import FULL_MATRIX, LogIn
from tests.world import OPERATOR, World

pytestmark = pytest.mark.browser

HOSTILE: Final = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
PER_SHAPE: Final = 1
# Parameters with which a page of one kind is still of that kind: where in the list, and the way back to it.
SAME_PAGE: Final = frozenset({"p", "o", "_changelist_filters", "_to_field"})
REPORT: Final = """
document.addEventListener("securitypolicyviolation", (event) => {
  console.error("content security policy:", event.violatedDirective, event.blockedURI);
});
"""


@pytest.fixture(autouse=True)
def reported(page: Page, complaints: list[str]) -> None:
    """Violations of the content security policy and dialogs are complaints too."""

    def dialog(opened: Dialog) -> None:
        complaints.append(f"dialog: {opened.message}")
        opened.dismiss()

    page.add_init_script(REPORT)
    page.on("dialog", dialog)


@pytest.fixture
def maildir(tmp_path: Path, settings: Any) -> Path:
    """A mail store in which johndoe@acme.example has one mail, and that is hostile."""
    settings.MAIL_STORE = f"maildir://{tmp_path}"
    inbox = tmp_path / "johndoe@acme.example"
    for name in ("cur", "new", "tmp"):
        (inbox / name).mkdir(parents=True)
    mail = f'Subject: {HOSTILE}\nFrom: "<img src=x onerror=alert(3)>" <a@b.example>\n\nx'
    (inbox / "new" / "1700000000.M1P1.host").write_text(mail)
    return tmp_path


def shape(url: str) -> str:
    """What is the same for pages of one kind: the path without numbers, the names of the parameters."""
    parts = urlsplit(url)
    names = sorted({name for name, _value in parse_qsl(parts.query)} - SAME_PAGE)
    return re.sub(r"\d+", "N", parts.path) + "?" + ",".join(names)


def links(page: Page) -> Iterator[str]:
    """Where the page leads to inside the web admin; files to be saved are no pages."""
    found: list[str] = page.eval_on_selector_all("a[href]:not([download])", "all => all.map(one => one.href)")
    for href in found:
        url = urldefrag(href).url
        # One filter at a time: their combinations are without number.
        if "/admin/" in url and not re.search(r"/export/|/csv\b", url) and len(parse_qsl(urlsplit(url).query)) < 2:
            yield url


def walk(page: Page, start: str) -> Iterator[str]:
    """Open what can be reached from `start`, up to PER_SHAPE pages of a kind, and yield each page's address."""
    waiting, known, seen = [start], {start}, Counter[str]()
    while waiting:
        url = waiting.pop(0)
        if seen[shape(url)] == PER_SHAPE:
            continue
        seen[shape(url)] += 1
        answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200, f"{answer.status} {url}"
        yield url
        for found in links(page):
            if found not in known:
                known.add(found)
                waiting.append(found)


def make_hostile(world: World) -> None:
    """Text that would run if it were HTML, past all rules, everywhere that text is kept."""
    context = world.contexts[24]
    Reseller.objects.filter(name="alpha").update(display_name=HOSTILE, product_name=HOSTILE)
    Context.objects.filter(pk=24).update(name=HOSTILE)
    User.objects.filter(context=25).update(uidname=HOSTILE, msisdn=HOSTILE)
    CustomId.objects.filter(user__context=25).update(value=HOSTILE)
    ForwardingAlias.objects.filter(context=context).update(address=f'"{HOSTILE}"@acme.example')
    Recipient.objects.filter(alias__context=context).update(address=HOSTILE)
    ExplicitDomain.objects.filter(context=context).update(name=HOSTILE)
    ConfigProperty.objects.filter(context=context).update(name=HOSTILE, value=HOSTILE)
    Administrator.objects.filter(login="alphakid").update(login=HOSTILE)
    Change.objects.filter(context_id=24).update(
        label=HOSTILE, actor=HOSTILE, before={HOSTILE: HOSTILE}, after={HOSTILE: [HOSTILE]}, context_name=HOSTILE
    )


# What the master finds is all that a reseller's staff find, and more.
WALKERS: Final = [("admin@alpha_acme", 25), ("root", 40), *([("alpha", 40)] if FULL_MATRIX else [])]


@pytest.mark.parametrize(("login", "fewest"), WALKERS)
def test_pages__all_that_can_be_reached_work_and_show_text_as_text(
    log_in: LogIn, live_server: LiveServer, world: World, maildir: Path, login: str, fewest: int
) -> None:
    page = log_in(login)
    make_hostile(world)
    opened = 0
    for url in walk(page, f"{live_server.url}/admin/"):
        opened += 1
        assert page.locator('img[src="x"]').count() == 0, url
        assert page.evaluate("[...document.scripts].filter(one => !one.src).length") == 0, url
        assert page.evaluate("document.querySelectorAll('style, [onclick], [onerror]').length") == 0, url
        expect(page.locator("h1")).to_have_count(1)
    assert opened >= fewest, opened
    shown = page.goto(f"{live_server.url}/admin/accounts/context/24/change/")
    assert shown is not None
    expect(page.locator("#content > h2")).to_have_text(HOSTILE)


def test_mail_panel__subjects_and_senders_are_text(
    log_in: LogIn, live_server: LiveServer, world: World, maildir: Path
) -> None:
    page = log_in("alpha")
    page.goto(f"{live_server.url}/admin/accounts/user/{world.users[24].pk}/change/")
    page.get_by_role("button", name="Show recent mails").click()
    expect(page.locator(".mail-panel tbody")).to_contain_text(HOSTILE)
    expect(page.locator(".mail-panel tbody")).to_contain_text("<img src=x onerror=alert(3)>")
    assert page.locator('img[src="x"]').count() == 0


def test_list__has_seventeen_rows_in_sight(log_in: LogIn, live_server: LiveServer, world: World) -> None:
    for number in range(30):
        create_user(
            actor=OPERATOR, context=world.contexts[24], number=100 + number, uidname=f"row{number:02}@acme.example"
        )
    page = log_in("alpha")
    count = """all => all.filter(row => { const box = row.getBoundingClientRect();
        return box.top >= 0 && box.bottom <= window.innerHeight; }).length"""
    page.goto(f"{live_server.url}/admin/accounts/user/")
    dense = page.eval_on_selector_all("#result_list tbody tr", count)
    assert dense >= 17
    with page.expect_response("**/account/density"):
        page.locator(".density-toggle").click()
    assert page.eval_on_selector_all("#result_list tbody tr", count) < dense
    page.reload()
    expect(page.locator(".density-toggle")).to_have_attribute("aria-pressed", "true")


def test_hub__what_was_never_measured_is_no_zero(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    page.goto(f"{live_server.url}/admin/accounts/context/24/change/")
    held = page.locator(".limits li", has_text="Held by its mailboxes")
    expect(held).to_contain_text("not measured yet")
    expect(held).not_to_contain_text("0")


def test_list__suspended_is_a_word_and_a_filter(log_in: LogIn, live_server: LiveServer, world: World) -> None:
    User.objects.filter(pk=world.users[25].pk).update(is_active=False)
    page = log_in("alpha")
    page.goto(f"{live_server.url}/admin/accounts/user/")
    expect(page.locator("#result_list tbody tr", has_text="johndoe@bolt").locator(".pill")).to_have_text("suspended")
    page.locator("#changelist-filter").get_by_role("link", name="suspended").first.click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Status").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)


@pytest.mark.parametrize("colour", ["#ffff00", "#17202b", "#777777"])
def test_brand__any_colour_stays_readable(log_in: LogIn, world: World, colour: str) -> None:
    Reseller.objects.filter(name="alpha").update(colour=colour, product_name="Alpha Control")
    page = log_in("alpha")
    expect(page.locator("#site-name a")).to_have_text("Alpha Control")
    options: dict[str, Any] = {"runOnly": ["wcag2aa"], "resultTypes": ["violations"], "preload": False}
    assert Axe().run(page, context="#header", options=options).response["violations"] == []


def test_keyboard__reaches_search_and_hits_and_skips_to_the_content(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-to-content-link")).to_be_focused()
    expect(page.locator(".skip-to-content-link")).to_be_in_viewport()
    for keys in ("/", "Control+k"):
        page.locator("#content-start").focus()
        page.keyboard.press(keys)
        expect(page.locator(".global-search input")).to_be_focused()
    page.keyboard.type("johndoe@acme")
    expect(page.locator(".search-hits [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    expect(page.locator('.search-hits [aria-selected="true"]')).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("#content > h2")).to_have_text("johndoe@acme.example")


def test_keyboard__every_stop_has_a_visible_focus(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    page.goto(f"{live_server.url}/admin/forwards/forwardingalias/")
    stops = 0
    for _ in range(60):
        page.keyboard.press("Tab")
        name, width = page.evaluate(
            """() => { const one = document.activeElement, look = getComputedStyle(one);
            return [one.outerHTML.slice(0, 120), one === document.body ? 3 : parseFloat(look.outlineWidth)]; }"""
        )
        assert width >= 2, name
        stops += 1
    assert stops == 60


def test_phone__every_list_is_reachable_from_the_overview(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    at_the_side = page.locator("#nav-sidebar th a").all_inner_texts()
    page.set_viewport_size({"width": 390, "height": 844})
    expect(page.locator("#nav-sidebar")).to_be_hidden()
    assert page.locator(".all-pages a").all_inner_texts() == at_the_side
    page.locator(".all-pages").get_by_role("link", name="Changes").click()
    expect(page.locator("#result_list tbody tr").first).to_be_visible()
