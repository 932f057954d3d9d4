"""A Maildir store on disk, as the tests need it."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path

from mailstats.stores import Mailbox, OpenMailbox, store_from_url
from mailstats.stores.delivery import deliver

USER = "john@acme.example"


class Maildirs:
    """A store below `root`; what is delivered goes to USER unless another one is named."""

    def __init__(self, root: Path, opened: ExitStack) -> None:
        self.root = root
        self._opened = opened

    def deliver(
        self,
        message: bytes = b"Subject: hello\r\n\r\nbody\r\n",
        *,
        user: str = USER,
        folder: str = "",
        flags: str | None = None,
        received: float = 1_700_000_000,
    ) -> Path:
        return deliver(self.root, user, message, folder=folder, flags=flags, received=received)

    def open(self, user: str = USER) -> OpenMailbox:
        store = store_from_url(f"maildir://{self.root}")
        return self._opened.enter_context(store.open(Mailbox(user)))
