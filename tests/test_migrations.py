"""Every migration lets the version before work on."""

from __future__ import annotations

from typing import Any, Final

import pytest
from django.apps import apps
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader

from core.postgres import run_on_postgresql
from tests.migration_rules import FIRST_VERSION, MARKER, complaints, number_of

OURS: Final = {one.label for one in apps.get_app_configs() if not one.name.startswith(("django.", "rest_", "drf_"))}


def test_migrations__let_the_version_before_work_on() -> None:
    found = [one for key, one in MigrationLoader(None).disk_migrations.items() if key[0] in OURS]
    assert found
    assert [sentence for one in found for sentence in complaints(one)] == []


def judged(operation: Any, **more: Any) -> list[str]:
    """What is said of a migration of a later version that does this."""
    migration = type("Migration", (migrations.Migration,), {"operations": [operation], **more})
    return list(complaints(migration("0012_next", "forwards")))


TEXT: Final = models.TextField(default="")


@pytest.mark.parametrize(
    "operation",
    [
        migrations.AddField("alias", "remark", models.TextField(null=True)),
        migrations.AddField("alias", "remark", models.TextField(default="", db_default="")),
        migrations.AlterField("alias", "remark", models.TextField(null=True)),
        migrations.CreateModel("Remark", [("id", models.AutoField(primary_key=True))]),
        AddIndexConcurrently("alias", models.Index(fields=["remark"], name="x")),
        run_on_postgresql("CREATE INDEX CONCURRENTLY x ON y (z)", "DROP INDEX x"),
    ],
)
def test_rules__what_adds_is_let_through(operation: Any) -> None:
    assert judged(operation) == []


@pytest.mark.parametrize(
    "operation",
    [
        migrations.RemoveField("alias", "remark"),
        migrations.RenameField("alias", "remark", "note"),
        migrations.DeleteModel("Remark"),
        migrations.RenameModel("Remark", "Note"),
        migrations.AddField("alias", "remark", TEXT),
        migrations.AlterField("alias", "remark", TEXT),
        migrations.AddConstraint("alias", models.UniqueConstraint(fields=["remark"], name="x")),
        migrations.AddIndex("alias", models.Index(fields=["remark"], name="x")),
        migrations.RunSQL("ALTER TABLE x DROP COLUMN y"),
        migrations.RunPython(lambda apps, editor: None),
        run_on_postgresql("ALTER TABLE x RENAME TO y", ""),
        run_on_postgresql("CREATE INDEX x ON y (z)", ""),
    ],
)
def test_rules__what_takes_away_or_waits_needs_two_steps(operation: Any) -> None:
    assert len(judged(operation)) == 1
    assert judged(operation, **{MARKER: "0011_before"}) == []
    assert len(judged(operation, **{MARKER: "0012_next"})) == 1, "a step is not its own first one"


def test_rules__the_first_version_has_none_before_it() -> None:
    assert number_of("0012_next") == 12
    migration = type("Migration", (migrations.Migration,), {"operations": [migrations.DeleteModel("Remark")]})
    assert list(complaints(migration(f"{FIRST_VERSION:04}_x", "forwards"))) == []
