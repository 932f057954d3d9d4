"""Migration operations for what only PostgreSQL has. On SQLite they do nothing."""

from __future__ import annotations

from typing import Any, Final

from django.db.migrations.operations import RunPython

# The collation in which LIKE looks for texts. It makes no difference to what LIKE finds.
SEARCHED: Final = "C"
_PREFIX_INDEXES: Final = """
    SELECT indexname FROM pg_indexes
    WHERE schemaname = current_schema() AND tablename = ANY (%s) AND right(indexname, 5) = '_like'
"""


def run_on_postgresql(forward: str, backward: str) -> RunPython:
    """An operation that executes this SQL on PostgreSQL."""
    return RunPython(_runner(forward), _runner(backward))


def trigram_index(name: str, table: str, column: str) -> RunPython:
    """An index that finds text anywhere in a column (`LIKE '%…%'`).

    Trigrams also answer `=`, many times slower than an ordinary index does, yet the planner takes them for a list of
    many texts. In a collation that no comparison for equality has they are left to LIKE: `core.search` says it there.
    """
    return run_on_postgresql(
        f'CREATE INDEX "{name}" ON "{table}" USING gin ({column} COLLATE "{SEARCHED}" gin_trgm_ops)',
        f'DROP INDEX "{name}"',
    )


def written_index(name: str, table: str, column: str) -> RunPython:
    """An index for the lookup `written`: of the rows that are not all ASCII, which are few."""
    return run_on_postgresql(
        f'CREATE INDEX "{name}" ON "{table}" USING gin (UPPER({column}) gin_trgm_ops) WHERE {column} ~ \'[^ -~]\'',
        f'DROP INDEX "{name}"',
    )


def without_prefix_indexes(*tables: str) -> RunPython:
    """Drop the second index that Django makes of every unique or indexed text, for `LIKE 'x%'`.

    What is looked for by its beginning has a trigram index, which finds that too.
    """

    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor != "postgresql":
            return
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_PREFIX_INDEXES, [list(tables)])
            names = [schema_editor.quote_name(name) for (name,) in cursor.fetchall()]
        for name in names:
            schema_editor.execute(f"DROP INDEX {name}")

    return RunPython(run, RunPython.noop)


def _runner(sql: str) -> Any:
    def run(apps: Any, schema_editor: Any) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(sql)

    return run
