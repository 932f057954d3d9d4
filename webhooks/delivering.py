"""The worker's part: messages go out in threads that know no database, and each second what became of them is kept.

A receiver that is slow costs a thread, and neither bulk edits nor other receivers wait for it.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Final

from core.chores import Chore
from webhooks.models import Delivery, Webhook
from webhooks.queue import candidates, claimed, due_messages, keep_outcomes, take_in
from webhooks.sending import Message, Outcome, send_all
from webhooks.services import secrets_of

THREADS: Final = 8
"""Receivers at a time in one worker."""
SECONDS: Final = 1.0


@dataclass
class _Going:
    """Messages of one webhook that are on their way. `outcomes` grows; the first `kept` of them are in the database."""

    row: Webhook
    deliveries: list[Delivery]
    outcomes: list[Outcome] = field(default_factory=list)
    kept: int = 0
    thread: threading.Thread = field(default_factory=threading.Thread)


class Deliverer:
    """What one worker is at."""

    def __init__(self) -> None:
        self._going: list[_Going] = []

    def run(self) -> bool:
        """Keep what is known, and send what is due to whom nobody is at. Never waits for a receiver."""
        self._going = [one for one in self._going if self._keep(one)]
        for row in candidates(THREADS - len(self._going)) if len(self._going) < THREADS else ():
            if claimed(row):
                self._begin(row)
        return False

    def finish(self) -> None:
        """Wait until what is on its way has arrived or failed."""
        for one in self._going:
            one.thread.join()
        self._going = [one for one in self._going if self._keep(one)]

    def _begin(self, row: Webhook) -> None:
        take_in(row)
        deliveries, messages = due_messages(row)
        if not deliveries:
            keep_outcomes(row, [], done=True)
            return
        one = _Going(row, deliveries)
        one.thread = threading.Thread(
            target=_send, args=(row.url, secrets_of(row), messages, one.outcomes), name="webhook", daemon=True
        )
        one.thread.start()
        self._going.append(one)

    @staticmethod
    def _keep(one: _Going) -> bool:
        """Keep what is new; whether it goes on."""
        done = not one.thread.is_alive()
        outcomes = one.outcomes[one.kept :]
        sent = list(zip(one.deliveries[one.kept :], outcomes, strict=False))
        is_ours = keep_outcomes(one.row, sent, done=done)
        one.kept += len(sent)
        return is_ours and not done


def _send(url: str, secrets: list[str], messages: list[Message], outcomes: list[Outcome]) -> None:
    if secrets:
        send_all(url, secrets, messages, outcomes)
    else:
        outcomes.append(Outcome(None, "the secret cannot be read: make a new one"))


_deliverer: Final = Deliverer()
CHORE: Final = Chore("webhooks", SECONDS, _deliverer.run)
