"""`manage.py changepassword LOGIN`: Django's name for `administrator password`, so that it leaves a line as well."""

from __future__ import annotations

from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser


class Command(BaseCommand):
    help = "The same as `administrator password`: set the new password of an administrator, which is asked for."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("login", metavar="LOGIN", help="as it is typed in the web admin")

    def handle(self, *args: Any, login: str, **options: Any) -> None:
        """A refusal is a CommandError with its sentence."""
        call_command("administrator", "password", login, stdout=self.stdout, stderr=self.stderr)
