"""`manage.py measure`: note what every mailbox holds, for the lists and the dashboard."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from mailstats.services import measure_all


class Command(BaseCommand):
    help = (
        "Note what every mailbox holds now, for the lists and the dashboard. Run it hourly. "
        "Each mailbox that was not measured is named on standard error, and the exit status is 1 then."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure all, then say what is missing."""
        found = measure_all()
        self.stdout.write(f"{_mailboxes(found.measured)} measured.")
        for sentence in found.left_out:
            self.stderr.write(sentence)
        if found.left_out:
            raise CommandError("Not everything was measured.")


def _mailboxes(number: int) -> str:
    return "1 mailbox" if number == 1 else f"{number} mailboxes"
