"""`manage.py person export|erase ADDRESS`: the rights of a person whose data these are."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services.persons import NOT_REACHED, erase_person, export_person, left_of
from core.actor import Actor, Channel
from core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Write down everything that is held of whoever has this address, as JSON; or erase it: their mailbox, alias "
        "and recipients are deleted, and wherever else they are named, in the change log too, they are masked."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("step", choices=["export", "erase"])
        parser.add_argument("address", metavar="ADDRESS")
        parser.add_argument("--yes", action="store_true", help="erase; without it, only what would be erased is told")

    def handle(self, *args: Any, step: str, address: str, yes: bool, **options: Any) -> None:
        """A refusal is a CommandError with its sentence."""
        try:
            if step == "export":
                self.stdout.write(json.dumps(export_person(address), ensure_ascii=False, indent=2, default=str))
            elif yes:
                self._erase(address)
            else:
                self._tell(address)
        except DomainError as refusal:
            raise CommandError(str(refusal)) from refusal

    def _tell(self, address: str) -> None:
        for name, rows in export_person(address)["held"].items():
            self.stdout.write(f"{name}: {len(rows)}")
        self.stdout.write("Nothing was erased: say --yes to erase it, which cannot be undone.")

    def _erase(self, address: str) -> None:
        for name, count in erase_person(actor=Actor(None, Channel.COMMAND), address=address).items():
            self.stdout.write(f"{name}: {count} erased")
        for name, count in left_of(address).items():
            self.stderr.write(f"{name}: {count} left, because others rely on them; change or delete them by hand")
        self.stderr.write("Not reached from here:")
        for sentence in NOT_REACHED:
            self.stderr.write(f"- {sentence}")
