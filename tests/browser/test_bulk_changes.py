"""Bulk edits of several fields and of domains in a browser, and what their pages show."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from bulk import jobs
from bulk.planned import PlannedEdit
from tests.browser.conftest import LogIn
from tests.browser.test_bulk import choose_all

pytestmark = pytest.mark.browser


def test_move_domain__preview_marks_what_differs_and_leads_to_the_people(
    log_in: LogIn, live_server: LiveServer
) -> None:
    page = log_in("admin@alpha_acme")
    page.goto(f"{live_server.url}/admin/accounts/user/")
    page.locator("#action-toggle").check()
    page.get_by_label("Action:").select_option("users.move_domain")
    page.get_by_role("button", name="Go").click()
    page.get_by_label("Old domain").fill("acme.example")
    page.get_by_label("New domain").fill("acme-new.example")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("td.before del")).to_have_text("acme")
    expect(page.locator("td.after ins")).to_have_text("acme-new")
    page.get_by_role("button", name="Change 1 row").click()
    expect(page).to_have_title(re.compile("^✓ done: "))
    page.get_by_role("link", name="johndoe@acme.example").click()
    expect(page.locator("#id_uidname")).to_have_value("johndoe@acme-new.example")


def test_large_edit__title_of_a_page_in_the_background_tells_how_far_it_is(
    log_in: LogIn, live_server: LiveServer, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.BULK_REQUEST_ROWS = 1
    monkeypatch.setattr(PlannedEdit, "batch_rows", 1)
    page = log_in("alpha")
    choose_all(page, live_server.url, "forwards.suspend")
    expect(page).to_have_title(re.compile("^0 % "))
    jobs.work_once()
    expect(page).to_have_title(re.compile("^25 % .*Suspend"))
    while jobs.work_once():
        pass
    expect(page).to_have_title(re.compile("^✓ preview: "))
