"""The mail that tells whoever wished for it that a bulk edit is done, or that its preview is.

That it is owed is written with the end of the job. Whoever ended it sends it at once; what was not sent then, because a
process died or the mail server failed, the worker sends later. So it comes at least once, and now and then twice.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from bulk import edits
from bulk.models import BulkJob
from core.chores import Chore
from core.numbers import counted
from core.scoping import Viewer

logger = logging.getLogger(__name__)

State = BulkJob.State
# The states whose beginning is told. Whoever cancels a job knows.
_TOLD: Final = frozenset({State.READY, State.DONE, State.FAILED})
# How long whoever ended the job has to send the mail, and how long it rests after a failure.
_GRACE: Final = timedelta(minutes=2)
_PAUSE: Final = timedelta(minutes=10)
# A mail that could not be sent for so long is of no use any more.
_LONGEST: Final = timedelta(days=1)
_SECONDS: Final = 30


def may_mail(administrator: Viewer) -> bool:
    """Whether there is a mail server, and an address of the administrator's."""
    return bool(settings.EMAIL_HOST and _address_of(administrator))


def mail_when_committed(job: BulkJob) -> None:
    """Send the mail that was wished for, if the job has come to rest, once that is certain."""
    if job.notice_url and job.state in _TOLD and settings.EMAIL_HOST:
        job.notice_due_at = timezone.now() + _GRACE
        job.save(update_fields=["notice_due_at"])
        transaction.on_commit(partial(_send, job.pk, job.notice_due_at))


def send_owed() -> bool:
    """Send one mail that nobody has sent in time; whether there was one."""
    now = timezone.now()
    job = BulkJob.objects.filter(notice_due_at__lte=now).order_by("notice_due_at").first()
    if job is None or not settings.EMAIL_HOST:
        return False
    # Whoever moves it on is the one to send it; should they die as well, it is due again.
    due = now + _PAUSE
    if BulkJob.objects.filter(pk=job.pk, notice_due_at=job.notice_due_at).update(notice_due_at=due):
        _send(job.pk, due)
    return True


def _send(key: int, due: datetime) -> None:
    """Send the mail that is owed, unless somebody else has moved it on."""
    job = BulkJob.objects.filter(pk=key, notice_due_at=due).first()
    if job is None:
        return
    administrator = get_user_model()._default_manager.filter(pk=job.administrator_id, is_active=True).first()
    address = _address_of(administrator)
    if address and job.notice_url and job.state in _TOLD and not _sent(job, address):
        return
    # A mail about what came of the job meanwhile is owed from another time on.
    BulkJob.objects.filter(pk=key, notice_due_at=due).update(notice_due_at=None)


def _sent(job: BulkJob, address: str) -> bool:
    """Whether the mail is sent, or is no use any more. Whatever a mail server does: the job is done all the same."""
    try:
        _message(job, address).send()
    except Exception as error:
        logger.error("the mail about bulk edit %s was not sent: %s", job.pk, type(error).__name__)
        at_rest_since = job.finished_at or job.touched_at or job.created_at
        return at_rest_since < timezone.now() - _LONGEST
    return True


def _message(job: BulkJob, address: str) -> EmailMessage:
    """What the edit is called and what came of it; no row is named, as mail is read by many on its way."""
    with override(job.language):
        what = str(edits.edit_named(job.edit).label) if job.edit in edits.known() else job.edit
        state = _("the preview is ready") if job.state == State.READY else job.get_state_display()
        counts = _("Changed: %(changed)s. No change: %(unchanged)s. Refused: %(refused)s.") % {
            name: counted(getattr(job, name)) for name in ("changed", "unchanged", "refused")
        }
        subject = _("Bulk edit “%(what)s”: %(state)s") % {"what": what, "state": state}
    return EmailMessage(subject, "\n\n".join([f"{subject}.", counts, job.notice_url]), to=[address])


def _address_of(administrator: Any) -> str:
    return "" if administrator is None else str(administrator.email)


OWED: Final = Chore("mails about bulk edits", _SECONDS, send_owed)
