"""What the mail servers may read survives a migration that makes their views anew."""

from __future__ import annotations

import re
from importlib import import_module
from typing import Any

import pytest
from django.db import connection

from tests.mail.deployment import DEPLOY
from tests.mail.mailing import MAIL_TESTS
from tests.mail.stack import Stack

VIEWS = ("mail.mailbox", "mail.mailbox_address", "mail.alias", "mail.domain")
MIGRATION: Any = import_module("mailstats.migrations.0002_mail_servers")


def may_read() -> set[str]:
    """The views that the role can read."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name FROM unnest(%s) AS name WHERE has_table_privilege('mailserver', name, 'SELECT')", [list(VIEWS)]
        )
        return {name for (name,) in cursor.fetchall()}


@pytest.mark.django_db
class TestGrants:
    pytestmark = MAIL_TESTS

    def test_views_made_again__are_granted_again(self, stack: Stack, world: object) -> None:
        assert may_read() == set(VIEWS)
        with connection.cursor() as cursor:
            for view in VIEWS:
                cursor.execute(f"REVOKE ALL ON {view} FROM mailserver")
            assert may_read() == set()
            cursor.execute(MIGRATION.GRANTS)
        assert may_read() == set(VIEWS)


def test_grants__are_those_of_the_script() -> None:
    """The script makes the role, the migration the views: whichever comes last grants."""
    script = (DEPLOY / "postgresql" / "mailserver.sql").read_text()
    wanted = re.findall(r"^GRANT .*;$", script, re.MULTILINE)
    assert len(wanted) == 4
    assert all(line in MIGRATION.GRANTS for line in wanted)
