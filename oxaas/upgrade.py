"""The steps of `manage.py upgrade`: each looks or acts, and says in an `UpgradeError` why it cannot go on."""

from __future__ import annotations

import shutil
import subprocess
from importlib import import_module
from typing import Final

from django.conf import settings
from django.core.checks import ERROR, run_checks
from django.core.management import call_command
from django.db import Error, connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError

# A migration that waits for a lock makes everybody behind it wait as well: it gives up, and is tried again later.
LOCK_SECONDS: Final = 10
# The web processes begin anew without a gap where their unit can; the worker ends after the batch at hand.
SERVICES: Final = (
    ("systemctl", "reload-or-restart", "oxaas-web"),
    ("systemctl", "restart", "oxaas-worker"),
)


class UpgradeError(Exception):
    """A step cannot go on; the text says why, and what is as it was."""


def check_settings() -> None:
    """What `manage.py check --deploy` calls an error."""
    found = run_checks(include_deployment_checks=not settings.DEBUG)
    errors = [str(one.msg) for one in found if one.level >= ERROR and not one.is_silenced()]
    if errors:
        raise UpgradeError("\n".join([*errors, "Nothing was changed."]))


def pending() -> list[tuple[Migration, bool]]:
    """The migrations that this version has and the database has not, in their order."""
    try:
        executor = MigrationExecutor(connection)
        known = executor.loader.disk_migrations.keys()
        foreign = sorted(executor.loader.applied_migrations.keys() - known - _other_apps(executor))
        if foreign:
            names = ", ".join(f"{app}.{name}" for app, name in foreign)
            raise UpgradeError(
                f"The database is of a newer version: this one does not know {names}. Nothing was changed. "
                "Go back by a backup, or forward to that version (docs/upgrade.md)."
            )
        return executor.migration_plan(executor.loader.graph.leaf_nodes())
    except Error as error:
        raise UpgradeError(f"The database does not answer: {_first_line(error)}. Nothing was changed.") from error


def _other_apps(executor: MigrationExecutor) -> set[tuple[str, str]]:
    """What was applied of apps that this version has no more."""
    apps = executor.loader.migrated_apps
    return {key for key in executor.loader.applied_migrations if key[0] not in apps}


def migrate() -> None:
    """Apply what is pending; one migration is one transaction."""
    try:
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = '{LOCK_SECONDS}s'")
        call_command("migrate", interactive=False, verbosity=1)
    except OperationalError as error:
        raise UpgradeError(
            f"A migration was given up: {_first_line(error)}. Those before it are applied, it is not. "
            "Where it waited for others' locks, run this again at a quieter time."
        ) from error


def grant() -> bool:
    """Give the mail servers' role its rights again; False where there are no such views."""
    if connection.vendor != "postgresql":
        return False
    sql: str = import_module("mailstats.migrations.0002_mail_servers").GRANTS
    with connection.cursor() as cursor:
        cursor.execute(sql)
    return True


def reload_services() -> None:
    """Have the running processes be of this version."""
    if shutil.which("systemctl") is None:
        raise UpgradeError("There is no systemctl here: restart the web processes and the worker your own way.")
    for command in SERVICES:
        done = subprocess.run(command, check=False, capture_output=True, text=True)  # noqa: S603 - constants, no shell
        if done.returncode:
            raise UpgradeError(f"`{' '.join(command)}` failed: {done.stderr.strip()} The database is upgraded.")


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
