"""`manage.py resolve ADDRESS`: where mail to an address goes."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Administrator
from core.errors import Invalid
from core.names import normalize_identifier
from forwards.resolve import Step, resolve


class Command(BaseCommand):
    help = "Show where mail to an address goes: through which aliases, to which mailboxes and outside addresses."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address")
        parser.add_argument("--as", dest="login", help="within what this administrator may see (default: everything)")

    def handle(self, *args: Any, address: str, login: str | None, **options: Any) -> None:
        """One line for each address, indented by the aliases before it."""
        try:
            way = resolve(_administrator(login) if login else None, address)
        except Invalid as error:
            raise CommandError(str(error)) from error
        for level, step in way.walk():
            self.stdout.write("  " * level + _line(step))


def _line(step: Step) -> str:
    context = f" in {step.context.pk} {step.context}" if step.context else ""
    remarks = [*map(str, step.notes), *(["followed above"] if step.again else [])]
    return f"{step.address}: {step.stop.label}{context}" + (f" ({'; '.join(remarks)})" if remarks else "")


def _administrator(login: str) -> Administrator:
    """The administrator of this login; a context's in the long form, admin@name."""
    compared = normalize_identifier(login)
    name, _at, context = compared.rpartition("@")
    rows = Administrator.objects.with_owner()
    found: Administrator | None = rows.filter(login_normalized=compared, context=None).first()
    if found is None and name:
        found = rows.filter(login_normalized=name, context__name_normalized=context).first()
    if found is None:
        raise CommandError(f"There is no administrator {login}.")
    return found
