"""`manage.py createsuperuser`: the first master administrator."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.management.passwords import asked_password
from accounts.services.administrators import create_administrator
from core.access import Role
from core.actor import Actor, Channel
from core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Make a master administrator; Django's superusers do not exist here. The password is asked for, or taken from "
        "DJANGO_SUPERUSER_PASSWORD."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--login", help="the login (default: it is asked for)")

    def handle(self, *args: Any, login: str | None, **options: Any) -> None:
        """Ask for what is missing and create the administrator."""
        name = login or input("Login: ")
        password = os.environ.get("DJANGO_SUPERUSER_PASSWORD") or asked_password()
        try:
            create_administrator(actor=Actor(None, Channel.COMMAND), login=name, password=password, role=Role.MASTER)
        except DomainError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"The master administrator {name} was created.")
