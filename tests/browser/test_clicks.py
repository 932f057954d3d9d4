"""What a clerk does daily, and how many clicks of a mouse it takes at most. Typing is not counted."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.core import mail
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Administrator, Context, User
from accounts.services.administrators import create_administrator, update_administrator
from core.access import Role
from forwards.models import ForwardingAlias
from forwards.services import create_forward, remove_recipient
from tests.browser.conftest import LogIn
from tests.services.bulk import preview, run
from tests.world import OPERATOR, PASSWORD, World

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


WHO_UNDOES: Final = {"alpha": "en", "alphakid": "de", "admin@alpha_acme": "en", "root": "de"}


@pytest.mark.parametrize(("who", "language"), WHO_UNDOES.items())
def test_undoing__a_colleagues_bulk_edit(
    log_in: LogIn, live_server: LiveServer, world: World, who: str, language: str
) -> None:
    administrator = world.administrators[who]
    colleague = create_administrator(
        actor=OPERATOR,
        login="betty",
        role=Role(administrator.role),
        reseller=administrator.reseller,
        context=administrator.context,
        password=PASSWORD,
    )
    aliases = ForwardingAlias.objects.visible_to(administrator)
    run(preview(colleague, "forwards.suspend", aliases))
    update_administrator(actor=OPERATOR, administrator=administrator, language=language)
    page = log_in(who)
    begin(page, f"{live_server.url}/admin/")
    page.get_by_role("button", name={"en": "Undo …", "de": "Rückgängig machen …"}[language]).first.click()
    page.locator(".bulk-decision input[type=submit]").click()
    expect(page.locator(".bulk-state")).to_contain_text({"en": "done", "de": "fertig"}[language])
    assert clicks(page) <= 3
    assert not aliases.filter(is_active=False).exists()


RESET: Final = {
    "en": ("Reset (password of admin@{})", "Generate a password", "Copy"),
    "de": ("Zurücksetzen (Passwort von admin@{})", "Ein Passwort erzeugen", "Kopieren"),
}
WHO_RESETS: Final = {"alpha": ("en", "alpha_acme"), "alphakid": ("de", "kid_cafe"), "root": ("en", "own_gold")}


@pytest.mark.parametrize(("who", "language", "company"), [(who, *rest) for who, rest in WHO_RESETS.items()])
def test_resetting__somebodys_password_from_the_list(
    log_in: LogIn, live_server: LiveServer, world: World, who: str, language: str, company: str
) -> None:
    update_administrator(actor=OPERATOR, administrator=world.administrators[who], language=language)
    page = log_in(who)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    reset, generate, copy = RESET[language]
    begin(page, f"{live_server.url}/admin/accounts/administrator/")
    page.get_by_role("link", name=reset.format(company)).click()
    page.get_by_role("button", name=generate).click()
    page.get_by_role("button", name=copy).click()
    assert clicks(page) <= 3
    password = page.evaluate("navigator.clipboard.readText()")
    administrator = Administrator.objects.get(pk=world.administrators[f"admin@{company}"].pk)
    assert administrator.check_password(password)
    assert administrator.must_change_password


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


WHO_ASKS: Final = {"alpha": ("en", 24), "alphakid": ("de", 34), "admin@alpha_acme": ("de", 24), "root": ("en", 54)}


@pytest.mark.parametrize(("who", "language", "number"), [(who, *rest) for who, rest in WHO_ASKS.items()])
def test_asking__what_happened_to_a_person(
    log_in: LogIn, live_server: LiveServer, world: World, who: str, language: str, number: int
) -> None:
    user, context = world.users[number], world.contexts[number]
    create_forward(
        actor=OPERATOR, context=context, alias=f"old@{user.domain}", recipients=[user.uidname, "x@y.example"]
    )
    remove_recipient(actor=OPERATOR, context=context, alias=f"old@{user.domain}", recipient=user.uidname)
    update_administrator(actor=OPERATOR, administrator=world.administrators[who], language=language)
    page = log_in(who)
    begin(page, f"{live_server.url}/admin/accounts/user/")
    page.get_by_role("link", name=user.uidname, exact=True).click()
    page.get_by_role("link", name={"en": "History", "de": "Verlauf"}[language], exact=True).click()
    lines = page.locator(".history-lines > li")
    expect(lines).to_have_count(4)
    expect(lines.first.locator("del")).to_contain_text(user.uidname)
    assert clicks(page) <= 2
    page.get_by_label({"en": "Value or name", "de": "Wert oder Name"}[language]).fill(f"old@{user.domain}")
    page.keyboard.press("Enter")
    expect(lines).to_have_count(2)
