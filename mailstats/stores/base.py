"""What every mail store can be asked, and how it says that it cannot answer."""

from __future__ import annotations

import enum
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

MailAddress = tuple[str | None, str]
"""A display name, if there is one, and the address; both are text from outside."""


class MailFlag(enum.IntFlag):
    """The bits of a message's flags, numbered as in OX's HTTP API."""

    ANSWERED = 1
    DELETED = 2
    DRAFT = 4
    FLAGGED = 8
    RECENT = 16
    SEEN = 32


@dataclass(frozen=True, slots=True)
class Mailbox:
    """Whose mail is meant; `name` is the user's uidname in lower case."""

    name: str


@dataclass(frozen=True, slots=True)
class Usage:
    """What a mailbox holds over all its folders: the sum of the sizes and the number of messages."""

    bytes: int
    messages: int


@dataclass(frozen=True, slots=True)
class Message:
    """One message's envelope. Its texts are bounded, without control characters, and can be encoded as UTF-8.

    `size` is in bytes; both moments are milliseconds since 1970 UTC, `sent_ms` is None when the message names none.
    """

    id: str
    folder_id: str
    subject: str
    sender: list[MailAddress]
    to: list[MailAddress]
    size: int
    received_ms: int
    sent_ms: int | None
    flags: int


class StoreError(Exception):
    """The store cannot answer. `str(error)` is a sentence for the caller; `cause` is precise and for the log alone.

    `whole` says that it has nothing to do with this mailbox: the store will say the same about the next one.
    """

    def __init__(self, sentence: str, *, cause: str = "", whole: bool = False) -> None:
        super().__init__(sentence)
        self.cause = cause or sentence
        self.whole = whole


class OpenMailbox(Protocol):
    """One user's mail while it is open: all figures come from one scan or over one connection.

    Every method may raise StoreError.
    """

    def unread(self) -> int:
        """Unseen messages in INBOX."""

    def new_since(self, moment: float | None) -> int:
        """Messages in INBOX received after `moment` (epoch, in whole seconds); all of them for None."""

    def unread_everywhere(self) -> int:
        """Unseen messages in all folders, INBOX included."""

    def usage(self) -> Usage:
        """Sizes and number of the messages in all folders."""

    def recent(self, limit: int) -> list[Message]:
        """Up to `limit` messages of INBOX, the newest first."""


class MailStore(Protocol):
    """Where mailboxes are kept. Safe to share between threads."""

    def open(self, mailbox: Mailbox) -> AbstractContextManager[OpenMailbox]:
        """Opens one user's mail. Raises StoreError when the store does not answer."""
