"""A working day in a browser, as each role that works here; and the same steps refused to whoever may not."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Administrator
from bulk.models import BulkJob
from changelog.models import Change
from forwards.models import ForwardingAlias, Recipient
from tests.browser.conftest import LogIn, thorough
from tests.world import World

pytestmark = pytest.mark.browser

# Who may edit aliases -> a context of theirs, its domain.
CLERKS: Final = {
    "alpha": (24, "acme.example"),
    "alphakid": (34, "cafe.example"),
    "admin@alpha_acme": (24, "acme.example"),
    "root": (24, "acme.example"),
}
# Those of a reseller and the master go through the flows of test_matrix.py.
TRIED: Final = thorough(list(CLERKS), ["alphakid", "admin@alpha_acme"])
HEAD: Final = "context,alias,recipients,is_active\n"


def find(page: Page, words: str) -> None:
    """Type into the one search box and open its first hit by keyboard."""
    page.keyboard.press("Control+k")
    page.keyboard.type(words)
    expect(page.locator(".search-hits [role=option]").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")


def start(page: Page, edit: str) -> None:
    """Do this with the rows that are ticked."""
    page.get_by_label("Action:").select_option(edit)
    page.get_by_role("button", name="Go").click()


def upload(page: Page, admin: str, text: str) -> None:
    """Send a file of aliases."""
    page.goto(f"{admin}/forwards/forwardingalias/import")
    page.locator("#id_file").set_input_files({"name": "aliases.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="Preview").click()
    expect(page.locator(".bulk-state")).to_contain_text("nothing has changed yet")


@pytest.mark.parametrize("login", TRIED)
def test_search_and_add_in_place__the_alias_is_in_the_context(
    log_in: LogIn, live_server: LiveServer, world: World, login: str
) -> None:
    context, domain = CLERKS[login]
    page = log_in(login)
    find(page, f"johndoe@{domain}")
    expect(page.locator("#content > h2")).to_have_text(f"johndoe@{domain}")

    page.goto(f"{live_server.url}/admin/accounts/context/{context}/change/")
    aliases = page.locator(".panel-grid .panel", has=page.get_by_role("heading", name="Forwarding aliases"))
    aliases.get_by_role("link", name="Add").click()
    if login != "admin@alpha_acme":
        expect(page.locator(".field-context .select2-selection")).to_contain_text(world.contexts[context].name)
    page.get_by_label("Alias").fill(f"desk@{domain}")
    page.get_by_label("Recipients").fill(f"johndoe@{domain}")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".messagelist .success")).to_contain_text(f"desk@{domain}")
    assert ForwardingAlias.objects.get(address=f"desk@{domain}").context_id == context


@pytest.mark.parametrize("login", TRIED)
def test_bulk_edit__is_previewed_done_and_undone_from_the_log(
    log_in: LogIn, live_server: LiveServer, login: str
) -> None:
    _context, domain = CLERKS[login]
    page, admin = log_in(login), f"{live_server.url}/admin"
    page.goto(f"{admin}/forwards/forwardingalias/?q={domain}")
    page.locator("#result_list tbody tr", has_text=f"sales@{domain}").locator(".action-select").check()
    start(page, "forwards.add_recipient")
    page.get_by_label("Recipient").fill("auditor@law.example")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#result_list tbody tr")).to_contain_text(["will change"])
    assert not Recipient.objects.filter(address="auditor@law.example").exists()
    page.get_by_role("button", name="Change 1 row").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")
    assert Recipient.objects.get(address="auditor@law.example").alias.address == f"sales@{domain}"

    page.get_by_role("link", name="In the change log").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(1)
    page.locator(".action-select").check()
    start(page, "changes.undo")
    page.get_by_role("button", name="Change 1 row").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")
    assert not Recipient.objects.filter(address="auditor@law.example").exists()


@pytest.mark.parametrize("login", TRIED)
def test_import__a_bad_line_is_named_and_the_corrected_file_is_taken(
    log_in: LogIn, live_server: LiveServer, login: str
) -> None:
    context, domain = CLERKS[login]
    page, admin = log_in(login), f"{live_server.url}/admin"
    good, bad = f"{context},one@{domain},a@far.example,true\n", f"{context},two@{domain},not an address,true\n"
    upload(page, admin, HEAD + good + bad)
    refused = page.locator("#result_list tbody tr", has_text=f"two@{domain}")
    expect(refused).to_contain_text("will be refused")
    expect(refused).to_contain_text("not an address")
    expect(page.get_by_role("button", name="Change")).to_have_count(0)

    upload(page, admin, HEAD + good + bad.replace("not an address", "b@far.example"))
    page.get_by_role("button", name="Import 2 lines").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")
    made = ForwardingAlias.objects.filter(address__in=[f"one@{domain}", f"two@{domain}"])
    assert set(made.values_list("context_id", flat=True)) == {context}
    assert made.count() == 2


@pytest.mark.parametrize("login", TRIED)
def test_export__holds_what_the_list_shows(
    log_in: LogIn, live_server: LiveServer, world: World, login: str, tmp_path: Path
) -> None:
    page = log_in(login)
    page.goto(f"{live_server.url}/admin/accounts/user/")
    shown = set(page.locator("#result_list tbody th").all_inner_texts())
    with page.expect_download() as started:
        page.get_by_role("link", name="Export CSV").click()
    file = tmp_path / "users.csv"
    started.value.save_as(file)
    text = file.read_text(encoding="utf-8-sig")
    everybody = {user.uidname for user in world.users.values()}
    assert {uidname for uidname in everybody if uidname in text} == shown


@pytest.mark.parametrize("login", TRIED)
def test_account__one_reads_german_from_then_on_and_nobody_else_does(
    log_in: LogIn, live_server: LiveServer, world: World, login: str
) -> None:
    page = log_in(login)
    page.locator("a.account").click()
    page.get_by_label("Language").select_option("de")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.locator(".messagelist .success")).to_be_visible()
    assert list(Administrator.objects.exclude(language="").values_list("pk", flat=True)) == [
        world.administrators[login].pk
    ]
    change = Change.objects.latest("pk")
    assert (change.actor, change.kind, change.channel) == (login, "administrator", "web")


@pytest.mark.parametrize(
    ("login", "path"),
    [
        ("admin@alpha_acme", "domains/explicitdomain/import"),
        ("admin@alpha_acme", "accounts/context/import"),
        ("admin@alpha_acme", "domains/explicitdomain/"),
        ("admin@alpha_acme", "accounts/reseller/"),
        ("admin@alpha_acme", "accounts/context/add/"),
        ("alphakid", "accounts/reseller/add/"),
    ],
)
def test_wrong_role__is_refused_the_page_itself(
    log_in: LogIn, live_server: LiveServer, complaints: list[str], login: str, path: str
) -> None:
    page = log_in(login)
    answer = page.goto(f"{live_server.url}/admin/{path}")
    assert answer is not None
    assert answer.status == 403
    complaints[:] = [one for one in complaints if "403" not in one]


def test_foreign_undo__a_batch_of_the_parent_is_out_of_the_childs_sight(
    log_in: LogIn, live_server: LiveServer, complaints: list[str]
) -> None:
    page, admin = log_in("alpha"), f"{live_server.url}/admin"
    upload(page, admin, HEAD + "24,one@acme.example,a@far.example,true\n")
    page.get_by_role("button", name="Import 1 line").click()
    expect(page.locator(".bulk-state")).to_contain_text("done")
    job = BulkJob.objects.get()
    page.locator("#logout-form button").click()

    page = log_in("alphakid")
    page.goto(f"{admin}/changelog/change/?batch={job.batch}")
    expect(page.locator("#result_list")).to_have_count(0)
    page.goto(f"{admin}/bulk/bulkjob/{job.pk}/change/")
    expect(page.locator("body")).not_to_contain_text("one@acme.example")
    assert ForwardingAlias.objects.filter(address="one@acme.example").exists()
    complaints[:] = [one for one in complaints if "404" not in one]
