"""Eighty people from their company's own spreadsheet, and how many clicks of a mouse that takes at most."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from tests.browser.conftest import LogIn, enter
from tests.browser.test_clicks import COUNT, begin, clicks
from tests.world import World

pytestmark = pytest.mark.browser

# On a clerk's clipboard: their own columns, eighty people, of whom ten cannot be.
_LINES: Final = [f"Person{number}\tLind\t{'0' if number % 8 else '12'}\t2\n" for number in range(80)]
PEOPLE: Final = "Vorname\tNachname\tHandy\tKontingent (GB)\n" + "".join(
    line.replace("\t0\t", "\t+49 170 " + f"{1000 + number}\t") for number, line in enumerate(_LINES)
)
WORDS: Final = {
    "en-GB": (
        "Add people from a spreadsheet",
        "Next",
        "Preview",
        "Import the 70 good lines",
        "done",
        "Bad lines as CSV",
    ),
    "de-DE": (
        "Personen aus einer Tabelle hinzufügen",
        "Weiter",
        "Vorschau",
        "Die 70 guten Zeilen importieren",
        "fertig",
        "Fehlerhafte Zeilen als CSV",
    ),
}


@pytest.mark.parametrize("login", ["alpha", "admin@alpha_acme"])
@pytest.mark.parametrize("locale", WORDS)
def test_people__eighty_from_their_own_spreadsheet(
    browser: Browser, live_server: LiveServer, world: World, login: str, locale: str
) -> None:
    """From the company's page: the link, one button for each thing to look at, one for the good lines."""
    context = browser.new_context(locale=locale)
    context.add_init_script(COUNT)
    page = context.new_page()
    enter(page, live_server.url, login)
    link, further, preview, start, done, bad = WORDS[locale]
    begin(page, f"{live_server.url}/admin/accounts/context/24/change/")
    page.get_by_role("link", name=link).click()
    # Pasting takes no click.
    expect(page.locator("#id_pasted")).to_be_focused()
    page.keyboard.insert_text(PEOPLE)
    page.get_by_role("button", name=further).click()
    page.get_by_role("button", name=preview, exact=True).click()
    page.get_by_role("button", name=start).click()
    expect(page.locator(".bulk-state")).to_contain_text(done)
    assert clicks(page) <= 4
    assert User.objects.filter(context=24, uidname__endswith=".lind@acme.example", quota=2 * 2**30).count() == 70
    with page.expect_download() as download:
        page.get_by_role("link", name=bad).click()
    lines = list(csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert [line[1:] for line in lines[:2]] == [
        ["Vorname", "Nachname", "Handy", "Kontingent (GB)"],
        ["Person0", "Lind", "12", "2"],
    ]
    assert len(lines) == 11
    context.close()


def test_people__of_a_company_that_is_chosen_in_the_list_of_users(log_in: LogIn, live_server: LiveServer) -> None:
    """Two clicks more: which company it is."""
    page = log_in("alpha")
    page.add_init_script(COUNT)
    begin(page, f"{live_server.url}/admin/accounts/user/")
    page.get_by_role("link", name="Add people from a spreadsheet").click()
    page.locator(".select2-selection").click()
    page.locator(".select2-results__option", has_text="alpha_acme").click()
    page.get_by_label("Rows of the spreadsheet").fill("E-Mail\tTelefon\nann@acme.example\t\n")
    page.get_by_role("button", name="Next").click()
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("button", name="Import 1 line").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")
    assert clicks(page) <= 6
    assert User.objects.filter(context=24, uidname="ann@acme.example").exists()


def test_company_sheet__is_black_on_white_paper_without_the_menus(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    page.emulate_media(color_scheme="dark")
    page.goto(f"{live_server.url}/admin/accounts/context/24/change/")
    page.get_by_role("link", name="Print", exact=True).click()
    expect(page.get_by_role("button", name="Print")).to_be_visible()
    page.emulate_media(color_scheme="dark", media="print")
    for hidden in ("#header", "#nav-sidebar", ".breadcrumbs", ".sheet-tools"):
        expect(page.locator(hidden)).to_be_hidden()
    row = page.get_by_role("row", name="sales@acme.example")
    expect(row).to_have_css("color", "rgb(27, 36, 48)")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    box, width = row.bounding_box(), page.evaluate("document.documentElement.clientWidth")
    assert box is not None
    assert box["width"] > 0.9 * width
    assert page.pdf(format="A4").startswith(b"%PDF")


def test_people__without_scripts(browser: Browser, live_server: LiveServer, world: World) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-GB", viewport={"width": 820, "height": 900})
    page = context.new_page()
    enter(page, live_server.url, "alpha")
    page.goto(f"{live_server.url}/admin/accounts/user/")
    page.get_by_role("link", name="Add people from a spreadsheet").click()
    page.locator("noscript input, input[name=context]").last.fill("alpha_acme")
    page.get_by_label("Rows of the spreadsheet").fill("E-Mail\tTelefon\nann@acme.example\t\n")
    page.get_by_role("button", name="Next").click()
    page.get_by_label("Telefon").select_option("ignore this column")
    page.get_by_role("button", name="Preview", exact=True).click()
    page.get_by_role("button", name="Import 1 line").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")
    assert User.objects.filter(context=24, uidname="ann@acme.example").exists()
    context.close()
