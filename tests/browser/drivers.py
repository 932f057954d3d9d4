"""How each flow of `tests.browser.roles` is gone through in a browser, in any look, and what must come of it.

Words of the page are those of the catalogue; whether they are good German is another test's question.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext, override
from playwright.sync_api import Locator, Page, expect

from accounts.models import Administrator, Context, User
from accounts.services.administrators import create_administrator
from accounts.services.users import create_user
from core.access import Role
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from forwards.services import create_forward, remove_recipient
from mailstats.models import MailboxUse
from tests.browser.roles import ROLES, Run, Who
from tests.services.bulk import preview, run
from tests.world import OPERATOR, PASSWORD, World

# A click on a label makes another one on its input: the mouse is counted, not the clicks.
COUNT: Final = """addEventListener("pointerdown", () => {
    sessionStorage.setItem("clicks", 1 + Number(sessionStorage.getItem("clicks")));
}, true);"""
_GIGABYTE: Final = 2**30
HEADS: Final = {"en": "First name\tLast name\tMobile\tQuota (GB)", "de": "Vorname\tNachname\tHandy\tKontingent (GB)"}


def begin(page: Page, url: str) -> None:
    """Go where the clerk is anyhow, and count from there."""
    page.goto(url)
    page.evaluate("sessionStorage.setItem('clicks', 0)")


def clicks(page: Page) -> int:
    """Of the mouse, since `begin`; nobody counts where no scripts run."""
    return int(page.evaluate("sessionStorage.getItem('clicks')"))


@dataclass(frozen=True, slots=True)
class Driver:
    """Somebody at a browser."""

    page: Page
    admin: str
    world: World
    run: Run

    @property
    def who(self) -> Who:
        """The one who works."""
        return ROLES[self.run.role]

    def words(self, text: str, **values: object) -> str:
        """The sentence in the language of the page."""
        with override(self.run.language):
            return gettext(text) % values if values else gettext(text)

    def begin(self, path: str = "") -> None:
        """Be at this page, and count clicks from there."""
        begin(self.page, f"{self.admin}/{path}")

    def link(self, text: str, within: str = "body") -> Locator:
        """The one link of this name that can be seen; menu and overview may both have it."""
        return self.page.locator(within).get_by_role("link", name=self.words(text), exact=True).first

    def button(self, text: str, **values: object) -> Locator:
        """The button of this name, with or without dots."""
        return self.page.get_by_role("button", name=self.words(text, **values)).first

    def change_one_row(self) -> None:
        """Do what the preview shows, and see it done."""
        with override(self.run.language):
            button = ngettext("Change %(count)s row", "Change %(count)s rows", 1) % {"count": 1}
        self.page.get_by_role("button", name=button).click()
        self.see_done()

    def see_done(self) -> None:
        """The job has run."""
        expect(self.page.locator(".bulk-state")).to_contain_text(self.words("done"))

    def choose(self, field: str, text: str) -> None:
        """Take a row of a box that searches; without scripts it is typed."""
        if not self.run.scripts:
            self.page.locator(f'input[name="{field}"]').last.fill(text)
            return
        self.page.locator(".select2-selection").click()
        self.page.locator(".select2-results__option", has_text=text).click()

    @property
    def user(self) -> User:
        """The person in question."""
        return self.world.users[self.who.context]


def company(driver: Driver) -> None:
    """From the overview: context, domain, administrator and first users."""
    page = driver.page
    driver.begin()
    driver.link("Contexts").click()
    driver.link("New company").click()
    page.locator("#id_name").fill("new_company")
    page.locator("#id_domain").fill("new.example")
    page.locator("#id_users").fill("anna.becker\njim")
    driver.button("Set up the company").click()
    expect(page.locator("#shown-secret")).to_be_visible()
    made = Context.objects.get(name="new_company")
    assert made.reseller == driver.world.administrators[driver.who.login].reseller
    assert (made.users.count(), ExplicitDomain.objects.get(context=made).name) == (2, "new.example")


def spreadsheet(driver: Driver) -> None:
    """Eighty people, of whom ten cannot be, pasted in their own columns: from the company's page."""
    page, who = driver.page, driver.who
    lines = [f"Person{number}\tLind\t{f'+49 170 {1000 + number}' if number % 8 else '12'}\t2\n" for number in range(80)]
    driver.begin(f"accounts/context/{who.context}/change/")
    driver.link("Add people from a spreadsheet").click()
    # Pasting takes no click.
    expect(page.locator("#id_pasted")).to_be_focused()
    page.locator("#id_pasted").fill(HEADS[driver.run.language] + "\n" + "".join(lines))
    driver.button("Next").click()
    page.locator("#columns-form [type=submit]").click()
    with override(driver.run.language):
        good = ngettext("Import the %(number)s good line", "Import the %(number)s good lines", 70) % {"number": 70}
    page.get_by_role("button", name=good).click()
    driver.see_done()
    made = User.objects.filter(context=who.context, uidname__endswith=f".lind@{who.domain}", quota=2 * _GIGABYTE)
    assert made.count() == 70
    # Fetched, not clicked: the work was done before.
    bad = page.get_by_role("link", name=driver.words("Bad lines as %(name)s", name="CSV")).get_attribute("href")
    file = page.request.get(page.url.partition("/admin/")[0] + str(bad))
    refused = list(csv.reader(file.body().decode("utf-8-sig").splitlines()))
    assert [line[1:] for line in refused[:2]] == [
        HEADS[driver.run.language].split("\t"),
        ["Person0", "Lind", "12", "2"],
    ]
    assert len(refused) == 11


def leaves(driver: Driver) -> None:
    """From the person's page: the mail goes to somebody else, the mailbox is suspended."""
    page = driver.page
    driver.begin(f"accounts/user/{driver.user.pk}/change/")
    driver.button("Somebody leaves").click()
    page.get_by_label(driver.words("Hand them to another address")).click()
    page.get_by_role("textbox", name=driver.words("Other address")).fill("successor@elsewhere.example")
    driver.button("Preview").click()
    driver.change_one_row()
    driver.user.refresh_from_db()
    assert not driver.user.is_active
    sales = ForwardingAlias.objects.get(address=f"sales@{driver.who.domain}")
    assert sales.recipients.filter(address="successor@elsewhere.example").exists()


def handover(driver: Driver) -> None:
    """From the company's page, to a child of the reseller's; by the master to any reseller."""
    page, context = driver.page, driver.who.context
    driver.begin(f"accounts/context/{context}/change/")
    driver.button("Hand over to another reseller").click()
    driver.choose("edit-reseller", "alphakid")
    driver.button("Preview").click()
    page.locator("input[name=count]").fill("1")
    driver.change_one_row()
    assert Context.objects.get(pk=context).reseller == driver.world.resellers["alphakid"]


def quota(driver: Driver) -> None:
    """From the overview to the list of users, the fullest in sight."""
    full = create_user(
        actor=OPERATOR,
        context=driver.world.contexts[driver.who.context],
        number=100,
        uidname=f"full@{driver.who.domain}",
        quota=_GIGABYTE,
    )
    MailboxUse.objects.create(user=full, bytes=_GIGABYTE * 955 // 1000, messages=1)
    MailboxUse.objects.create(user=driver.user, bytes=100_000, messages=1)
    driver.begin()
    driver.link("Users").click()
    driver.page.locator("#result_list thead").get_by_role(
        "link", name=capfirst(driver.words("mail quota")), exact=True
    ).click()
    first = driver.page.locator("#result_list tbody tr").first
    expect(first).to_contain_text(f"full@{driver.who.domain}")
    expect(first).to_contain_text("95")


def reset(driver: Driver) -> None:
    """From the list of administrators: a password is made, and copied."""
    page, login = driver.page, f"admin@{driver.who.company}"
    told = driver.words("Reset"), driver.words("password of %(login)s", login=login)
    if driver.run.scripts:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    driver.begin("accounts/administrator/")
    page.get_by_role("link", name=f"{told[0]} ({told[1]})").click()
    driver.button("Generate a password").click()
    password = page.locator("#shown-secret").input_value()
    if driver.run.scripts:
        driver.button("Copy").click()
        expect(driver.button("Copied")).to_be_visible()
        assert page.evaluate("navigator.clipboard.readText()") == password
    administrator = Administrator.objects.get(pk=driver.world.administrators[login].pk)
    assert administrator.check_password(password)
    assert administrator.must_change_password


def history(driver: Driver) -> None:
    """From the list of users to the person's history, and to one value in it."""
    page, user, address = driver.page, driver.user, f"old@{driver.who.domain}"
    context = driver.world.contexts[driver.who.context]
    create_forward(actor=OPERATOR, context=context, alias=address, recipients=[user.uidname, "x@y.example"])
    remove_recipient(actor=OPERATOR, context=context, alias=address, recipient=user.uidname)
    driver.begin("accounts/user/")
    page.get_by_role("link", name=user.uidname, exact=True).click()
    driver.link("History").click()
    lines = page.locator(".history-lines > li")
    expect(lines).to_have_count(4)
    expect(lines.first.locator("del")).to_contain_text(user.uidname)
    page.get_by_label(driver.words("Value or name")).fill(address)
    page.keyboard.press("Enter")
    expect(lines).to_have_count(2)


def undo(driver: Driver) -> None:
    """From the overview: what a colleague of the same reseller or company did in bulk is as it was."""
    own = driver.world.administrators[driver.who.login]
    colleague = create_administrator(
        actor=OPERATOR,
        login="betty",
        role=Role(own.role),
        reseller=own.reseller,
        context=own.context,
        password=PASSWORD,
    )
    aliases: QuerySet[Any] = ForwardingAlias.objects.visible_to(own)
    run(preview(colleague, "forwards.suspend", aliases))
    assert aliases.filter(is_active=False).exists()
    driver.begin()
    driver.button("Undo …").click()
    driver.page.locator(".bulk-decision input[type=submit]").click()
    driver.see_done()
    assert not aliases.filter(is_active=False).exists()


DRIVERS: Final[dict[str, Callable[[Driver], None]]] = {
    "company": company,
    "spreadsheet": spreadsheet,
    "leaves": leaves,
    "handover": handover,
    "quota": quota,
    "reset": reset,
    "history": history,
    "undo": undo,
}
