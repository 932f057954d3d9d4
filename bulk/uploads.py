"""Uploaded files, in the database until they have been read: every node and worker has them without a shared disk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import SpooledTemporaryFile
from typing import IO, Final, cast

from django.conf import settings
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from bulk.models import BulkJob, ImportLine, Upload, UploadPart
from core.errors import Invalid
from core.scoping import Viewer
from core.spreadsheets import form_of, size_to_read

# Of the files that wait to be read, one administrator may have this part.
_OWN_SHARE: Final = 5
_PART: Final = 1024 * 1024
_MB: Final = 1024 * 1024
_IN_MEMORY: Final = 4 * 1024 * 1024


def keep_file(job: BulkJob, name: str, file: IO[bytes]) -> Upload:
    """Keep a file for the job that is to read it, in the caller's transaction."""
    size, end = size_to_read(name, file), file.seek(0, 2)
    upload = Upload.objects.create(job=job, form=form_of(name), bytes=end, size=size)
    file.seek(0)
    for number, part in enumerate(iter(lambda: file.read(_PART), b"")):
        UploadPart.objects.create(upload=upload, number=number, content=part)
    return upload


def refuse_too_much(administrator: Viewer, size: int) -> None:
    """Invalid when too many bytes wait to be read, of this administrator's or of everybody's."""
    most = settings.UPLOADS_WAITING_MB * _MB
    own = Sum("bytes", filter=Q(job__administrator=administrator.pk), default=0)
    waiting = Upload.objects.aggregate(everybodys=Sum("bytes", default=0), own=own)
    if waiting["own"] + size > most // _OWN_SHARE:
        raise Invalid(_("Your earlier files are still to be read. Go on when they have been."))
    if waiting["everybodys"] + size > most:
        raise Invalid(_("Too many files are still to be read. Go on later."))


@contextmanager
def opened(upload: Upload) -> Iterator[IO[bytes]]:
    """The file, to be read anywhere."""
    with cast(IO[bytes], SpooledTemporaryFile(_IN_MEMORY)) as file:
        for number in upload.parts.values_list("number", flat=True):
            file.write(upload.parts.values_list("content", flat=True).get(number=number))
        yield file


def bytes_to_read(job: BulkJob) -> int:
    """How many bytes there are to read for a job; 0 when its file has been read."""
    return Upload.objects.filter(job=job).values_list("size", flat=True).first() or 0


def forget_file(job: BulkJob) -> None:
    """The file has been read, or is not to be read any more."""
    Upload.objects.filter(job=job).delete()


def forget_lines(job: BulkJob) -> None:
    """What has been read of the file; that stays, to be read again."""
    for upload in Upload.objects.filter(job=job):
        ImportLine.objects.filter(upload=upload.pk).delete()
    job.items.all().delete()


def forget_all_read(job: BulkJob) -> None:
    """What has been read of a file that is not to be read to its end, and the file."""
    forget_lines(job)
    forget_file(job)
