"""`manage.py undo BATCH`: back to what was before a whole batch of changes, all of it or nothing."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError, CommandParser

from changelog.undo import undo_batch
from core.actor import Actor, Channel
from core.errors import DomainError


class Command(BaseCommand):
    help = (
        "Undo all changes of a batch, the last one first, such as an import's: all of them or none. "
        "What was changed again since is not undone, and then nothing is. Undoing is in the change log as well."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("batch", type=UUID, help="the batch, as the change log and the command that made it say it")
        parser.add_argument("--dry-run", action="store_true", help="try it, and change nothing")

    def handle(self, *args: Any, batch: UUID, dry_run: bool, **options: Any) -> None:
        """Every refusal is a CommandError with its sentence."""
        try:
            count = undo_batch(actor=Actor(None, Channel.COMMAND), batch=batch, dry_run=dry_run)
        except DomainError as error:
            raise CommandError(f"{error}\nNothing was changed.") from error
        self.stdout.write(f"{count} changes {'would be undone' if dry_run else 'undone'}.")
