"""The suite's own ground: nothing from outside reaches the settings, and the database driver is the intended one."""

import importlib.util
import os
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

import tests.env

ROOT = Path(__file__).parent.parent


def test_environment__sets_every_variable_that_the_settings_read() -> None:
    """One that is not set could come from a developer's .env and change what the tests see."""
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', (ROOT / "oxaas/settings.py").read_text()))
    assert {"SECRET_KEY", "DATABASE_URL", "MAIL_STORE"} <= read
    assert read <= {*tests.env.FIXED, "DATABASE_URL", "MAIL_STORE"}


def test_driver__is_psycopg2_alone() -> None:
    """Django silently prefers psycopg (3) where both are installed."""
    assert importlib.util.find_spec("psycopg2") is not None
    assert importlib.util.find_spec("psycopg") is None


@pytest.mark.postgres
def test_suite__runs_on_the_private_cluster(postgres_url: str) -> None:
    assert connection.vendor == "postgresql"
    assert f":{connection.settings_dict['PORT']}/" in postgres_url
    assert os.environ["DATABASE_URL"] == postgres_url


@pytest.mark.sqlite
def test_suite__runs_on_sqlite() -> None:
    assert connection.vendor == "sqlite"
    assert settings.DATABASES["default"]["NAME"] != ROOT / "db.sqlite3"
