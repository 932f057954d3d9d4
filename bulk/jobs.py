"""Bulk edits as jobs: freeze a selection, preview it, start the run, stop it. For the request and for the worker."""

from __future__ import annotations

import logging
from contextlib import suppress
from functools import partial
from typing import IO, Any, Final

from django.conf import settings
from django.db import Error, transaction
from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber
from django.db.models.query import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from bulk import edits
from bulk.batches import advance, begin, finish, freeze, guarded_batch
from bulk.edits import BulkEdit, Outcome, Params
from bulk.models import ACTIVE, BulkJob
from bulk.reading import Desk
from bulk.telling import told
from bulk.uploads import bytes_to_read, forget_lines, keep_file, refuse_too_much
from core.errors import Invalid, NotAllowed
from core.scoping import Viewer
from core.transactions import atomic

logger = logging.getLogger(__name__)

State = BulkJob.State
# This process's, when it is a worker; a request has one of its own.
_desk: Final = Desk()
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
    job.total = freeze(job, rows.values_list("frozen_pk", "place"))
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
    begin(job)
    return job


@atomic
def cancel_job(*, job: BulkJob, by: Viewer | None = None) -> BulkJob:
    """Stop a job after its present batch, or throw its preview away. What is done stays done.

    Its note names who did it, where that is not the job's own administrator.
    """
    job = BulkJob.objects.select_for_update().get(pk=job.pk)
    if job.is_active or job.is_undecided:
        other = by is not None and by.pk != job.administrator_id
        finish(job, State.CANCELLED, note=_("Stopped by %(who)s.") % {"who": by} if other else "")
    return job


@atomic
def set_notice(*, administrator: Viewer, job: BulkJob, url: str) -> None:
    """Wish for a mail with the address of the job's page, or for none. NotAllowed for who is not the job's owner."""
    if job.administrator_id != administrator.pk:
        raise NotAllowed(_("Only who prepared a bulk edit is told of it."))
    BulkJob.objects.filter(pk=job.pk).update(notice_url=url, **({} if url else {"notice_due_at": None}))


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
        while advance(job.pk, desk):
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
            told(job, partial(guarded_batch, desk=desk))
    except Error:
        with suppress(Error):  # it may take no writes at all
            BulkJob.objects.filter(pk=key).update(touched_at=timezone.now())
        raise
    return True


def _check_allowed(edit: BulkEdit[Any], administrator: Viewer) -> None:
    if not edit.allowed(administrator):
        raise NotAllowed(_("You do not have permission to do this."))
