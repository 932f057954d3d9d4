"""`manage.py measure`: note what every mailbox holds, for the lists and the dashboard."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.errors import StoreUnavailable
from mailstats.services import measure_all


class Command(BaseCommand):
    help = "Note what every mailbox holds now, for the lists and the dashboard. Run it hourly."

    def handle(self, *args: Any, **options: Any) -> None:
        """Measure all; an unavailable store ends it with a sentence."""
        try:
            measured = measure_all()
        except StoreUnavailable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{measured} mailboxes measured.")
