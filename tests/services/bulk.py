"""Making, previewing and running bulk edits as the web admin does."""

from __future__ import annotations

import io
from typing import Any

from django.db.models import QuerySet

from accounts.models import Administrator
from bulk import edits as bulk
from bulk import jobs
from bulk.models import BulkJob
from changelog.models import Change


def prepare(administrator: Administrator, edit: str, chosen: QuerySet[Any], **params: Any) -> BulkJob:
    """A frozen selection, not yet previewed."""
    return jobs.create_job(
        administrator=administrator, edit=bulk.edit_named(edit), params=params, chosen=chosen, language="en"
    )


def preview(administrator: Administrator, edit: str, chosen: QuerySet[Any], **params: Any) -> BulkJob:
    """A previewed job of a small selection."""
    return jobs.finish_in_request(prepare(administrator, edit, chosen, **params))


def upload(
    administrator: Administrator, table: str, content: str | bytes, name: str = "file.csv", **params: Any
) -> BulkJob:
    """The job of an uploaded file that nobody has begun to read."""
    return jobs.create_upload_job(
        administrator=administrator,
        edit=bulk.edit_named(f"import.{table}"),
        params={"file": name, "skip_bad": True, **params},
        name=name,
        file=io.BytesIO(content.encode() if isinstance(content, str) else content),
        language="en",
    )


def run(job: BulkJob) -> BulkJob:
    """Start the previewed job of its own administrator and do it."""
    started = jobs.start_job(administrator=job.administrator, job=job, typed=jobs.name_to_type(job) or str(job.changed))
    return jobs.finish_in_request(started)


def outcomes(job: BulkJob) -> dict[str, str]:
    """Outcome of each row by its label."""
    return dict(job.items.values_list("label", "outcome"))


def details(job: BulkJob) -> dict[str, str]:
    """The sentences by label, where there are any."""
    return dict(job.items.exclude(detail="").values_list("label", "detail"))


def changes(job: BulkJob) -> QuerySet[Change]:
    """What the job wrote into the change log."""
    return Change.objects.filter(batch=job.batch)
