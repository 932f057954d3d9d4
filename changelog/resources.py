"""What of the change log is exported."""

from __future__ import annotations

import json
from typing import Any

from changelog.models import Change
from core.tables import Column, Moment, TableResource


class _Json(Column):
    def written(self, value: Any) -> str:
        return json.dumps(value, ensure_ascii=False)


class ChangeResource(TableResource):
    name = "changes"
    model = Change
    columns = (
        Moment("at"),
        Column("actor"),
        Column("channel"),
        Column("action"),
        Column("kind"),
        Column("label"),
        Column("context", "context_id"),
        Column("context_name"),
        _Json("before"),
        _Json("after"),
        Column("batch"),
        Column("credential"),
        Column("request", "request_id"),
    )
