"""The database of the tests' own process, for servers before and beside it."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.mail.stack import Database


@pytest.fixture(scope="session")
def database(postgres_url: str, django_db_setup: None) -> Database:
    """The database that Django's tests use."""
    settings = connection.settings_dict
    return Database(settings["HOST"], int(settings["PORT"]), settings["NAME"], settings["USER"], settings["PASSWORD"])
