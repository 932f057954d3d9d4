"""What the tests on the real mail servers share: their marks, messages, and the figures that the API gives."""

from __future__ import annotations

import imaplib
import itertools
import json
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Any, cast

import pytest
from django.http import HttpResponse

from tests.client import MAIL, Api
from tests.mail.stack import OWNER_PASSWORD, SECONDS, Stack

# One process has the servers, on its own database, and what the application commits is what they see.
MAIL_TESTS = [
    pytest.mark.mail,
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True),
    pytest.mark.xdist_group("mail"),
]
TENANT = "portal-alpha"
_number = itertools.count(1)


def letter(subject: str, *, size: int = 0, sender: str = "A Writer <writer@far.example>") -> bytes:
    """A message that no other is equal to, with `size` more bytes in it."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = sender, "somebody@acme.example", subject
    message["Message-ID"] = f"<{next(_number)}.{time.monotonic_ns()}@far.example>"
    message.set_content("hello\n" + ("x" * 70 + "\n") * (size // 71))
    return message.as_bytes()


class Figures:
    """What a tenant's credentials are told of a user's mail."""

    def __init__(self, api: Api, tenant: str = TENANT) -> None:
        self._api, self._tenant = api, tenant

    def ask(self, path: str) -> Any:
        """The JSON of one operation; anything but 200 fails the test."""
        response = cast(HttpResponse, self._api("GET", f"{MAIL}/{path}", self._tenant))
        assert response.status_code == 200, response.content
        return json.loads(response.content)

    def all(self, uid: str) -> dict[str, Any]:
        """Everything of `/mail/{uid}`, and `unread` beside it."""
        found: dict[str, Any] = self.ask(uid)
        return found | {"unread": self.ask(f"unread/{uid}")["newmessages"]}

    def count(self, uid: str) -> int:
        """How many messages the mailbox has."""
        return int(self.ask(f"{uid}/quota")["mailQuota"]["countuse"])

    def subjects(self, uid: str) -> list[str]:
        return [mail["subject"] for mail in self.ask(f"{uid}/recentmails")]

    def wait_for(self, uid: str, messages: int) -> dict[str, Any]:
        """Everything, as soon as the mailbox has so many messages."""
        limit = time.monotonic() + SECONDS
        while (count := self.count(uid)) < messages:
            if time.monotonic() > limit:
                pytest.fail(f"{uid} has {count} messages, not {messages}")
            time.sleep(0.02)
        assert count == messages
        return self.all(uid)


@contextmanager
def owner_login(stack: Stack, name: str, password: str = OWNER_PASSWORD) -> Iterator[imaplib.IMAP4_SSL]:
    """A connection as a mail program makes it; imaplib's errors are Dovecot's answers."""
    context = ssl.create_default_context(cafile=str(stack.certificate))
    client = imaplib.IMAP4_SSL("localhost", stack.imaps, ssl_context=context, timeout=SECONDS)
    try:
        client.login(f'"{name}"', password)
        yield client
    finally:
        client.shutdown()
