"""Mail stores: the only code that touches mail or the mail server, and always within a time limit."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote, urlsplit

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
from mailstats.stores.maildir import MaildirStore

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
    """The store that `MAIL_STORE` names; one object for each URL.

    Raises ValueError with a sentence that holds no part of the URL but its scheme: there may be a secret in it.
    """
    scheme = url.partition(":")[0].lower()
    if scheme == "maildir":
        return _maildir(url)
    raise ValueError("A mail store's URL starts with maildir://.")


def _maildir(url: str) -> MaildirStore:
    try:
        parts = urlsplit(url)
        path = unquote(parts.path, errors="strict")
    except ValueError as error:
        raise ValueError("The maildir:// URL of the mail store cannot be read.") from error
    if parts.netloc or parts.query or parts.fragment or not path.startswith("/") or "\0" in path:
        raise ValueError("A maildir store is written as maildir:///absolute/path and nothing more.")
    return MaildirStore(path)
