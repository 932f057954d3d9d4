"""What a migration may do while the version before still works on the database: nodes are upgraded one after the other.

It may only add. What takes away needs two steps: a version whose code uses it no more, and, in a later version, a
migration that takes it away and says so with a class attribute, `unused_since = "0012_name"`: the migration of that
first step. What takes long must not keep writers waiting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models

# All up to this number make the first version, which no version was before.
FIRST_VERSION: Final = 9
MARKER: Final = "unused_since"
_TAKES_AWAY: Final = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
    migrations.RenameIndex,
)
_HARMLESS: Final = (
    migrations.CreateModel,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.RemoveConstraint,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
_SQL_TAKES_AWAY: Final = re.compile(
    r"\b(DROP\s+(TABLE|COLUMN|VIEW|SCHEMA|FUNCTION)|RENAME|TRUNCATE|DELETE|SET\s+NOT\s+NULL|ADD\s+CONSTRAINT)\b", re.I
)
_SQL_WAITS: Final = re.compile(r"\bCREATE\s+(UNIQUE\s+)?INDEX\s+(?!CONCURRENTLY)", re.IGNORECASE)


def number_of(name: str) -> int:
    """12 for 0012_name."""
    return int(name.partition("_")[0])


def complaints(migration: Any) -> Iterator[str]:
    """What a version before this migration would stumble over, a sentence each."""
    if number_of(migration.name) <= FIRST_VERSION:
        return
    for operation in migration.operations:
        sentence = _complaint(operation)
        if sentence and not _is_second_step(migration):
            yield f"{migration.app_label}.{migration.name}: {operation.describe()}: {sentence}"


def _is_second_step(migration: Any) -> bool:
    """Whether it says since which earlier migration nothing uses what it takes away."""
    since = getattr(migration, MARKER, "")
    return bool(since) and number_of(since) < number_of(migration.name)


def _complaint(operation: Any) -> str:
    """Why not; empty for what may be."""
    match operation:
        case _ if isinstance(operation, _HARMLESS):
            return ""
        case _ if isinstance(operation, _TAKES_AWAY):
            return "the version before still uses it"
        case migrations.AddField():
            return _of_new_field(operation.field)
        case migrations.AlterField():
            return "" if operation.field.null or operation.field.has_db_default() else "may be narrower than before"
        case migrations.AddConstraint() | migrations.AlterUniqueTogether():
            return "the version before may write what it refuses"
        case migrations.AddIndex() | migrations.RemoveIndex():
            return "writers wait for it; AddIndexConcurrently and RemoveIndexConcurrently let them go on"
        case migrations.SeparateDatabaseAndState():
            return "; ".join(filter(None, map(_complaint, operation.database_operations)))
        case migrations.RunSQL():
            return _of_sql(str(operation.sql))
        case migrations.RunPython():
            return _of_sql(_sql_of(operation.code))
    return "it is not known what the version before makes of it"


def _of_new_field(field: models.Field[Any, Any]) -> str:
    """Django drops a default again: an INSERT of the version before, which does not name the column, would fail."""
    if field.null or field.has_db_default() or field.many_to_many:
        return ""
    return "without null=True or db_default the version before can insert no row"


def _sql_of(code: Any) -> str:
    """What `core.postgres.run_on_postgresql` runs; any other function has to say in its marker why it may."""
    cells = dict(zip(code.__code__.co_freevars, code.__closure__ or (), strict=True))
    found = cells["sql"].cell_contents if "sql" in cells else None
    return found if isinstance(found, str) else "RENAME"


def _of_sql(sql: str) -> str:
    if _SQL_TAKES_AWAY.search(sql):
        return "the version before still uses it, or it cannot be seen what it does"
    return "writers wait for it; CREATE INDEX CONCURRENTLY lets them go on" if _SQL_WAITS.search(sql) else ""
