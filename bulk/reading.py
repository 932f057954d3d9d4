"""Reading an uploaded file, some lines at a time.

Between two batches its reader stays where it is in the file. A killed worker's place is known by the lines that it
kept: whoever goes on reads from the beginning, and keeps what comes after them.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from bulk import edits
from bulk.models import BulkJob, Upload
from bulk.uploads import opened
from core.counts import rounded
from core.errors import Invalid
from core.scoping import Viewer
from core.spreadsheets import Row, Table, read_table

_LINES: Final = 1000
# A batch holds the job's row, for which whoever cancels it waits.
_SECONDS: Final = 0.5
ABANDONED: Final = timedelta(seconds=10)
"""A file of which no line has been read for so long is nobody's: the worker that read it is no more."""


class Reading:
    """One file on its way to be lines, and how many of these there have been."""

    def __init__(self, upload: Upload, job: BulkJob, administrator: Viewer) -> None:
        self.upload: UUID = upload.pk
        self.position = 0
        self.is_over = self.is_broken = False
        self.table: Table | None = None
        self.heads: list[str] = []
        self._pieces = self._read(upload, job, administrator)

    def after(self, done: int) -> list[Any]:
        """The next lines after the first `done`, unsaved; none while it only comes nearer to them. Invalid."""
        lines: list[Any] = []
        end = time.monotonic() + _SECONDS
        # Whatever ends the loop by an error ends the reader too, which would be taken for the end of the file.
        self.is_broken = True
        for piece in self._pieces:
            lines += piece[max(done - self.position, 0) :]
            self.position += len(piece)
            if len(lines) >= _LINES or time.monotonic() > end:
                break
        else:
            self.is_over = True
        self.is_broken = False
        return lines

    def is_stale(self, job: BulkJob) -> bool:
        """Whether it is of no use for what comes next, as after a batch that was undone."""
        return self.upload != job.upload.pk or self.is_over or self.is_broken or self.position > job.done

    def estimate(self) -> int:
        """About how many lines there are in all."""
        share = self.table.share() if self.table is not None and not self.is_over else 0.0
        return max(rounded(round(self.position / share)), self.position) if share else self.position

    def _read(self, upload: Upload, job: BulkJob, administrator: Viewer) -> Iterator[list[Any]]:
        with opened(upload) as file:
            self.table = read_table(f".{upload.form}", file)
            edit = edits.edit_named(job.edit)
            yield from edit.lines(administrator, job.params, self._seen(self.table.pieces), upload.pk)

    def _seen(self, pieces: Iterator[list[Row]]) -> Iterator[list[Row]]:
        """The pieces, of which the first row names the columns."""
        for piece in pieces:
            if piece and not self.heads:
                self.heads = list(map(str, piece[0][1]))
            yield piece


class Desk:
    """Where a worker has the file that it reads: one at a time, as each is in memory in part."""

    def __init__(self) -> None:
        self._reading: Reading | None = None

    def due(self) -> Q:
        """Which of the jobs with a file are for this worker now."""
        if self._reading is not None:
            if Upload.objects.filter(pk=self._reading.upload, job__state=BulkJob.State.READING).exists():
                return Q(upload=self._reading.upload)
            self._reading = None
        return Q(touched_at=None) | Q(touched_at__lt=timezone.now() - ABANDONED)

    def reading(self, job: BulkJob, administrator: Viewer) -> Reading:
        """The job's file where the job is in it, or before. Invalid when it is kept no longer."""
        if not hasattr(job, "upload"):
            raise Invalid(_("The file was not read in time, and is gone. Upload it again."))
        if self._reading is None or self._reading.is_stale(job):
            self._reading = Reading(job.upload, job, administrator)
        return self._reading
