"""`manage.py demo`: a small believable installation with mail in it, and how to get in."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from core.errors import DomainError
from demo.build import build, is_there
from demo.mail import fill
from demo.people import PASSWORD
from mailstats.services import measure_all
from mailstats.stores import store_from_url
from mailstats.stores.maildir import MaildirStore

LOGINS: Final = [
    ("root", "master administrator", "everything"),
    ("brightmail", "reseller", "its contexts and those of lakeside"),
    ("lakeside", "reseller, a child of brightmail", "its own contexts"),
    ("nordpost", "reseller, a rival", "its own contexts"),
    ("admin@brightmail_harbour-coffee", "context administrator", "one company; every context has one"),
    ("portal-brightmail", "tenant credential", "Mail API only, no web login; also portal-lakeside, portal-nordpost"),
]
CALLS: Final = [
    "curl -u brightmail:{password} {url}/api/oxaas/v1/admin/forwards/101",
    "curl -u admin:{password} {url}/oxaas/v1/admin/contexts/101/users/3/uidname",
    "curl -u portal-brightmail:{password} {url}/api/oxaas/mail/amelia.hart@harbour-coffee.example",
]


class Command(BaseCommand):
    help = (
        "Make the demo: resellers, contexts, users, aliases and mail, with logins whose password everybody knows. "
        "Only an empty database gets it. A second time nothing is made, and what was changed since stays."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--force", action="store_true", help="add it to a database that holds something else (known passwords!)"
        )

    def handle(self, *args: Any, force: bool, **options: Any) -> None:
        """Make what is missing, then say how to get in."""
        try:
            if not is_there():
                build(timezone.now(), force=force)
            self._deliver()
        except DomainError as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The demo's mail cannot be written: {error}") from error
        self._say_how_to_get_in()

    def _deliver(self) -> None:
        """Fill the mailboxes; only a Maildir store is ours to write to."""
        store = store_from_url(settings.MAIL_STORE)
        if isinstance(store, MaildirStore) and fill(Path(store.root), timezone.now()):
            measure_all()

    def _say_how_to_get_in(self) -> None:
        host, port = os.environ.get("HOST", "127.0.0.1"), os.environ.get("PORT", "8000")
        url = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
        width = max(len(login) for login, _role, _sees in LOGINS)
        lines = [
            f"The demo: {url}/admin/ (API: {url}/api/docs)",
            f"Every password is: {PASSWORD}",
            "",
            *(f"  {login:{width}}  {role}: {sees}" for login, role, sees in LOGINS),
            "",
            *(f"  {call.format(url=url, password=PASSWORD)}" for call in CALLS),
        ]
        self.stdout.write("\n".join(lines))
