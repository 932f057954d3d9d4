"""Reading one user's mail figures from the store that `MAIL_STORE` names."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.utils.translation import gettext

from accounts.models import LastLogin, User
from core.errors import StoreUnavailable
from core.iteration import batched
from mailstats.models import MailboxUse
from mailstats.stores import Mailbox, Message, OpenMailbox, StoreError, store_from_url

logger = logging.getLogger(__name__)

RECENT_MAILS: Final = 5
UNLIMITED: Final = -1
_CHUNK: Final = 500


@dataclass(frozen=True, slots=True)
class MailFigures:
    """One user's open mailbox, in the words of the wire."""

    user: User
    mailbox: OpenMailbox

    def unread(self) -> dict[str, int]:
        """Unseen messages in INBOX."""
        return {"newmessages": self.mailbox.unread()}

    def newmessages(self) -> dict[str, int]:
        """Messages in INBOX that arrived after the last login; all of them if there was none."""
        last = LastLogin.objects.filter(username=self.user.uidname.lower(), last_login__gt=0).first()
        return {"newmessages": self.mailbox.new_since(last.last_login if last else None)}

    def recentmessages(self) -> dict[str, int]:
        """Unseen messages in all folders (the key is the document's)."""
        return {"newmessages": self.mailbox.unread_everywhere()}

    def quota(self) -> dict[str, dict[str, int]]:
        """Limit and use in bytes and in messages; -1 where there is no limit."""
        usage = self.mailbox.usage()
        limit = UNLIMITED if self.user.quota is None else self.user.quota
        return {"mailQuota": {"quota": limit, "use": usage.bytes, "countquota": UNLIMITED, "countuse": usage.messages}}

    def recentmails(self) -> list[dict[str, Any]]:
        """The newest messages of INBOX, without bodies."""
        return [_mail(message) for message in self.mailbox.recent(RECENT_MAILS)]

    def everything(self) -> dict[str, Any]:
        """All data in one request."""
        return {
            "recentmails": self.recentmails(),
            "quota": self.quota(),
            "newmessages": self.newmessages(),
            "recentmessages": self.recentmessages(),
        }


@contextmanager
def open_figures(user: User) -> Iterator[MailFigures]:
    """The user's figures while the mailbox is open. StoreUnavailable, also from within; the log has the cause."""
    try:
        with store_from_url(settings.MAIL_STORE).open(Mailbox(user.uidname.lower())) as mailbox:
            yield MailFigures(user, mailbox)
    except StoreError as error:
        logger.error("mail store: user %s: %s", user.pk, error.cause)
        raise StoreUnavailable(gettext(str(error))) from error


def measure_all() -> int:
    """Note what every active user's mailbox holds, and say how many were measured. StoreUnavailable."""
    measured = 0
    for users in batched(User.objects.filter(is_active=True).order_by("pk").iterator(_CHUNK), _CHUNK):
        rows = [_measured(user) for user in users]
        MailboxUse.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["user"], update_fields=["bytes", "messages", "measured_at"]
        )
        measured += len(rows)
    return measured


def _measured(user: User) -> MailboxUse:
    with open_figures(user) as figures:
        usage = figures.mailbox.usage()
    return MailboxUse(user=user, bytes=usage.bytes, messages=usage.messages)


def _mail(message: Message) -> dict[str, Any]:
    return {
        "id": message.id,
        "folder_id": message.folder_id,
        "subject": message.subject,
        "from": [list(one) for one in message.sender],
        "to": [list(one) for one in message.to],
        "size": message.size,
        "received_date": message.received_ms,
        "sent_date": message.sent_ms,
        "flags": int(message.flags),
    }
