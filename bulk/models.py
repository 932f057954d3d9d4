"""Bulk edits, uploaded files and their lines as rows: what was chosen, how far it is, what became of each row."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bulk.edits import Outcome
from core.access import Role
from core.scoping import OwnedQuerySet, Viewer, acting
from core.zones import MAX_ZONE

if TYPE_CHECKING:
    from django.contrib.auth.models import AnonymousUser


class BulkJobQuerySet(OwnedQuerySet["BulkJob"]):
    """Jobs are their administrator's, and their colleagues' to see and to undo; the master sees everybody's.

    Whoever is a colleague saw each of the rows when the job was made: the staff of the same reseller and of its parent,
    the administrators of the same context. A context's jobs are not its reseller's, who may be another one by now.
    """

    sees_all = frozenset({Role.MASTER})

    def visible_to(self, viewer: Viewer | AnonymousUser | None) -> Self:
        """The viewer's own jobs and their colleagues'; with a credential for some contexts none but the own."""
        own, administrator = super().visible_to(viewer), acting(viewer)
        if administrator is None or administrator.context_limit is not None:
            return own
        match Role(administrator.role):
            case Role.RESELLER if administrator.reseller_id is not None:
                return self.filter(administrator__reseller__in=administrator.resellers_in_charge())
            case Role.CONTEXT if administrator.context_id is not None:
                return self.filter(administrator__context=administrator.context_id)
        return own

    def undoable(self) -> Self:
        """Those that have changed something, and are over."""
        return self.filter(started_at__isnull=False, changed__gt=0).exclude(state__in=ACTIVE)


class BulkJob(models.Model):
    """One bulk edit of a selection that is frozen when the preview begins, or of an uploaded file's lines.

    A file with columns of its own is not read before somebody has said what they are.

    `done` counts the rows that the present phase, reading, preview or run, has behind it. It moves in the same
    transaction as what was done to these rows, so a job that is taken up again by somebody else does no row twice.
    While a file is being read, `total` is an estimate.
    """

    class State(models.TextChoices):
        COLUMNS = "columns", _("waiting for its columns")
        READING = "reading", _("reading the file")
        PREVIEWING = "previewing", _("preview in progress")
        READY = "ready", _("waiting for your decision")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("stopped")

    administrator = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="bulk_jobs", verbose_name=_("administrator")
    )
    edit = models.CharField(_("edit"), max_length=64)
    params = models.JSONField(_("parameters"), default=dict)
    language = models.CharField(_("language"), max_length=8)
    time_zone = models.CharField(_("time zone"), max_length=MAX_ZONE, default="")
    state = models.CharField(_("state"), max_length=16, choices=State, default=State.PREVIEWING)
    note = models.TextField(_("note"), blank=True, default="")
    batch = models.UUIDField(_("batch"), default=uuid4, unique=True)
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    changed = models.PositiveIntegerField(_("changed"), default=0)
    unchanged = models.PositiveIntegerField(_("no change"), default=0)
    refused = models.PositiveIntegerField(_("refused"), default=0)
    # Whence it came, where that is not what the edit says; and whether it runs without being looked at first.
    channel = models.CharField(max_length=16, blank=True, default="", editable=False)
    credential = models.CharField(max_length=128, blank=True, default="", editable=False)
    starts_itself = models.BooleanField(default=False, editable=False)
    # The job's page, for the mail that says when it is done; empty: no mail is wished for.
    notice_url = models.CharField(max_length=500, blank=True, default="", editable=False)
    # When a mail that is owed is tried again; null: none is owed.
    notice_due_at = models.DateTimeField(null=True, editable=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    # When a worker last turned to it: the one that has waited longest is next.
    touched_at = models.DateTimeField(null=True)

    objects = BulkJobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("bulk edit")
        verbose_name_plural = _("bulk edits")
        indexes: ClassVar = [
            models.Index(
                fields=["touched_at"],
                condition=models.Q(state__in=["previewing", "reading", "running"]),
                name="bulk_job_active",
            ),
            models.Index(
                fields=["notice_due_at"],
                condition=models.Q(notice_due_at__isnull=False),
                name="bulk_job_owes_a_mail",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.edit} {self.pk}"

    @property
    def is_active(self) -> bool:
        """Whether there is work to do on it now."""
        return self.state in ACTIVE

    @property
    def is_undecided(self) -> bool:
        """Whether it waits for a person: for its columns, or to be started."""
        return self.state in UNDECIDED

    @property
    def has_rows(self) -> bool:
        """Whether it is known what the rows are: not while a file is being read, nor when it was refused."""
        return self.state != self.State.READING and self.total > 0

    @property
    def is_undoable(self) -> bool:
        """Whether it has changed something, and is over."""
        return self.has_run and self.changed > 0 and not self.is_active

    @property
    def has_run(self) -> bool:
        """Whether the counts and outcomes are those of the run; before, they are the preview's."""
        return self.started_at is not None


ACTIVE: Final = (BulkJob.State.READING, BulkJob.State.PREVIEWING, BulkJob.State.RUNNING)
UNDECIDED: Final = (BulkJob.State.COLUMNS, BulkJob.State.READY)


class BulkJobItem(models.Model):
    """One row of a bulk edit: the object by its key, and what would become or became of it."""

    job = models.ForeignKey(BulkJob, models.CASCADE, related_name="items")
    position = models.PositiveIntegerField()
    object_pk = models.BigIntegerField()
    label = models.CharField(_("object"), max_length=600)
    before = models.TextField(_("before"), blank=True)
    after = models.TextField(_("after"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome, blank=True)
    detail = models.TextField(_("why"), blank=True)

    class Meta:
        ordering = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "position"], name="bulk_job_item_position_is_unique"),
        ]

    def __str__(self) -> str:
        return self.label


class Upload(models.Model):
    """An uploaded file that is still to be read: in the database, where every node and worker has it.

    Its key is that of its lines. `size` is how many bytes there are to read, once they are unpacked.
    """

    class Form(models.TextChoices):
        CSV = "csv"
        TSV = "tsv"
        XLSX = "xlsx"

    id = models.UUIDField(primary_key=True, default=uuid4)
    job = models.OneToOneField(BulkJob, models.CASCADE, related_name="upload")
    form = models.CharField(max_length=4, choices=Form)
    bytes = models.PositiveIntegerField()
    size = models.PositiveBigIntegerField()
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return f"{self.job}: {self.bytes} bytes"


class UploadPart(models.Model):
    """A part of an uploaded file; all but the last are of the same size."""

    upload = models.ForeignKey(Upload, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "number"], name="upload_part_number_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.upload_id} {self.number}"


class ImportLine(models.Model):
    """One line of a table: its number in the file, its values by column, and what is wrong with its form.

    `cells` is the line as it came, to be given back.
    """

    administrator = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    upload = models.UUIDField(db_index=True)
    number = models.PositiveIntegerField()
    label = models.CharField(max_length=600)
    data = models.JSONField()
    cells = models.JSONField(default=list)
    problem = models.TextField(blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects = OwnedQuerySet["ImportLine"].as_manager()

    class Meta:
        ordering = ["id"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["upload", "number"], name="import_line_number_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.number}: {self.label}"


class Heartbeat(models.Model):
    """When a worker was last seen at work: one row for all workers."""

    name = models.CharField(max_length=16, primary_key=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name}: {self.seen_at}"
