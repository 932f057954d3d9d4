"""One batch of a bulk edit after the other: of its file, of its preview, of its run.

A batch is one transaction that begins with the lock of the job's row and ends with how far the job is. Whoever holds
that lock works on the job: no lease to renew, and a killed worker's batch is undone and free for the next one at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import connection, transaction
from django.db.models import F, Window
from django.db.models.functions import RowNumber
from django.db.models.query import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from bulk import edits
from bulk.edits import BulkEdit, Outcome, Result
from bulk.models import BulkJob, BulkJobItem
from bulk.notices import mail_when_committed
from bulk.reading import Desk
from bulk.uploads import forget_all_read, forget_file
from core.actor import Actor, Channel
from core.database_errors import state_of
from core.errors import Invalid
from core.scoping import Viewer
from core.transactions import atomic, go_by_indexes
from core.zones import zone_named

logger = logging.getLogger(__name__)

State = BulkJob.State
# What a preview or a run writes into an item.
_NEWS: Final = ("label", "before", "after", "outcome", "detail")
_INSERT: Final = """
    INSERT INTO {table} (job_id, position, object_pk, label, before, after, outcome, detail)
    SELECT %s, place - 1 + %s, frozen_pk, '', '', '', '', '' FROM ({chosen}) AS chosen
"""


@atomic
def advance(key: int, desk: Desk) -> bool:
    """One batch of this job; whether there is more to do. Waits for whoever else works on it."""
    job = BulkJob.objects.select_for_update().get(pk=key)
    if not job.is_active:
        return False
    phase = job.state
    return guarded_batch(job, desk).state == phase


def guarded_batch(job: BulkJob, desk: Desk) -> BulkJob:
    """`_batch`, or a part of the file. Error with a DatabaseState: it may be tried again.

    A mistake of ours stops the job with that batch undone.
    """
    try:
        with transaction.atomic():
            go_by_indexes()
            if job.state == State.READING:
                _read(job, desk)
            else:
                _batch(job)
    except _StoppedError as stopped:
        job = BulkJob.objects.get(pk=job.pk)
        with _as_its_owner_reads(job):
            finish(job, State.FAILED, str(stopped))
    except Exception as error:
        if state_of(error) is not None:
            raise
        logger.exception("bulk edit %s stopped", job)
        job = BulkJob.objects.get(pk=job.pk)
        with _as_its_owner_reads(job):
            finish(job, State.FAILED, _("An unexpected error. What was done before it stays done."))
    mail_when_committed(job)
    return job


def begin(job: BulkJob) -> None:
    """Have the run of a previewed job, whose row is locked, begin with the next batch."""
    forget_file(job)
    job.state, job.started_at, job.touched_at = State.RUNNING, timezone.now(), None
    job.done = job.changed = job.unchanged = job.refused = 0
    job.save()


def finish(job: BulkJob, state: BulkJob.State, note: str = "") -> None:
    """End a job whose row is locked; its file and what has been read of it go with it, unless it has run."""
    if job.state in {State.COLUMNS, State.READING}:
        forget_all_read(job)
        job.total = job.done = 0
    elif not job.has_run:
        forget_file(job)
    job.state, job.note, job.finished_at = state, note, timezone.now()
    job.save()


def freeze(job: BulkJob, rows: QuerySet[Any, Any]) -> int:
    """Make the job's items in one statement: a selection may have a million rows."""
    try:
        chosen, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(BulkJobItem._meta.db_table)
        cursor.execute(_INSERT.format(table=table, chosen=chosen), [job.pk, job.done, *values])
        return int(cursor.rowcount)


class _StoppedError(Exception):
    """A row was refused after all, and the edit wants all or nothing."""


@contextmanager
def _as_its_owner_reads(job: BulkJob) -> Iterator[None]:
    """In the language and the time zone of whoever prepared the job."""
    with translation.override(job.language), timezone.override(zone_named(job.time_zone)):
        yield


def _read(job: BulkJob, desk: Desk) -> None:
    """Keep the next lines of the file of a job whose row is locked, in the caller's transaction."""
    administrator = _administrator_of(job)
    with _as_its_owner_reads(job):
        edit = edits.edit_named(job.edit)
        if not _is_still_allowed(job, edit, administrator):
            return
        try:
            reading = desk.reading(job, administrator)
            _keep(job, edit, reading.after(job.done))
        except Invalid as refusal:
            raise _StoppedError(str(refusal)) from refusal
    job.total, job.touched_at = reading.estimate(), timezone.now()
    if reading.table is not None:
        job.params["encoding"] = reading.table.encoding
    if reading.heads:
        job.params.setdefault("heads", reading.heads)
    if reading.is_over:
        job.state, job.total, job.done = State.PREVIEWING, job.done, 0
        # Whoever has said what the columns are may see in the preview that they are not.
        if not edit.columns_url(job.pk, job.params):
            forget_file(job)
    job.save()


def _keep(job: BulkJob, edit: BulkEdit[Any], lines: list[Any]) -> None:
    """Keep lines of a file, and each as a row of the job."""
    if not lines:
        return
    rows = edit.model._default_manager
    rows.bulk_create(lines)
    kept = rows.filter(upload=lines[0].upload, number__gte=lines[0].number, number__lte=lines[-1].number)
    kept = kept.annotate(frozen_pk=F("pk"), place=Window(RowNumber(), order_by="number"))
    job.done += freeze(job, kept.order_by("number").values_list("frozen_pk", "place"))


def _is_still_allowed(job: BulkJob, edit: BulkEdit[Any], administrator: Viewer) -> bool:
    """Whether the job may go on; one that may not is stopped."""
    if edit.allowed(administrator):
        return True
    finish(job, State.FAILED, _("%(who)s no longer has permission to do this.") % {"who": administrator})
    return False


def _batch(job: BulkJob) -> None:
    """One batch of a job whose row is locked, in the caller's transaction."""
    administrator = _administrator_of(job)
    with _as_its_owner_reads(job):
        edit = edits.edit_named(job.edit)
        if not _is_still_allowed(job, edit, administrator):
            return
        # Both ends, or all that are left would be read and sorted for each batch.
        items = list(job.items.filter(position__gte=job.done, position__lt=job.done + edit.batch_rows))
        channel = Channel(job.channel or edit.channel)
        credential = job.credential if job.channel else str(administrator.credential)
        _work_on(job, edit, Actor(administrator, channel, job.batch, credential), items)
    job.done += len(items)
    job.touched_at = timezone.now()
    if job.done < job.total:
        job.save()
    elif job.has_run:
        finish(job, State.DONE)
    elif job.starts_itself and job.changed:
        begin(job)
    else:
        job.state = State.READY
        job.save()


def _administrator_of(job: BulkJob) -> Viewer:
    """Who prepared the job, as they are now."""
    administrators: Any = get_user_model()._default_manager
    administrator: Viewer = administrators.with_owner().get(pk=job.administrator_id)
    return administrator


def _work_on(job: BulkJob, edit: BulkEdit[Any], actor: Actor, items: list[BulkJobItem]) -> None:
    """Preview or run these items, and keep what became of them.

    The run touches the rows that the preview announced and no other.
    """
    items_due = [item for item in items if item.outcome == Outcome.CHANGED] if job.has_run else items
    keys = [item.object_pk for item in items_due]
    results = edit.work(actor, keys, job.params, preview=not job.has_run)
    news = [item for item in items_due if _note(item, results[item.object_pk])]
    # Written over as a whole: many times cheaper than `bulk_update`, which makes a CASE of a hundred branches.
    BulkJobItem.objects.bulk_create(news, update_conflicts=True, unique_fields=["id"], update_fields=[*_NEWS])
    refused = next((item for item in items_due if item.outcome == Outcome.REFUSED), None)
    if refused is not None and job.has_run and edit.all_or_nothing(job.params):
        sentence = _("%(row)s: %(why)s That is new since the preview. What is done is in the change log, to be undone.")
        raise _StoppedError(sentence % {"row": refused.label, "why": refused.detail})
    for item in items:  # the counts are named as the outcomes are
        setattr(job, item.outcome, getattr(job, item.outcome) + 1)


def _note(item: BulkJobItem, result: Result) -> bool:
    """Write the result into the item; whether it says anything new."""
    was = [getattr(item, name) for name in _NEWS]
    item.label = result.label or item.label or f"#{item.object_pk}"
    item.before, item.after = result.before or item.before, result.after
    item.outcome, item.detail = result.outcome, result.detail
    return was != [getattr(item, name) for name in _NEWS]
