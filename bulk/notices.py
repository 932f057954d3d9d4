"""The mail that tells whoever wished for it that a bulk edit is done, or that its preview is."""

from __future__ import annotations

import logging
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from bulk import edits
from bulk.models import BulkJob
from core.numbers import counted
from core.scoping import Viewer

logger = logging.getLogger(__name__)

State = BulkJob.State
# The states whose beginning is told. Whoever cancels a job knows.
_TOLD: Final = frozenset({State.READY, State.DONE, State.FAILED})


def may_mail(administrator: Viewer) -> bool:
    """Whether there is a mail server, and an address of the administrator's."""
    return bool(settings.EMAIL_HOST and _address_of(administrator))


def mail_when_committed(job: BulkJob) -> None:
    """Send the mail that was wished for, if the job has come to rest, once that is certain."""
    if job.notice_url and job.state in _TOLD and settings.EMAIL_HOST:
        transaction.on_commit(partial(_send, job.pk))


def _send(key: int) -> None:
    job = BulkJob.objects.get(pk=key)
    administrator = get_user_model()._default_manager.filter(pk=job.administrator_id, is_active=True).first()
    address = _address_of(administrator)
    if not address:
        return
    try:
        _message(job, address).send()
    except Exception as error:
        # Whatever a mail server does: the job is done all the same.
        logger.error("the mail about bulk edit %s was not sent: %s", key, type(error).__name__)


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
