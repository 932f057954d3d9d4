"""`manage.py upgrade`: nothing without a backup, nothing to a newer database, and the steps in their order."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

import oxaas
from oxaas import upgrade

ROOT = Path(__file__).parent.parent


@pytest.fixture
def run(db: None, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """The command with these words, asked by nobody; what it says."""
    settings.STATIC_ROOT = tmp_path / "static"
    monkeypatch.setattr("sys.stdin", StringIO())
    # The suite's own variable, which no installation has, and which a test after a browser's cannot do without.
    settings.SILENCED_SYSTEM_CHECKS = [*settings.SILENCED_SYSTEM_CHECKS, "async.E001"]

    def command(*words: str) -> str:
        said = StringIO()
        call_command("upgrade", *words, stdout=said)
        return said.getvalue()

    return command


@pytest.fixture
def one_missing(db: None) -> tuple[str, str]:
    """The database is of the version before: this one's last migration is not known there."""
    MigrationRecorder(connection).record_unapplied("web", "0001_initial")
    return ("web", "0001_initial")


@pytest.fixture
def systemctl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stand-in that notes what it is told; it fails for a unit that is named in `broken`."""
    noted, program = tmp_path / "told", tmp_path / "systemctl"
    program.write_text(f'#!/bin/sh\necho "$@" >> {noted}\n[ "$2" != "$BROKEN" ]\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return noted


def applied() -> set[tuple[str, str]]:
    return set(MigrationRecorder(connection).applied_migrations())


def test_plan__names_the_migrations_and_changes_nothing(run: Callable[..., str], one_missing: tuple[str, str]) -> None:
    said = run("--plan")

    assert f"To version {oxaas.__version__}." in said
    assert "To be applied: web.0001_initial" in said
    assert "Nothing was changed." in said
    assert one_missing not in applied()


def test_upgrade__without_a_backup_is_refused(run: Callable[..., str], one_missing: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="--backed-up"):
        run()
    assert one_missing not in applied()


def test_upgrade__with_a_backup_migrates(
    run: Callable[..., str], one_missing: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(upgrade, "migrate", lambda: done.append("migrate"))
    assert "Next:\nsystemctl reload-or-restart oxaas-web\nsystemctl restart oxaas-worker" in run("--backed-up")
    assert done == ["migrate"]


def test_upgrade__without_migrations_needs_no_backup(run: Callable[..., str], settings: Any) -> None:
    said = run()

    assert "No migration is to be applied." in said
    assert ("has its rights" in said) == (connection.vendor == "postgresql")
    assert any(settings.STATIC_ROOT.rglob("*.css"))


def test_upgrade__a_newer_database_is_left_alone(run: Callable[..., str]) -> None:
    MigrationRecorder(connection).record_applied("accounts", "9999_of_tomorrow")

    with pytest.raises(CommandError, match=r"newer version.*accounts\.9999_of_tomorrow.*Nothing was changed"):
        run("--backed-up")


def test_upgrade__apps_of_before_are_no_hindrance(run: Callable[..., str]) -> None:
    MigrationRecorder(connection).record_applied("an_app_that_is_gone", "0001_initial")

    assert "No migration is to be applied." in run("--plan")


def test_upgrade__wrong_settings_stop_it_first(run: Callable[..., str], settings: Any) -> None:
    settings.MAIL_STORE = "pop3://somewhere"

    with pytest.raises(CommandError, match="MAIL_STORE is wrong"):
        run()


def test_upgrade__a_migration_that_waits_too_long_is_given_up(
    run: Callable[..., str], one_missing: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def give_up(*_words: Any, **_options: Any) -> None:
        raise OperationalError("canceling statement due to lock timeout\nmore")

    monkeypatch.setattr(upgrade, "call_command", give_up)
    with pytest.raises(CommandError, match=r"lock timeout.*quieter time"):
        run("--backed-up")


def test_reload__web_first_then_the_worker(run: Callable[..., str], systemctl: Path) -> None:
    assert "reloaded" in run("--reload")
    assert systemctl.read_text() == "reload-or-restart oxaas-web\nrestart oxaas-worker\n"


def test_reload__a_failure_is_told(run: Callable[..., str], systemctl: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKEN", "oxaas-web")

    with pytest.raises(CommandError, match="oxaas-web` failed"):
        run("--reload")


def test_changelog__tells_operators_of_each_version_what_to_do() -> None:
    versions = re.split(r"^## ", (ROOT / "CHANGELOG.md").read_text(), flags=re.MULTILINE)[1:]

    assert re.match(r"Unreleased|\d+\.\d+\.\d+ - \d{4}-\d\d-\d\d", versions[0])
    assert [version.split("\n")[0] for version in versions if "### What an operator must do" not in version] == []
