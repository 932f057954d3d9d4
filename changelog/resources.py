"""What of the change log is exported."""

from __future__ import annotations

import json
from typing import Any

from changelog.models import Change
from core.tables import Column, TableResource


class ChangeResource(TableResource):
    at = Column("at")
    actor = Column("actor")
    channel = Column("channel")
    action = Column("action")
    kind = Column("kind")
    label = Column("label")
    context = Column("context_id")
    context_name = Column("context_name")
    before = Column("before")
    after = Column("after")
    batch = Column("batch")

    class Meta:
        name = "changes"
        model = Change
        import_id_fields: list[str] = []

    def dehydrate_at(self, row: Change) -> str:
        return row.at.isoformat(timespec="seconds")

    def dehydrate_before(self, row: Change) -> str:
        return _as_json(row.before)

    def dehydrate_after(self, row: Change) -> str:
        return _as_json(row.after)


def _as_json(values: Any) -> str:
    # The library's widget makes of an umlaut a code, and of an empty object nothing.
    return "" if values is None else json.dumps(values, ensure_ascii=False)
