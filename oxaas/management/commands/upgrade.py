"""`manage.py upgrade`: from the version that the database is of to this one, a step at a time."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

import oxaas
from oxaas import upgrade


class Command(BaseCommand):
    help = (
        "Bring an installation to this version: check the settings, show the migrations, ask about a backup, migrate, "
        "give the mail servers their rights, collect static files and, with --reload, have the services begin anew. "
        "Running it again is harmless. docs/upgrade.md has the whole of it."
    )
    # They are a step, which says more.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--plan", action="store_true", help="say what would be done, and change nothing")
        parser.add_argument("--backed-up", action="store_true", help="there is a backup: do not ask")
        parser.add_argument("--reload", action="store_true", help="then reload oxaas-web and restart oxaas-worker")

    def handle(self, *args: Any, plan: bool, backed_up: bool, reload: bool, **options: Any) -> None:
        """A step that cannot go on is a CommandError with its sentences."""
        try:
            self._upgrade(plan=plan, backed_up=backed_up, reload=reload)
        except upgrade.UpgradeError as stopped:
            raise CommandError(str(stopped)) from stopped

    def _upgrade(self, *, plan: bool, backed_up: bool, reload: bool) -> None:
        self.stdout.write(f"To version {oxaas.__version__}.")
        upgrade.check_settings()
        self.stdout.write("The settings are in order.")
        migrations = [migration for migration, _backwards in upgrade.pending()]
        for one in migrations:
            self.stdout.write(f"To be applied: {one.app_label}.{one.name}")
        if not migrations:
            self.stdout.write("No migration is to be applied.")
        if plan:
            self.stdout.write("Nothing was changed.")
            return
        if migrations:
            if not backed_up:
                _ask_for_backup()
            upgrade.migrate()
        if upgrade.grant():
            self.stdout.write("The mail servers' role has its rights.")
        call_command("collectstatic", interactive=False, verbosity=1)
        if reload:
            upgrade.reload_services()
            self.stdout.write("The services were reloaded.")
        else:
            commands = [" ".join(command) for command in upgrade.SERVICES]
            self.stdout.write("\n".join(["The running processes are still of the version before. Next:", *commands]))


def _ask_for_backup() -> None:
    """There is no way back from a migration but a backup, and nobody thinks of one afterwards."""
    if not sys.stdin.isatty():
        raise CommandError("Say --backed-up when there is a backup of the database. Nothing was changed.")
    if input("Is there a backup of the database of today? [y/N] ").strip().lower() not in {"y", "yes"}:
        raise CommandError("Make one first (docs/backup.md). Nothing was changed.")
