"""Bulk edits as jobs: freeze a selection, preview it, run it in batches, stop it. For the request and for the worker.

A batch is one transaction that begins with the lock of the job's row and ends with how far the job is. Whoever holds
that lock works on the job: no lease to renew, and a killed worker's batch is undone and free for the next one at once.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import IO, Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.exceptions import EmptyResultSet
from django.db import Error, connection, transaction
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.db.models.query import QuerySet
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from bulk import edits
from bulk.edits import BulkEdit, Outcome, Params, Result
from bulk.models import ACTIVE, BulkJob, BulkJobItem
from bulk.notices import mail_when_committed
from bulk.reading import Desk
from bulk.telling import told
from bulk.uploads import bytes_to_read, forget_all_read, forget_file, forget_lines, keep_file, refuse_too_much
from core.actor import Actor, Channel
from core.database_errors import state_of
from core.errors import Invalid, NotAllowed
from core.scoping import Viewer
from core.transactions import atomic, go_by_indexes
from core.zones import zone_named

logger = logging.getLogger(__name__)

State = BulkJob.State
# This process's, when it is a worker; a request has one of its own.
_desk: Final = Desk()
# What a preview or a run writes into an item.
_NEWS: Final = ("label", "before", "after", "outcome", "detail")
_INSERT: Final = """
    INSERT INTO {table} (job_id, position, object_pk, label, before, after, outcome, detail)
    SELECT %s, place - 1 + %s, frozen_pk, '', '', '', '', '' FROM ({chosen}) AS chosen
"""
# A request reads files up to the size of as many rows as it does.
_BYTES_A_ROW: Final = 1024


@atomic
def create_job(
    *,
    administrator: Viewer,
    edit: BulkEdit[Any],
    params: Params,
    chosen: QuerySet[Any],
    language: str,
    channel: str = "",
    starts_itself: bool = False,
) -> BulkJob:
    """Freeze those of `chosen` that the administrator sees, to be previewed. NotAllowed; Invalid when there is none.

    One that `starts_itself` runs when the preview is done.
    """
    job = _new_job(administrator, edit, params, language)
    visible = edit.model._default_manager.visible_to(administrator)  # type: ignore[attr-defined]
    # Windows and orders of the list's own queryset (a search is DISTINCT) would meet with the numbering.
    rows = visible.filter(pk__in=chosen.order_by().values("pk")).order_by("pk")
    order = F("pk").desc() if edit.newest_first else F("pk").asc()
    rows = rows.annotate(frozen_pk=F("pk"), place=Window(RowNumber(), order_by=order))
    job.total = _freeze(job, rows.values_list("frozen_pk", "place"))
    if not job.total:
        raise Invalid(_("Nothing is selected."))
    job.channel, job.credential, job.starts_itself = channel, str(administrator.credential), starts_itself
    job.save(update_fields=["total", "channel", "credential", "starts_itself"])
    return job


@atomic
def create_upload_job(
    *,
    administrator: Viewer,
    edit: BulkEdit[Any],
    params: Params,
    name: str,
    file: IO[bytes],
    language: str,
    asks_for_columns: bool = False,
) -> BulkJob:
    """Keep a file, whose lines are to be read and then previewed. NotAllowed; Invalid for what is too much.

    One that `asks_for_columns` is read when `read_by` has said what they are.
    """
    job = _new_job(administrator, edit, params, language)
    refuse_too_much(administrator, file.seek(0, 2))
    keep_file(job, name, file)
    job.state = State.COLUMNS if asks_for_columns else State.READING
    job.save(update_fields=["state"])
    return job


@atomic
def read_by(*, administrator: Viewer, job: BulkJob, params: Params) -> BulkJob:
    """Read the file by what `params` say of its columns; again, when it waits to be started. NotAllowed; Invalid."""
    job = BulkJob.objects.select_for_update().get(pk=job.pk)
    if job.administrator_id != administrator.pk:
        raise NotAllowed(_("Only who prepared a bulk edit can start it."))
    _check_allowed(edits.edit_named(job.edit), administrator)
    if not job.is_undecided or not hasattr(job, "upload"):
        raise Invalid(_("The file was not read in time, and is gone. Upload it again."))
    forget_lines(job)
    job.params |= params
    job.state, job.touched_at = State.READING, None
    job.total = job.done = job.changed = job.unchanged = job.refused = 0
    job.save()
    return job


@atomic
def drop_refused(job: BulkJob) -> None:
    """Forget a job whose file was refused at once, which nobody has seen."""
    BulkJob.objects.filter(pk=job.pk, state=State.FAILED, started_at=None).delete()


def _new_job(administrator: Viewer, edit: BulkEdit[Any], params: Params, language: str) -> BulkJob:
    _check_allowed(edit, administrator)
    return BulkJob.objects.create(
        administrator_id=administrator.pk,
        edit=edit.name,
        params=params,
        language=language,
        time_zone=timezone.get_current_timezone_name(),
    )


def needs_count(job: BulkJob) -> bool:
    """Whether the number of rows must be typed before the job runs."""
    return edits.edit_named(job.edit).always_confirm or job.changed > settings.BULK_CONFIRM_ABOVE


def name_to_type(job: BulkJob) -> str:
    """The name that must be typed before the job runs, where it changes one row that is confirmed by name."""
    if job.changed != 1 or not edits.edit_named(job.edit).confirms_by_name:
        return ""
    return str(job.items.filter(outcome=Outcome.CHANGED).values_list("label", flat=True)[0])


def _check_confirmed(job: BulkJob, typed: str) -> None:
    """Invalid when what must be typed before the job runs was not."""
    if not needs_count(job):
        return
    name = name_to_type(job)
    if name and typed.strip() != name:
        raise Invalid(_("Type the name “%(name)s” to delete it.") % {"name": name}, field="count")
    if not name and "".join(char for char in typed if char not in " .,'\u00a0\u202f") != str(job.changed):
        raise Invalid(_("Type the number of rows that will change: %(count)s.") % {"count": job.changed}, field="count")


@atomic
def start_job(*, administrator: Viewer, job: BulkJob, typed: str = "") -> BulkJob:
    """Begin the run of a previewed job; once it runs, nothing happens. NotAllowed for who is not its owner; Invalid."""
    job = BulkJob.objects.select_for_update().get(pk=job.pk)
    if job.administrator_id != administrator.pk:
        raise NotAllowed(_("Only who prepared a bulk edit can start it."))
    _check_allowed(edits.edit_named(job.edit), administrator)
    if job.has_run:
        return job
    if job.state != State.READY:
        raise Invalid(_("The preview is not finished."))
    if not job.changed:
        raise Invalid(_("There is nothing to change."))
    if why_not_startable := edits.edit_named(job.edit).why_not_startable(job.params, refused=job.refused):
        raise Invalid(why_not_startable)
    _check_confirmed(job, typed)
    _begin(job)
    return job


def _begin(job: BulkJob) -> None:
    forget_file(job)
    job.state, job.started_at, job.touched_at = State.RUNNING, timezone.now(), None
    job.done = job.changed = job.unchanged = job.refused = 0
    job.save()


@atomic
def cancel_job(*, job: BulkJob, by: Viewer | None = None) -> BulkJob:
    """Stop a job after its present batch, or throw its preview away. What is done stays done.

    Its note names who did it, where that is not the job's own administrator.
    """
    job = BulkJob.objects.select_for_update().get(pk=job.pk)
    if job.is_active or job.is_undecided:
        other = by is not None and by.pk != job.administrator_id
        _finish(job, State.CANCELLED, note=_("Stopped by %(who)s.") % {"who": by} if other else "")
    return job


@atomic
def set_notice(*, administrator: Viewer, job: BulkJob, url: str) -> None:
    """Wish for a mail with the address of the job's page, or for none. NotAllowed for who is not the job's owner."""
    if job.administrator_id != administrator.pk:
        raise NotAllowed(_("Only who prepared a bulk edit is told of it."))
    BulkJob.objects.filter(pk=job.pk).update(notice_url=url)


def finish_in_request(job: BulkJob) -> BulkJob:
    """Do the present phase of a small job at once, and the preview of a small file; a large one is the worker's.

    The job as it is then.
    """
    desk, phase = Desk(), None
    while True:
        job = BulkJob.objects.get(pk=job.pk)
        if not job.is_active or job.state == phase or not _is_small(job):
            return job
        phase = job.state
        while _advance(job.pk, desk):
            pass


def _is_small(job: BulkJob) -> bool:
    if job.state == State.READING:
        return bytes_to_read(job) <= settings.BULK_REQUEST_ROWS * _BYTES_A_ROW
    return job.total <= min(settings.BULK_REQUEST_ROWS, edits.edit_named(job.edit).request_rows)


def work_once(desk: Desk = _desk) -> bool:
    """One batch of the job that has waited longest and that nobody else works on; whether there was one.

    Error, with nothing done, where the database did not let it; the job is last in the queue from then on.
    """
    queue = BulkJob.objects.filter(~Q(state=State.READING) | desk.due(), state__in=ACTIVE)
    queue = queue.order_by(F("touched_at").asc(nulls_first=True), "pk")
    if not queue.exists():  # asked without a lock: most of the time there is nothing
        return False
    key = 0
    try:
        with transaction.atomic():
            job = queue.select_for_update(skip_locked=True, of=("self",)).first()
            if job is None:
                return False
            key = job.pk
            told(job, partial(_guarded_batch, desk=desk))
    except Error:
        with suppress(Error):  # it may take no writes at all
            BulkJob.objects.filter(pk=key).update(touched_at=timezone.now())
        raise
    return True


class _StoppedError(Exception):
    """A row was refused after all, and the edit wants all or nothing."""


def _check_allowed(edit: BulkEdit[Any], administrator: Viewer) -> None:
    if not edit.allowed(administrator):
        raise NotAllowed(_("You do not have permission to do this."))


def _freeze(job: BulkJob, rows: QuerySet[Any, Any]) -> int:
    """Make the job's items in one statement: a selection may have a million rows."""
    try:
        chosen, values = rows.query.sql_with_params()
    except EmptyResultSet:
        return 0
    with connection.cursor() as cursor:
        table = connection.ops.quote_name(BulkJobItem._meta.db_table)
        cursor.execute(_INSERT.format(table=table, chosen=chosen), [job.pk, job.done, *values])
        return int(cursor.rowcount)


@contextmanager
def _as_its_owner_reads(job: BulkJob) -> Iterator[None]:
    """In the language and the time zone of whoever prepared the job."""
    with translation.override(job.language), timezone.override(zone_named(job.time_zone)):
        yield


@atomic
def _advance(key: int, desk: Desk) -> bool:
    """One batch of this job; whether there is more to do. Waits for whoever else works on it."""
    job = BulkJob.objects.select_for_update().get(pk=key)
    if not job.is_active:
        return False
    phase = job.state
    return _guarded_batch(job, desk).state == phase


def _guarded_batch(job: BulkJob, desk: Desk) -> BulkJob:
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
            _finish(job, State.FAILED, str(stopped))
    except Exception as error:
        if state_of(error) is not None:
            raise
        logger.exception("bulk edit %s stopped", job)
        job = BulkJob.objects.get(pk=job.pk)
        with _as_its_owner_reads(job):
            _finish(job, State.FAILED, _("An unexpected error. What was done before it stays done."))
    mail_when_committed(job)
    return job


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
    job.done += _freeze(job, kept.order_by("number").values_list("frozen_pk", "place"))


def _is_still_allowed(job: BulkJob, edit: BulkEdit[Any], administrator: Viewer) -> bool:
    """Whether the job may go on; one that may not is stopped."""
    if edit.allowed(administrator):
        return True
    _finish(job, State.FAILED, _("%(who)s no longer has permission to do this.") % {"who": administrator})
    return False


def _batch(job: BulkJob) -> None:
    """One batch of a job whose row is locked, in the caller's transaction."""
    administrator = _administrator_of(job)
    with _as_its_owner_reads(job):
        edit = edits.edit_named(job.edit)
        if not _is_still_allowed(job, edit, administrator):
            return
        items = list(job.items.filter(position__gte=job.done)[: edit.batch_rows])
        channel = Channel(job.channel or edit.channel)
        credential = job.credential if job.channel else str(administrator.credential)
        _work_on(job, edit, Actor(administrator, channel, job.batch, credential), items)
    job.done += len(items)
    job.touched_at = timezone.now()
    if job.done < job.total:
        job.save()
    elif job.has_run:
        _finish(job, State.DONE)
    elif job.starts_itself and job.changed:
        _begin(job)
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


def _finish(job: BulkJob, state: BulkJob.State, note: str = "") -> None:
    if job.state in {State.COLUMNS, State.READING}:
        forget_all_read(job)
        job.total = job.done = 0
    elif not job.has_run:
        forget_file(job)
    job.state, job.note, job.finished_at = state, note, timezone.now()
    job.save()
