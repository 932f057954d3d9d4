"""What each role looks at every day: the overview, a live mailbox, the change log; and each kind of bulk edit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Reseller, User
from changelog.models import Change
from forwards.models import ForwardingAlias, Recipient
from forwards.services import create_forward, set_forward_active
from tests.browser.conftest import LogIn, thorough
from tests.browser.test_clerk import choose
from tests.world import OPERATOR, World

pytestmark = pytest.mark.browser

# Who works here -> a context of theirs, its domain.
ROLES: Final = {
    "alpha": (24, "acme.example"),
    "alphakid": (34, "cafe.example"),
    "admin@alpha_acme": (24, "acme.example"),
    "root": (24, "acme.example"),
}
# Those of a reseller and the master go through the flows of test_matrix.py.
TRIED: Final = thorough(list(ROLES), ["alphakid", "admin@alpha_acme"])
NEW: Final = "new@far.example"


@pytest.fixture
def maildir(tmp_path: Path, settings: Any) -> Path:
    """A mail store in which each johndoe has one unread mail."""
    settings.MAIL_STORE = f"maildir://{tmp_path}"
    for _context, domain in ROLES.values():
        inbox = tmp_path / f"johndoe@{domain}"
        for name in ("cur", "new", "tmp"):
            (inbox / name).mkdir(parents=True, exist_ok=True)
        mail = "Subject: Lunch at noon\nFrom: Zoe <zoe@far.example>\n\nx"
        (inbox / "new" / "1700000000.M1P1.host").write_text(mail)
    return tmp_path


def open_user(page: Page, live_server: LiveServer, world: World, context: int) -> Any:
    """The user's page; gives its panel with the mailbox, when that has its figures."""
    page.goto(f"{live_server.url}/admin/accounts/user/{world.users[context].pk}/change/")
    panel = page.locator(".mail-panel")
    expect(panel.locator(".content")).not_to_contain_text("Asking")
    return panel


@pytest.mark.parametrize("login", TRIED)
def test_overview__what_needs_work_leads_to_the_list_of_it(
    log_in: LogIn, live_server: LiveServer, world: World, login: str
) -> None:
    context, domain = ROLES[login]
    alias = ForwardingAlias.objects.get(address=f"sales@{domain}")
    set_forward_active(actor=OPERATOR, forward=alias, is_active=False)
    foreign = ForwardingAlias.objects.get(address="sales@echo.example")
    set_forward_active(actor=OPERATOR, forward=foreign, is_active=False)

    page = log_in(login)
    work = page.locator("section", has=page.get_by_role("heading", name="Needs attention"))
    entry = work.locator("li", has_text="Suspended aliases")
    seen = {f"sales@{domain}", "sales@echo.example"} if login == "root" else {f"sales@{domain}"}
    expect(entry).to_contain_text(str(len(seen)))
    entry.get_by_role("link").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(len(seen))
    assert set(page.locator("#result_list tbody th").all_inner_texts()) == seen
    expect(page.locator("#result_list .pill").first).to_have_text("suspended")
    page.get_by_role("link", name=f"sales@{domain}").click()
    page.get_by_label("Active").check()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()
    alias.refresh_from_db()
    assert alias.is_active
    assert alias.context_id == context


@pytest.mark.parametrize("login", TRIED)
def test_user__has_live_figures_and_subjects_for_who_may_read_them(
    log_in: LogIn, live_server: LiveServer, world: World, maildir: Path, login: str
) -> None:
    context, _domain = ROLES[login]
    page = log_in(login)
    panel = open_user(page, live_server, world, context)
    expect(panel.locator("li", has_text="Unread in the inbox")).to_contain_text("1")
    expect(panel).not_to_contain_text("Lunch at noon")
    button = panel.get_by_role("button", name="Show recent mails")
    if login == "root":
        expect(button).to_have_count(0)
        return
    button.click()
    expect(panel.locator("tbody")).to_contain_text("Lunch at noon")
    read = Change.objects.latest("pk")
    assert (read.action, read.actor, read.context_id) == ("read", login, context)


def test_user__subjects_are_nobodys_where_the_reseller_hides_them(
    log_in: LogIn, live_server: LiveServer, world: World, maildir: Path
) -> None:
    Reseller.objects.filter(name="alpha").update(hide_subjects=True)
    panel = open_user(log_in("alpha"), live_server, world, 24)
    expect(panel.locator("li", has_text="Unread in the inbox")).to_contain_text("1")
    expect(panel.get_by_role("button", name="Show recent mails")).to_have_count(0)


def test_user__a_store_that_does_not_answer_is_no_zero(
    log_in: LogIn, live_server: LiveServer, world: World, maildir: Path
) -> None:
    inbox = maildir / "johndoe@acme.example"
    inbox.rename(maildir / "moved")
    inbox.write_text("no folder")
    panel = open_user(log_in("alpha"), live_server, world, 24)
    expect(panel).to_contain_text("no answer")
    expect(panel.locator("strong")).to_have_count(0)


@pytest.mark.parametrize("login", TRIED)
def test_log__a_change_is_found_by_filters_seen_side_by_side_and_undone(
    log_in: LogIn, live_server: LiveServer, world: World, login: str
) -> None:
    context, domain = ROLES[login]
    page, admin = log_in(login), f"{live_server.url}/admin"
    page.goto(f"{admin}/accounts/user/{world.users[context].pk}/change/")
    page.get_by_label("Phone number").fill("+49.30.7654321")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_be_visible()

    page.goto(f"{admin}/changelog/change/?kind=user&channel__exact=web&context_id={context}")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.locator("#result_list tbody th a").click()
    row = page.locator("table.difference tbody tr")
    before = User.objects.get(pk=world.users[context].pk)
    assert before.msisdn == "+49.30.7654321"
    expect(row).to_have_count(1)
    expect(row).to_contain_text(f"{world.users[context].msisdn or '—'}")
    expect(row).to_contain_text("+49.30.7654321")

    page.go_back()
    page.locator("#result_list .action-select").check()
    page.get_by_label("Action:").select_option("changes.undo")
    page.get_by_role("button", name="Go").click()
    page.get_by_role("button", name="Change 1 row").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")
    assert User.objects.get(uidname=f"johndoe@{domain}").msisdn == world.users[context].msisdn


def with_all(page: Page, address: str, edit: str, fill: Callable[[Page], None] | None = None) -> None:
    """Do this to all rows of the list at this address, through form, preview and result."""
    page.goto(address)
    page.locator("#action-toggle").check()
    page.get_by_label("Action:").select_option(edit)
    page.get_by_role("button", name="Go").click()
    if fill is not None:
        fill(page)
        page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-state")).to_contain_text("nothing has changed yet")
    typed = page.get_by_label("To confirm, type the number")
    if typed.count():
        typed.fill("2")
    page.locator(".bulk-decision input[type=submit]").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")


def test_every_bulk_edit__from_the_list_to_the_result(log_in: LogIn, live_server: LiveServer, world: World) -> None:
    for number in (1, 2):
        create_forward(
            actor=OPERATOR,
            context=world.contexts[24],
            alias=f"desk{number}@neutral.example",
            recipients=["johndoe@acme.example", "old@far.example"],
        )
    mine = ForwardingAlias.objects.filter(address__startswith="desk")
    recipients = Recipient.objects.filter(alias__address__startswith="desk")
    page, admin = log_in("alpha"), f"{live_server.url}/admin"
    desks, users = f"{admin}/forwards/forwardingalias/?q=desk", f"{admin}/accounts/user/?q=johndoe@acme"

    def replace(page: Page) -> None:
        page.get_by_label("Old recipient").fill("old@far.example")
        page.get_by_label("New recipient").fill(NEW)

    with_all(page, desks, "forwards.replace_recipient", replace)
    assert recipients.filter(address=NEW).count() == 2
    with_all(page, desks, "forwards.remove_recipient", lambda page: page.get_by_label("Recipient").fill(NEW))
    assert set(recipients.values_list("address", flat=True)) == {"johndoe@acme.example"}
    with_all(page, desks, "forwards.suspend")
    assert not mine.filter(is_active=True).exists()
    with_all(page, desks, "forwards.resume")
    assert not mine.filter(is_active=False).exists()
    with_all(
        page, desks, "forwards.move", lambda page: choose(page, page.locator("fieldset.module"), "bolt", "alpha_bolt")
    )
    assert set(mine.values_list("context", flat=True)) == {25}
    with_all(page, desks, "forwards.delete")
    assert not mine.exists()

    def quota(page: Page) -> None:
        page.get_by_label("Mail quota").fill("2")
        page.get_by_label("Unit").select_option("GB")

    with_all(page, users, "users.set_quota", quota)
    assert User.objects.get(uidname="johndoe@acme.example").quota == 2 * 2**30
