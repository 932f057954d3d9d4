"""Bulk edits in a browser: a large one with the worker behind it, by keyboard and without scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from bulk import edits as bulk
from bulk import jobs, reading
from bulk.models import BulkJob
from bulk.planned import PlannedEdit
from forwards.models import ForwardingAlias, Recipient
from tests.browser.conftest import LogIn
from tests.world import PASSWORD, World

pytestmark = pytest.mark.browser


@pytest.fixture
def large(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four aliases are a large selection: each is a batch, and the worker's."""
    settings.BULK_REQUEST_ROWS, settings.BULK_CONFIRM_ABOVE = 1, 3
    monkeypatch.setattr(PlannedEdit, "batch_rows", 1)


def choose_all(page: Page, address: str, edit: str) -> None:
    """Everything that the list shows, and what to do with it."""
    page.goto(f"{address}/admin/forwards/forwardingalias/")
    page.locator("#action-toggle").check()
    page.get_by_label("Action:").select_option(edit)
    page.get_by_role("button", name="Go").click()


def test_large_edit__preview_count_progress_and_result(large: None, log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    choose_all(page, live_server.url, "forwards.replace_recipient")
    page.get_by_label("Old recipient").fill("outside@elsewhere.example")
    page.get_by_label("New recipient").fill("new@elsewhere.example")
    page.get_by_role("button", name="Preview").click()

    bar = page.get_by_role("progressbar")
    expect(bar).to_have_attribute("value", "0")
    jobs.work_once()
    # The script moves the bar; the page is not loaded again.
    expect(page.locator("#bulk-text")).to_have_text("1 of 4 rows")
    expect(bar).to_have_js_property("value", 1)
    while jobs.work_once():
        pass
    expect(page.locator(".bulk-state")).to_contain_text("nothing has changed yet")
    expect(page.locator("#result_list tbody tr")).to_have_count(4)
    assert not Recipient.objects.filter(address="new@elsewhere.example").exists()

    page.get_by_label("To confirm, type the number").fill("4")
    page.get_by_role("button", name="Change 4 rows").click()
    expect(bar).to_have_attribute("value", "0")
    while jobs.work_once():
        pass
    expect(page.locator(".bulk-state")).to_contain_text("done")
    assert Recipient.objects.filter(address="new@elsewhere.example").count() == 4


def read_first_lines(page: Page, address: str) -> None:
    """Upload three hundred lines, of which the worker reads the first part."""
    text = "context,alias,recipients\n" + "".join(f"24,a{n}@acme.example,x@far.example\n" for n in range(300))
    page.goto(f"{address}/admin/forwards/forwardingalias/import")
    page.locator("#id_file").set_input_files({"name": "a.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("progressbar")).to_have_attribute("value", "0")
    jobs.work_once()


def test_large_file__is_read_with_a_bar_and_previewed(
    large: None, log_in: LogIn, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LINES", 1)
    monkeypatch.setattr(PlannedEdit, "batch_rows", 500)
    page = log_in("alpha")
    read_first_lines(page, live_server.url)
    # The script moves the bar; the page is not loaded again.
    expect(page.locator("#bulk-text")).to_have_text(re.compile("99 of about [0-9]+ lines"))
    expect(page.get_by_role("progressbar")).to_have_js_property("value", 99)
    while jobs.work_once():
        pass
    expect(page.locator(".bulk-state")).to_contain_text("nothing has changed yet")
    expect(page.get_by_role("button", name="Import 300 lines")).to_be_visible()


def test_large_file__cancelled_while_it_is_read(
    large: None, log_in: LogIn, live_server: LiveServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_LINES", 1)
    page = log_in("alpha")
    read_first_lines(page, live_server.url)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".bulk-state")).to_contain_text("nothing has changed")
    assert jobs.work_once() is False
    page.get_by_role("link", name="Upload a file again").click()
    expect(page.locator("#id_file")).to_be_visible()


def test_large_edit__cancelled_in_the_middle(large: None, log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    choose_all(page, live_server.url, "forwards.suspend")
    while jobs.work_once():
        pass
    page.get_by_label("To confirm, type the number").fill("4")
    page.get_by_role("button", name="Change 4 rows").click()
    jobs.work_once()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".bulk-state")).to_contain_text("cancelled")
    assert jobs.work_once() is False
    assert ForwardingAlias.objects.filter(is_active=False).count() == 1
    page.get_by_role("link", name="3 not reached").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(3)


def test_edit__by_keyboard_alone(log_in: LogIn, live_server: LiveServer) -> None:
    page = log_in("alpha")
    page.goto(f"{live_server.url}/admin/forwards/forwardingalias/")
    page.locator("#action-toggle").focus()
    page.keyboard.press("Space")
    page.get_by_label("Action:").focus()
    page.keyboard.type("Suspend")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Change 4 rows").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bulk-state")).to_contain_text("done")
    assert ForwardingAlias.objects.filter(is_active=False).count() == 4


def test_large_edit__without_scripts_the_page_refreshes_itself(
    large: None, browser: Browser, live_server: LiveServer, world: World
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/admin/login/")
    page.get_by_label("Login").fill("alpha")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    job = jobs.create_job(
        administrator=world.administrators["alpha"],
        edit=bulk.edit_named("forwards.suspend"),
        params={},
        chosen=ForwardingAlias.objects.all(),
        language="en",
    )
    page.goto(f"{live_server.url}/admin/bulk/bulkjob/{job.pk}/change/")
    expect(page.get_by_role("progressbar")).to_be_visible()
    while jobs.work_once():
        pass
    expect(page.get_by_role("button", name="Change 4 rows")).to_be_visible(timeout=60_000)
    assert BulkJob.objects.get().state == BulkJob.State.READY
    context.close()
