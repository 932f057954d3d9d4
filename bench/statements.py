"""Write the application's named queries to a file, for the bare function: `python -m bench.statements FILE`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import django

django.setup()

from django.db import connection  # noqa: E402

from accounts.login import backends  # noqa: E402
from accounts.views import FOUND  # noqa: E402
from core.access import Role  # noqa: E402
from forwards.views import OF_ALIAS  # noqa: E402


def main() -> None:
    """The statements of a reseller's requests, as PostgreSQL prepares them, with the order of their values."""
    queries = {
        "by_number": backends.BY_NUMBER.plain.statement(None),
        "by_login": backends.BY_LOGIN.plain.statement(None),
        "recipients": OF_ALIAS.statement(Role.RESELLER),
        "found": FOUND.statement(Role.RESELLER),
    }
    with connection.cursor() as cursor:
        found = {
            name: {"slots": one.slots, "body": one.body(cursor)} for name, one in queries.items() if one is not None
        }
    Path(sys.argv[1]).write_text(json.dumps(found))


if __name__ == "__main__":
    main()
