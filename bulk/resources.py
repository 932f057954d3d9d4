"""What of bulk edits is exported."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from bulk import edits
from bulk.models import BulkJob
from core.tables import Choice, Column, Moment, Number, TableResource


class _What(Column):
    """The edit with its parameters, for a person."""

    def cell(self, row: BulkJob) -> str:
        return edits.edit_named(row.edit).describe(row.params) if row.edit in edits.known() else row.edit


class JobResource(TableResource):
    name = "bulk-edits"
    model = BulkJob
    columns = (
        _What("what"),
        Column("edit"),
        Column("administrator"),
        Choice("state", dict(BulkJob.State.choices)),
        *(Number(name) for name in ("total", "changed", "unchanged", "refused")),
        Moment("created_at"),
        Moment("started_at"),
        Moment("finished_at"),
        Column("batch"),
    )

    def with_related(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.select_related("administrator__context")


RESOURCES = (JobResource,)
