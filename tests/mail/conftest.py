"""The real mail servers, once for the whole session, on the database of the tests' own process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from tests.client import Api
from tests.mail.mailing import Figures
from tests.mail.stack import Database, Stack, StackError


@pytest.fixture(scope="session")
def database(postgres_url: str, django_db_setup: None) -> Database:
    """The database that Django's tests use."""
    settings = connection.settings_dict
    return Database(settings["HOST"], int(settings["PORT"]), settings["NAME"], settings["USER"], settings["PASSWORD"])


@pytest.fixture(scope="session")
def running_stack(database: Database) -> Iterator[Stack]:
    """Postfix, Dovecot and the sink. They end before the database is dropped, or with the tests' process."""
    try:
        stack = Stack(database)
    except StackError as error:
        pytest.fail(str(error), pytrace=False)
    try:
        stack.prepare()
        stack.start()
        yield stack
    finally:
        stack.stop()


@pytest.fixture
def stack(running_stack: Stack, request: pytest.FixtureRequest) -> Iterator[Stack]:
    """The servers; when a test fails, its report has the end of their logs."""
    yield running_stack
    report = getattr(request.node, "called", None)
    if report is not None and report.failed:
        report.sections.append(("mail servers", running_stack.logs()))
    running_stack.settle()


@pytest.fixture
def figures(stack: Stack, settings: Any, world: object, api: Api) -> Figures:
    """The Mail operations over this Dovecot, as alpha's tenant credential."""
    settings.MAIL_STORE = stack.store_url
    return Figures(api)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Keep the report of the test itself where the fixture `stack` finds it."""
    report: Any = yield
    if report.when == "call":
        item.called = report  # type: ignore[attr-defined]
    return report
