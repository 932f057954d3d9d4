"""`make screenshots`: write pictures of the web admin to docs/screenshots/, in light, dark and on a phone, and those of
the handbook to docs/handbook/images/, in each of its languages.

They show the demo, on a database, a mail store and a server of their own, which are gone afterwards.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.error import URLError
from urllib.request import urlopen

from handbook_pictures import bulk_preview, by_path, illustrate, import_preview, log_in, search
from playwright.sync_api import Browser, Page, sync_playwright

BASE_DIR: Final = Path(__file__).resolve().parent.parent
TARGET: Final = BASE_DIR / "docs" / "screenshots"
HANDBOOK: Final = BASE_DIR / "docs" / "handbook" / "images"
START_SECONDS: Final = 60
FLAGS: Final = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
DESK: Final = {"width": 1440, "height": 900}
PHONE: Final = {"width": 390, "height": 844}
LOOKS: Final[dict[str, dict[str, Any]]] = {
    "light": {"viewport": DESK, "color_scheme": "light"},
    "dark": {"viewport": DESK, "color_scheme": "dark"},
    "phone": {"viewport": PHONE, "color_scheme": "light", "is_mobile": True, "has_touch": True},
}


def user(page: Page, admin: str) -> None:
    """A user's page with the live figures of the mailbox and its recent mails."""
    page.goto(f"{admin}/accounts/user/?q=zoe.lindqvist")
    page.locator("#result_list tbody th a").first.click()
    page.locator(".show-subjects").click()
    page.locator(".mail-panel tbody tr").first.wait_for()
    page.locator(".mail-panel").scroll_into_view_if_needed()


def alias(page: Page, admin: str) -> None:
    """The form of an alias."""
    page.goto(f"{admin}/forwards/forwardingalias/?q=info@harbour")
    page.locator("#result_list tbody th a").first.click()
    page.locator("#id_recipients").wait_for()


def change(page: Page, admin: str) -> None:
    """One entry of the change log, before and after side by side."""
    page.goto(f"{admin}/changelog/change/?kind=forward&action__exact=update")
    page.locator("#result_list tbody th a").first.click()
    page.locator(".difference").wait_for()


PAGES: Final[dict[str, Callable[[Page, str], None]]] = {
    "dashboard": by_path(""),
    "aliases": by_path("forwards/forwardingalias/"),
    "users": by_path("accounts/user/"),
    "context": by_path("accounts/context/101/change/"),
    "user": user,
    "alias": alias,
    "bulk-preview": bulk_preview,
    "import-preview": import_preview,
    "changes": by_path("changelog/change/"),
    "change": change,
    "search": search,
}


def photograph(browser: Browser, admin: str, look: str, target: Path) -> None:
    """All pages in one look; the login page is the first of them."""
    context = browser.new_context(locale="en-GB", reduced_motion="reduce", **LOOKS[look])
    page = context.new_page()
    page.goto(f"{admin}/")
    page.screenshot(path=target / f"login-{look}.png")
    log_in(page, admin)
    for name, show in PAGES.items():
        show(page, admin)
        page.screenshot(path=target / f"{name}-{look}.png")
    context.close()


@contextlib.contextmanager
def served_demo() -> Iterator[str]:
    """The web admin's address on a server with the demo, for as long as the block lasts."""
    with tempfile.TemporaryDirectory() as scratch:
        environment = os.environ | {
            "DEBUG": "true",
            "SECRET_KEY": "only-for-pictures",
            "DATABASE_URL": f"sqlite:///{scratch}/demo.sqlite3",
            "MAIL_STORE": f"maildir://{scratch}/mail",
            "LOG_LEVEL": "WARNING",
            # The demo's domains are proven; one that is declared later shows how that is done.
            "DOMAIN_PROOF": "dns",
        }
        for command in (["migrate", "--verbosity=0"], ["demo", "--verbosity=0"]):
            subprocess.run(
                [sys.executable, "manage.py", *command],
                env=environment,
                cwd=BASE_DIR,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        port = free_port()
        granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--no-ws"]
        granian += ["--blocking-threads", "1", "--log-level", "warning"]
        server = subprocess.Popen([*granian, "oxaas.wsgi:application"], env=environment, cwd=BASE_DIR)
        try:
            wait_for(f"http://127.0.0.1:{port}/admin/login/")
            yield f"http://127.0.0.1:{port}/admin"
        finally:
            server.terminate()
            server.wait()


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(url: str) -> None:
    """Until the server answers, at most START_SECONDS."""
    for _ in range(START_SECONDS * 10):
        with contextlib.suppress(URLError), urlopen(url):  # noqa: S310 - our own server's address
            return
        time.sleep(0.1)
    sys.exit(f"The server does not answer at {url}.")


def main() -> None:
    """Every page in every look."""
    for folder in (TARGET, HANDBOOK):
        folder.mkdir(parents=True, exist_ok=True)
    with served_demo() as admin, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        illustrate(browser, admin, HANDBOOK)
        for look in LOOKS:
            photograph(browser, admin, look, TARGET)
        browser.close()
    for folder in (TARGET, HANDBOOK):
        sizes = [file.stat().st_size for file in folder.iterdir()]
        print(f"{len(sizes)} pictures, {sum(sizes) / 1024**2:.1f} MB, in {folder}")


if __name__ == "__main__":
    main()
