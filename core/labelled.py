"""Labels of rows: a column with their names, as JSON, or null for none; and looking for one of them."""

from __future__ import annotations

import json
from typing import Any

from django.db.models import JSONField, Lookup

from core.postgres import run_on_postgresql


class LabelsField(JSONField):
    """The names of the labels that somebody has put on the row, sorted; null for none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"null": True, "blank": True, **kwargs})


@LabelsField.register_lookup
class Labelled(Lookup):
    """`labels__labelled="vip"`: has exactly this label. On PostgreSQL there is an index: `labels_index`."""

    lookup_name = "labelled"

    def get_prep_lookup(self) -> Any:
        """The name as it is given."""
        return str(self.rhs)

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        """A list of one on PostgreSQL, the name on SQLite."""
        return "%s", [json.dumps([value]) if connection.vendor == "postgresql" else value]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Whether the list of labels has the name."""
        column, parameters = self.process_lhs(compiler, connection)
        _place, values = self.get_db_prep_lookup(self.rhs, connection)
        if connection.vendor == "postgresql":
            return f"{column} @> %s::jsonb", [*parameters, *values]
        return f"EXISTS (SELECT 1 FROM json_each({column}) WHERE value = %s)", [*parameters, *values]  # noqa: S608 - the column's name


def labels_index(name: str, table: str) -> Any:
    """A migration's operation: the index by labels, of the rows that have any."""
    return run_on_postgresql(
        f'CREATE INDEX "{name}" ON "{table}" USING gin (labels jsonb_path_ops) WHERE labels IS NOT NULL',
        f'DROP INDEX "{name}"',
    )
