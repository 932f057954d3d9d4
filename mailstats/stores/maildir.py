"""Maildir++ folders in a directory, one per user."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mailstats.stores.base import Mailbox, OpenMailbox, StoreError


class MaildirStore:
    """`root` holds one Maildir++ folder per user, named by the uidname in lower case."""

    def __init__(self, root: str) -> None:
        self.root = root

    @contextmanager
    def open(self, mailbox: Mailbox) -> Iterator[OpenMailbox]:
        raise StoreError("The mail store cannot be read.")
        yield
