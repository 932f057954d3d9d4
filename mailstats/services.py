"""Reading one user's mail figures from the store that `MAIL_STORE` names."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext

from accounts.models import LastLogin, User
from core.errors import StoreUnavailable
from mailstats.guard import Guard, RefusedError, guard_of
from mailstats.models import MailboxUse
from mailstats.stores import Mailbox, Message, OpenMailbox, StoreError, store_from_url

logger = logging.getLogger(__name__)

RECENT_MAILS: Final = 5
UNLIMITED: Final = -1
GIVE_UP_AFTER: Final = 3
"""So many times in a row the store as a whole may fail while all mailboxes are measured."""
_CHUNK: Final = 500
_MOST: Final = 2**63 - 1


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
        """All data in one request; what is asked of INBOX comes first, while its messages keep their numbers."""
        inbox = {"recentmails": self.recentmails(), "newmessages": self.newmessages()}
        return {
            "recentmails": inbox["recentmails"],
            "quota": self.quota(),
            "newmessages": inbox["newmessages"],
            "recentmessages": self.recentmessages(),
        }


def guard(url: str) -> Guard:
    """The guard of this store. Half of what a process works on at a time may be at it: the rest is for other things."""
    return guard_of(url, max(1, settings.WEB_CONNECTIONS // 2))


@contextmanager
def open_figures(user: User) -> Iterator[MailFigures]:
    """The user's figures while the mailbox is open. StoreUnavailable, also from within; the log has the cause."""
    url = settings.MAIL_STORE
    try:
        with guard(url).call(), store_from_url(url).open(Mailbox(user.uidname.lower())) as mailbox:
            yield MailFigures(user, mailbox)
    except RefusedError as error:
        # A line for each of them would only hide the one that tells why.
        raise StoreUnavailable(gettext(str(error))) from error
    except StoreError as error:
        logger.error("mail store: user %s: %s", user.pk, error.cause)
        raise StoreUnavailable(gettext(str(error))) from error


@dataclass(frozen=True, slots=True)
class Measurement:
    """How many mailboxes were measured, and a sentence about each that was not."""

    measured: int
    left_out: list[str]


def measure_all() -> Measurement:
    """Note what every active user's mailbox holds; that of a suspended company is out of service, and changes no more.

    Goes on after a mailbox that cannot be read, but not for long where the store as a whole does not answer.
    """
    measured, left_out, silent, last = 0, list[str](), 0, 0
    while users := list(_to_measure(last)):
        last = users[-1].pk
        rows = []
        for user in users:
            if not user.context.in_service:
                left_out.append(f"{user.uidname}: {_suspended(user)}")
                continue
            try:
                rows.append(_measured(user))
                silent = 0
            except StoreUnavailable as error:
                left_out.append(f"{user.uidname}: {error}")
                silent = silent + 1 if isinstance(error.__cause__, StoreError) and error.__cause__.whole else 0
            if silent == GIVE_UP_AFTER:
                left_out.append("The mail store does not answer: nothing more was measured.")
                return Measurement(measured + _note(rows), left_out)
        measured += _note(rows)
    return Measurement(measured, left_out)


def _to_measure(after: int) -> QuerySet[User]:
    users = User.objects.filter(is_active=True, pk__gt=after).order_by("pk")
    return users.select_related("context__reseller__parent")[:_CHUNK]


def _suspended(user: User) -> str:
    if not user.context.is_active:
        return f"the company {user.context.name} ({user.context.pk}) is suspended."
    return f"the reseller of the company {user.context.name} ({user.context.pk}) is suspended."


def _measured(user: User) -> MailboxUse:
    with open_figures(user) as figures:
        usage = figures.mailbox.usage()
    # A hostile file's name may claim any size.
    return MailboxUse(user=user, bytes=min(usage.bytes, _MOST), messages=min(usage.messages, _MOST))


def _note(rows: list[MailboxUse]) -> int:
    """Write what was measured, but not of those who were deleted meanwhile."""
    still_there = set(User.objects.filter(pk__in=[row.user_id for row in rows]).values_list("pk", flat=True))
    kept = [row for row in rows if row.user_id in still_there]
    MailboxUse.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["user"], update_fields=["bytes", "messages", "measured_at"]
    )
    return len(kept)


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
