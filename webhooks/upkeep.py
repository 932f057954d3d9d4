"""What happens to webhooks by itself: switched off after days of failure, and a log that does not grow for ever."""

from __future__ import annotations

import logging
import threading
from datetime import datetime
from functools import partial
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from core.actor import Actor, Channel
from core.transactions import atomic
from webhooks.models import Delivery, Webhook
from webhooks.services import record_switch, snapshot

logger = logging.getLogger(__name__)

WORKER: Final = Actor(None, Channel.COMMAND, credential="worker")


def switch_off(row: Webhook, reason: str) -> None:
    """Send nothing any more, and say so: in the change log, in the log, and by mail where there is a mail server."""
    before = snapshot(row)
    row.is_active, row.switched_off = False, reason
    row.save(update_fields=["is_active", "switched_off"])
    record_switch(WORKER, row, before)
    logger.warning("webhook %s was switched off: %s", row.pk, row.switched_off)
    if settings.EMAIL_HOST and row.administrator.email:
        transaction.on_commit(partial(_tell, _notice(row), row.pk))


def _notice(row: Webhook) -> EmailMessage:
    """The mail in its owner's language."""
    with override(row.administrator.language or settings.LANGUAGE_CODE):
        subject = _("The webhook %(name)s was switched off") % {"name": row.name}
        lines = [
            _("Nothing is sent to it any more: %(reason)s.") % {"reason": Webhook.Reason(row.switched_off).label},
            _("What happens meanwhile is kept. Switch it on again in the web admin, and it goes on where it was."),
        ]
    return EmailMessage(subject, "\n\n".join(lines), to=[row.administrator.email])


def _tell(message: EmailMessage, key: int) -> None:
    """Send it, while the worker goes on."""
    threading.Thread(target=_send, args=(message, key), daemon=True).start()


def _send(message: EmailMessage, key: int) -> None:
    try:
        message.send()
    except Exception as error:
        # Whatever a mail server does; the change log has the notice too.
        logger.error("the notice of webhook %s was not sent: %s", key, type(error).__name__)


@atomic
def purge_deliveries(before: datetime, most: int) -> int:
    """Delete at most so many of those older than `before` that nothing is to become of, and say how many."""
    done = Delivery.objects.exclude(state=Delivery.State.WAITING).filter(created_at__lt=before)
    keys = list(done.order_by("created_at").values_list("pk", flat=True)[:most])
    count, _by_model = Delivery.objects.filter(pk__in=keys).delete()
    return count
