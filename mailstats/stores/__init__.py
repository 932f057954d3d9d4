"""Mail stores: the only code that touches mail or the mail server, and always within a time limit."""

from __future__ import annotations

from functools import lru_cache

from mailstats.stores.base import (
    MailAddress,
    Mailbox,
    MailFlag,
    MailStore,
    Message,
    OpenMailbox,
    StoreError,
    Usage,
)
from mailstats.stores.urls import read_url

__all__ = [
    "MailAddress",
    "MailFlag",
    "MailStore",
    "Mailbox",
    "Message",
    "OpenMailbox",
    "StoreError",
    "Usage",
    "store_from_url",
]


@lru_cache(maxsize=8)
def store_from_url(url: str) -> MailStore:
    """The store that `MAIL_STORE` names; one object for each URL, as one keeps its certificates loaded.

    Raises ValueError with a sentence that holds nothing of the URL but its scheme: there may be a secret in it.
    """
    return read_url(url)
