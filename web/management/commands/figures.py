"""`manage.py figures`: count what the overview shows of many rows."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from web.services import refresh


class Command(BaseCommand):
    help = "Count what the overviews show of many rows. Run it hourly; where there is little, it does nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        """Count, and say for how many."""
        self.stdout.write(f"{refresh()} overviews counted.")
