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
def stack(running_stack: Stack) -> Iterator[Stack]:
    """The servers, which have nothing left to do when the test ends."""
    yield running_stack
    running_stack.settle()


@pytest.fixture
def figures(stack: Stack, settings: Any, world: object, api: Api) -> Figures:
    """The Mail operations over this Dovecot, as alpha's tenant credential."""
    settings.MAIL_STORE = stack.store_url
    return Figures(api)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Any:
    """Put the end of the servers' logs into the report of a test that failed, before it leaves for another process."""
    report: Any = yield
    stack = getattr(item, "funcargs", {}).get("stack")
    if report.when == "call" and report.failed and isinstance(stack, Stack):
        report.sections.append(("mail servers", stack.logs()))
    return report
