"""The pictures of the handbook: one for each page, in each of its languages, so nothing here goes by a page's words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from palette_png import palette_png
from playwright.sync_api import Browser, Page

LANGUAGES: Final = ("en", "de")
LOGIN, PASSWORD = "brightmail", "demo"
# As wide as a window that is next to another one; so high that what the page is about is in it.
WIDTH, HEIGHT, HIGHER = 1024, 460, 580
ZOE: Final = "zoe.lindqvist@harbour-coffee.example"
LABELS: Final = {"VIP": "purple", "Trial": "yellow"}
TRIAL: Final = "priya.raman"
IMPORT: Final = """context,alias,recipients,is_active
101,info@harbour-coffee.example,amelia.hart@harbour-coffee.example,true
101,catering@harbour-coffee.example,"amelia.hart@harbour-coffee.example
kitchen@suppliers.example",true
201,info@kranich.example,amelia.hart@harbour-coffee.example,true
101,terrace@harbour-coffee.example,not an address,true
"""

Show = Callable[[Page, str], None]


def log_in(page: Page, admin: str) -> None:
    """Past the login page and the first hints."""
    page.goto(f"{admin}/")
    page.locator("#id_username").fill(LOGIN)
    page.locator("#id_password").fill(PASSWORD)
    page.locator("#login-form [type=submit]").click()
    page.wait_for_url(f"{admin}/")
    hints = page.locator(".hints button")
    if hints.count():
        hints.click()


def by_path(path: str) -> Show:
    """The page at this path below the web admin."""

    def show(page: Page, admin: str) -> None:
        page.goto(f"{admin}/{path}")

    return show


def import_preview(page: Page, admin: str) -> None:
    """An uploaded file with two bad lines, before anything is written."""
    page.goto(f"{admin}/forwards/forwardingalias/import")
    page.locator("#id_file").set_input_files({"name": "aliases.csv", "mimeType": "text/csv", "buffer": IMPORT.encode()})
    page.locator(".submit-row [type=submit]").click()
    page.locator(".bulk-state").wait_for()


def search(page: Page, admin: str) -> None:
    """The hits below the search box, while typing."""
    page.goto(f"{admin}/")
    page.locator(".global-search input[type=search]").fill("har")
    page.locator(".search-hits [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")


def act(page: Page, action: str, rows: int) -> None:
    """The form of a bulk edit of the list's first rows."""
    for row in range(rows):
        page.locator("#result_list .action-select").nth(row).check()
    page.locator("select[name=action]").select_option(action)
    page.locator(".actions button[type=submit]").click()
    page.locator(".submit-row [name=bulk]").wait_for()


def leaving(page: Page, admin: str) -> None:
    """What becomes of a leaver's aliases and mailbox."""
    page.goto(f"{admin}/accounts/user/?q={ZOE}")
    act(page, "users.leave", rows=1)


def bulk_preview(page: Page, admin: str) -> None:
    """What a bulk edit would do, row by row."""
    page.goto(f"{admin}/forwards/forwardingalias/?q=harbour")
    act(page, "forwards.add_recipient", rows=12)
    page.locator("#id_edit-recipient").fill(ZOE)
    page.locator(".submit-row [name=bulk]").click()
    page.locator(".bulk-state").wait_for()


def mailbox(page: Page, admin: str) -> None:
    """The figures of a mailbox on its user's page, with its recent mails."""
    page.goto(f"{admin}/accounts/user/?q={ZOE}")
    page.locator("#result_list tbody th a").first.click()
    page.locator(".show-subjects").click()
    page.locator(".mail-panel tbody tr").first.wait_for()
    page.locator(".mail-panel").scroll_into_view_if_needed()


def view(page: Page, admin: str) -> None:
    """The choice of a list's columns, rows and density."""
    page.goto(f"{admin}/accounts/user/?q=harbour")
    page.locator(".list-view:not(.saved-filters) summary").click()


def first_of(listed: str) -> Show:
    """The page of the list's first row."""

    def show(page: Page, admin: str) -> None:
        page.goto(f"{admin}/{listed}")
        page.locator("#result_list tbody th a").first.click()
        page.locator("#content form").first.wait_for()

    return show


# By the pages of the handbook: how high the picture is, and what it shows. First those that show what was done last.
PICTURES: Final[dict[str, tuple[int, Show]]] = {
    "overview": (HEIGHT, by_path("")),
    "changes": (HEIGHT, by_path("changelog/change/")),
    "logins": (HEIGHT, by_path("accounts/loginevent/")),
    "search": (HEIGHT, search),
    "lists": (HIGHER, view),
    "account": (HEIGHT, by_path("account")),
    "second-factor": (HEIGHT, by_path("account/second-factor")),
    "users": (HEIGHT, by_path("accounts/user/")),
    "leaving": (HIGHER, leaving),
    "mailboxes": (HEIGHT, mailbox),
    "aliases": (HEIGHT, by_path("forwards/forwardingalias/")),
    "trace": (HEIGHT, by_path("resolve?address=info@harbour-coffee.example")),
    "domains": (HIGHER, first_of("domains/explicitdomain/?q=beans")),
    "companies": (HIGHER, by_path("accounts/context/101/change/")),
    "new-company": (HEIGHT, by_path("onboarding")),
    "labels": (HEIGHT, by_path("accounts/user/?q=harbour")),
    "resellers": (HIGHER, first_of("accounts/reseller/?q=lakeside")),
    "bulk-edits": (HIGHER, bulk_preview),
    "imports": (HIGHER, import_preview),
    "exports": (HIGHER, by_path("accounts/context/101/sheet")),
    "administrators": (HEIGHT, by_path("accounts/administrator/")),
    "api-passwords": (HIGHER, by_path("accounts/apipassword/add/")),
    "webhooks": (HIGHER, first_of("webhooks/webhook/")),
    "configuration": (HEIGHT, by_path("accounts/configproperty/")),
}


def furnish(browser: Browser, admin: str) -> None:
    """Add to the demo what only the handbook's pictures need."""
    page = browser.new_page()
    page.goto(f"{admin}/")
    page.locator("#id_username").fill(LOGIN)
    page.locator("#id_password").fill("not the password")
    page.locator("#login-form [type=submit]").click()
    log_in(page, admin)
    for name, colour in LABELS.items():
        save(page, f"{admin}/accounts/label/add/", {"#id_name": name}, {"#id_colour": colour})
    page.goto(f"{admin}/accounts/user/?q=harbour")
    act(page, "users.label", rows=3)
    page.locator("#id_edit-label").select_option("VIP")
    confirm(page)
    page.goto(f"{admin}/accounts/user/?q={TRIAL}")
    act(page, "users.label", rows=1)
    page.locator("#id_edit-label").select_option("Trial")
    confirm(page)
    page.goto(f"{admin}/forwards/forwardingalias/?q=press@")
    act(page, "forwards.set_end", rows=2)
    page.locator("#id_edit-expires_on").fill(f"{datetime.now(UTC) + timedelta(days=5):%Y-%m-%d}")
    confirm(page)
    save(page, f"{admin}/domains/explicitdomain/add/?context=101", {"#id_name": "beans.example"}, {})
    save(
        page, f"{admin}/webhooks/webhook/add/", {"#id_name": "Billing", "#id_url": "https://hooks.example/changes"}, {}
    )
    page.close()


def confirm(page: Page) -> None:
    """The preview of a bulk edit whose form is filled in, and the edit itself."""
    page.locator(".submit-row [name=bulk]").click()
    page.locator(".bulk-decision [type=submit]").first.click()
    page.wait_for_load_state()


def save(page: Page, url: str, typed: dict[str, str], chosen: dict[str, str]) -> None:
    """A page's form, filled in and saved."""
    page.goto(url)
    for field, text in typed.items():
        page.locator(field).fill(text)
    for field, value in chosen.items():
        page.locator(field).select_option(value)
    page.locator(".submit-row [name=_save]").click()
    page.wait_for_load_state()


def illustrate(browser: Browser, admin: str, target: Path) -> None:
    """All pictures of the handbook, each in all languages before the next one, so that they show the same."""
    furnish(browser, admin)
    pages = {language: browser.new_page(locale=language, reduced_motion="reduce") for language in LANGUAGES}
    bench = browser.new_page()
    for page in pages.values():
        log_in(page, admin)
    for name, (height, show) in PICTURES.items():
        for language, page in pages.items():
            page.set_viewport_size({"width": WIDTH, "height": height})
            show(page, admin)
            (target / f"{name}-{language}.png").write_bytes(palette_png(page, bench))
    for page in (bench, *pages.values()):
        page.close()
