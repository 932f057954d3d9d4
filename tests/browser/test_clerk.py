"""A reseller's clerk at work in a browser, and what of other resellers' they can find there: nothing."""

from __future__ import annotations

import re
from typing import Final

import pytest
from playwright.sync_api import Locator, Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Context, User
from changelog.models import Change
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from tests.browser.conftest import LogIn

pytestmark = pytest.mark.browser

FOREIGN: Final = re.compile(r"beta|echo\.example|farm\.example|own_gold|gold\.example")
LISTS: Final = [
    "accounts/reseller",
    "accounts/context",
    "accounts/user",
    "accounts/configproperty",
    "accounts/administrator",
    "changelog/change",
    "forwards/forwardingalias",
    "domains/explicitdomain",
]


def choose(page: Page, box: Locator, words: str, offered: str) -> None:
    """Search in an autocomplete box and take what it offers."""
    box.locator(".select2-selection").click()
    page.locator(".select2-search__field").fill(words)
    page.locator(".select2-results__option", has_text=offered).click()


def save(page: Page, said: str) -> None:
    """Save the form, and read that it was done."""
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text(said)


def confirm_deletion(page: Page, said: str, typed: str = "") -> None:
    """Go on to the deletion from a row's page, and confirm it, with the name of what is lost where it is asked for."""
    page.get_by_role("link", name="Delete", exact=True).click()
    if typed:
        page.get_by_label("To confirm, type its name").fill(typed)
    page.get_by_role("button", name="Yes, I’m sure").click()
    expect(page.locator(".messagelist .success")).to_contain_text(said)


def test_clerk__sets_up_a_customer_and_lets_it_go(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    admin = f"{live_server.url}/admin"

    page.goto(f"{admin}/accounts/context/add/")
    page.get_by_label("Context id").fill("99")
    page.get_by_label("Name").fill("new_co")
    choose(page, page.locator(".field-reseller"), "kid", "alphakid")
    page.get_by_label("Quota").fill("1000000")
    save(page, "new_co")

    page.goto(f"{admin}/accounts/user/add/")
    choose(page, page.locator(".field-context"), "new", "new_co")
    page.get_by_label("Uidname").fill("jane@newco.example")
    page.get_by_label("Phone number").fill("+49.30.123456")
    page.get_by_label("Custom ids").fill("jane\njd")
    save(page, "jane@newco.example")

    page.goto(f"{admin}/domains/explicitdomain/add/")
    choose(page, page.locator(".field-context"), "new", "new_co")
    page.get_by_label("Domain").fill("newco.example")
    save(page, "newco.example")

    page.goto(f"{admin}/forwards/forwardingalias/add/")
    choose(page, page.locator(".field-context"), "new", "new_co")
    page.get_by_label("Alias").fill("info@newco.example")
    page.get_by_label("Recipients").fill("jane@newco.example\nboss@elsewhere.example\nnotary@law.example")
    save(page, "info@newco.example")
    row = page.locator("#result_list tbody tr", has_text="info@newco.example")
    expect(row).to_contain_text("boss@elsewhere.example")

    user = User.objects.get(uidname="jane@newco.example")
    assert (user.context_id, user.number, user.custom_ids.count()) == (99, 1, 2)
    alias = ForwardingAlias.objects.get(address="info@newco.example")
    assert (alias.context_id, alias.recipients.count()) == (99, 3)
    assert ExplicitDomain.objects.get(name="newco.example").context_id == 99

    page.goto(f"{admin}/accounts/user/{user.pk}/change/")
    page.get_by_label("Active").uncheck()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".question")).to_contain_text("1 alias leads here: info@newco.example.")
    page.get_by_label("Leave them as they are").check()
    save(page, "jane@newco.example")
    user.refresh_from_db()
    assert not user.is_active

    page.goto(f"{admin}/forwards/forwardingalias/{alias.pk}/change/")
    confirm_deletion(page, "info@newco.example")
    page.goto(f"{admin}/accounts/context/99/change/")
    confirm_deletion(page, "new_co", typed="new_co")
    assert not Context.objects.filter(pk=99).exists()
    assert set(Change.objects.filter(channel="web").values_list("actor", flat=True)) == {"alpha"}

    page.goto(f"{admin}/changelog/change/?q=new_co")
    expect(page.locator("#result_list tbody tr").first).to_contain_text("deleted")


def test_clerk__sees_a_refusal_on_its_field_and_keeps_what_was_typed(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    page.goto(f"{live_server.url}/admin/forwards/forwardingalias/add/")
    choose(page, page.locator(".field-context"), "acme", "alpha_acme")
    page.get_by_label("Alias").fill("info@echo.example")
    page.get_by_label("Recipients").fill("a@b.example\nc@d.example")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".field-address .errorlist")).to_contain_text("belongs to another context")
    expect(page.get_by_label("Recipients")).to_have_value("a@b.example\nc@d.example")
    expect(page.locator(".field-context .select2-selection")).to_contain_text("alpha_acme")


def test_clerk__finds_nothing_of_another_reseller(
    log_in: LogIn, live_server: LiveServer, complaints: list[str]
) -> None:
    page = log_in("alpha")
    admin = f"{live_server.url}/admin"
    expect(page.locator("body")).not_to_contain_text(FOREIGN)

    for name in LISTS:
        page.goto(f"{admin}/{name}/")
        expect(page.locator("body")).not_to_contain_text(FOREIGN)
        for words in ("beta", "echo"):
            page.locator("#searchbar").fill(words)
            page.locator("#searchbar").press("Enter")
            page.wait_for_url(f"**/{name}/?*q={words}*")
            expect(page.locator("#result_list")).to_have_count(0)

    page.goto(f"{admin}/accounts/user/")
    box = page.locator("#changelist-filter form", has=page.locator('[name="context__id__exact"]'))
    box.locator(".select2-selection").click()
    offers = page.locator(".select2-results__option")
    expect(offers).to_have_text(["alpha_acme", "alpha_bolt", "kid_cafe", "kid_dock"])
    page.locator(".select2-search__field").fill("beta")
    expect(offers).to_have_text(["No results found"])
    page.locator(".select2-search__field").fill("cafe")
    offers.filter(has_text="kid_cafe").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator("#result_list")).to_contain_text("johndoe@cafe.example")
    box.get_by_role("link", name="All").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(4)

    foreign = User.objects.get(uidname="johndoe@echo.example").pk
    for typed in (
        f"accounts/user/{foreign}/change/",
        f"accounts/user/{foreign}/delete/",
        f"accounts/user/{foreign}/history/",
        "accounts/context/44/change/",
        "accounts/user/?context__id__exact=44",
        "accounts/user/add/?context=44",
    ):
        page.goto(f"{admin}/{typed}")
        expect(page.locator("body")).not_to_contain_text(re.compile(r"echo|beta"))
    assert complaints == []


def test_context_administrator__has_the_own_context_and_no_domains(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("admin@alpha_acme")
    expect(page.locator("body")).not_to_contain_text(re.compile("alpha_bolt|kid_|beta"))
    page.goto(f"{live_server.url}/admin/accounts/user/")
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    expect(page.locator(".nav-sidebar, #nav-sidebar")).not_to_contain_text("domains")
    page.goto(f"{live_server.url}/admin/accounts/user/add/")
    expect(page.get_by_label("Uidname")).to_be_visible()
    expect(page.locator(".field-context")).to_have_count(0)


def test_clerk__adds_a_recipient_to_three_selected_aliases(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    page.goto(f"{live_server.url}/admin/forwards/forwardingalias/")
    for domain in ("acme", "bolt", "cafe"):
        page.locator("#result_list tbody tr", has_text=f"sales@{domain}.example").locator(".action-select").check()
    page.locator('select[name="action"]').select_option(label="Add a recipient")
    page.get_by_role("button", name="Go").click()
    page.get_by_label("Recipient").fill("auditor@law.example")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("body")).to_contain_text("nothing has changed yet")
    expect(page.locator("body")).to_contain_text("sales@cafe.example")
    assert not Recipient.objects.filter(address="auditor@law.example").exists()
    page.get_by_role("button", name="Change 3 rows").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")
    reached = Recipient.objects.filter(address="auditor@law.example").values_list("alias__domain", flat=True)
    assert set(reached) == {"acme.example", "bolt.example", "cafe.example"}
