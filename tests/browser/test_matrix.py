"""Each flow of a clerk's day by every role that may, in English and German, light and dark, at a desk and on a phone.

`make test` has each flow in each role once, in looks that meet all of both; `make matrix` (OXAAS_TEST_MATRIX=full) has
the whole product, and axe at the end of each.
"""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import FULL_MATRIX, enter
from tests.browser.drivers import COUNT, DRIVERS, Driver, clicks
from tests.browser.roles import CLICKS, LANGUAGES, WIDTHS, Run, covering, every
from tests.browser.test_accessibility import overflow, violations
from tests.world import World

pytestmark = pytest.mark.browser


def dressed(run: Run) -> Any:
    """The run's parameter, in a browser of its looks."""
    width, height = WIDTHS[run.width]
    looks = pytest.mark.browser_context_args(
        locale=LANGUAGES[run.language],
        color_scheme=run.theme,
        reduced_motion="reduce",
        viewport={"width": width, "height": height},
        java_script_enabled=run.scripts,
    )
    return pytest.param(run, marks=looks, id=run.name)


@pytest.mark.parametrize("run", [dressed(one) for one in (every() if FULL_MATRIX else covering())])
def test_flow__is_gone_through_in_few_clicks(page: Page, live_server: LiveServer, world: World, run: Run) -> None:
    if run.scripts:
        page.add_init_script(COUNT)
    driver = Driver(page, f"{live_server.url}/admin", world, run)
    enter(page, live_server.url, driver.who.login)
    DRIVERS[run.flow](driver)
    expect(page.locator("html")).to_have_attribute("lang", run.language)
    if run.scripts:
        assert clicks(page) <= CLICKS[run.flow]
        assert overflow(page) == 0
    if run.scripts and FULL_MATRIX:
        assert violations(page) == []
