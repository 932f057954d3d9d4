"""Migration operations for what only PostgreSQL has. On SQLite they do nothing."""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations import RunPython


def run_on_postgresql(forward: str, backward: str) -> RunPython:
    """An operation that executes this SQL on PostgreSQL."""
    return RunPython(_runner(forward), _runner(backward))


def trigram_index(name: str, table: str, expression: str) -> RunPython:
    """An index that finds text anywhere in a column (`LIKE '%…%'`). `expression` is the column, or UPPER(…) of it."""
    return run_on_postgresql(
        f'CREATE INDEX "{name}" ON "{table}" USING gin (({expression}) gin_trgm_ops)', f'DROP INDEX "{name}"'
    )


def _runner(sql: str) -> Any:
    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run
