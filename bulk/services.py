"""What becomes of bulk edits and uploaded lines that are old, or that name a person whose data are to go."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final

from bulk.jobs import cancel_job
from bulk.models import ACTIVE, UNDECIDED, BulkJob, BulkJobItem, ImportLine, Upload
from bulk.uploads import opened
from core.actor import Actor
from core.errors import Invalid
from core.iteration import batched
from core.persons import Person, naming
from core.spreadsheets import read_table
from core.transactions import atomic

_CHUNK: Final = 500
_ITEM: Final = ("label", "before", "after", "detail")
_LINE: Final = ("label", "data", "cells", "problem")
_OPEN: Final = (*ACTIVE, *UNDECIDED)


@atomic
def purge_jobs(before: datetime, most: int) -> int:
    """Delete at most so many rows of what is older than `before`: files, lines, items of jobs, jobs without items.

    Jobs at work stay. The change log keeps what the others did.
    """
    lines = ImportLine.objects.filter(created_at__lt=before).order_by("created_at")
    old = BulkJob.objects.filter(created_at__lt=before).exclude(state__in=ACTIVE)
    items = BulkJobItem.objects.filter(job__in=old).order_by()
    count = _delete(Upload.objects.filter(created_at__lt=before).order_by("created_at"), most)
    count += _delete(lines, most - count)
    count += _delete(items, most - count)
    return count + _delete(old.exclude(items__isnull=False).order_by("pk"), most - count)


def exported_jobs(person: Person) -> list[dict[str, Any]]:
    """What bulk edits and uploaded lines hold of the person, as JSON can keep it."""
    jobs = [
        {"bulk edit": job.pk, "made": job.created_at.isoformat(), "parameters": job.params} for job in _jobs(person)
    ]
    items = [
        {"bulk edit": item.job_id, "row": item.position, **{name: getattr(item, name) for name in _ITEM}}
        for item in naming(person, BulkJobItem.objects.all(), _ITEM)
    ]
    lines = [
        {"uploaded": line.created_at.isoformat(), "line": line.number, **{name: getattr(line, name) for name in _LINE}}
        for line in naming(person, ImportLine.objects.all(), _LINE)
    ]
    files = [{"bulk edit": job.pk, "file, not read yet": job.params.get("file")} for job in _reading(person)]
    return [*jobs, *items, *lines, *files]


def erase_from_jobs(actor: Actor, person: Person) -> int:
    """Take the person out of bulk edits, and delete uploaded lines that name them; how many rows that were.

    An edit that is told of the person and still to be run is cancelled: it would bring them back.
    """
    files = list(_reading(person))
    for job in files:
        cancel_job(job=job)
    jobs = _jobs(person)
    for job in jobs:
        if job.state in _OPEN:
            cancel_job(job=job)
        BulkJob.objects.filter(pk=job.pk).update(params=person.masked(job.params))
    items = list(naming(person, BulkJobItem.objects.all(), _ITEM))
    for chunk in batched(items, _CHUNK):
        for item in chunk:
            for name in _ITEM:
                setattr(item, name, person.masked(getattr(item, name)))
        BulkJobItem.objects.bulk_update(chunk, _ITEM)
    lines = [line.pk for line in naming(person, ImportLine.objects.all(), _LINE)]
    for numbers in batched(lines, _CHUNK):
        ImportLine.objects.filter(pk__in=numbers).delete()
    return len(jobs) + len(items) + len(lines) + len(files)


def _jobs(person: Person) -> list[BulkJob]:
    return list(naming(person, BulkJob.objects.all(), ("params", "note")))


def _reading(person: Person) -> Iterator[BulkJob]:
    """The jobs whose file, not read to its end yet, names the person, or may do so as it cannot be read."""
    for upload in Upload.objects.select_related("job").order_by("created_at"):
        with opened(upload) as file:
            try:
                rows = read_table(f".{upload.form}", file).rows
                named = any(person.is_named_in(cells) for _number, cells in rows)
            except Invalid:
                named = True
        if named:
            yield upload.job


def _delete(rows: Any, most: int) -> int:
    """Delete at most so many of the rows, and say how many."""
    keys = list(rows.values_list("pk", flat=True)[: max(most, 0)])
    if keys:
        rows.model._default_manager.filter(pk__in=keys).delete()
    return len(keys)
