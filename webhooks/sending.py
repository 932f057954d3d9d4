"""Sending messages to one receiver: signed, in their order, each with a deadline. No database here.

The connection goes to the address that was checked, with the name's certificate. Redirects are not followed, and of an
answer nothing but its status is kept.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final
from urllib.parse import SplitResult

from standardwebhooks.webhooks import Webhook as Signer

from core.errors import Invalid
from webhooks.networks import Refused, addresses_of, parsed

DEADLINE: Final = 15.0
"""Seconds for one message, from the connection to the end of the answer."""
BUDGET: Final = 10.0
"""Seconds after which no further message of a round is begun."""
# Of an answer's body; who says more gets the next message on another connection.
_MOST_READ: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: its id, and the body."""

    id: str
    body: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a message: the status of the answer, None without one; and in words."""

    status: int | None
    text: str

    @property
    def is_delivered(self) -> bool:
        """Whether the receiver has it."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def is_gone(self) -> bool:
        """Whether the receiver wants no more messages at all."""
        return self.status == HTTPStatus.GONE


def send_all(url: str, secrets: Sequence[str], messages: Sequence[Message], outcomes: list[Outcome]) -> None:
    """Send the messages one after the other, until one fails or the time is up; each outcome is appended at once.

    Each is signed with all of the secrets.
    """
    until = time.monotonic() + BUDGET
    try:
        parts = parsed(url)
        with closing(_Connection(parts, addresses_of(parts))) as connection:
            for message in messages:
                outcomes.append(_sent(connection, parts, secrets, message))
                if not outcomes[-1].is_delivered or time.monotonic() > until:
                    return
    except (Refused, Invalid) as error:
        outcomes.append(Outcome(None, str(error)))
    except OSError as error:
        outcomes.append(Outcome(None, _in_words(error)))


def _sent(connection: _Connection, parts: SplitResult, secrets: Sequence[str], message: Message) -> Outcome:
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        with connection.deadline():
            connection.request("POST", path, message.body.encode(), _headers(secrets, message))
            response = connection.getresponse()
            content = response.read(_MOST_READ + 1)
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return Outcome(None, "no answer in time" if connection.was_cut else _in_words(error))
    if len(content) > _MOST_READ or response.will_close:
        connection.close()
    return Outcome(response.status, f"the answer was {response.status}")


def _headers(secrets: Sequence[str], message: Message) -> dict[str, str]:
    now = datetime.now(UTC)
    return {
        "Content-Type": "application/json",
        "User-Agent": "oxaas-webhooks",
        "webhook-id": message.id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(Signer(secret).sign(message.id, now, message.body) for secret in secrets),
    }


class _Connection(http.client.HTTPConnection):
    """A connection to one of these addresses, whatever the name leads to by now."""

    def __init__(self, parts: SplitResult, addresses: Sequence[str]) -> None:
        secure = parts.scheme == "https"
        super().__init__(str(parts.hostname), parts.port or (443 if secure else 80), timeout=DEADLINE)
        self._addresses = addresses
        self.was_cut = False
        self._context = ssl.create_default_context() if secure else None

    def connect(self) -> None:
        """Open it, with TLS where that is asked for."""
        self.sock = self._reached()
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self._context is not None:
            self.sock = self._context.wrap_socket(self.sock, server_hostname=self.host)

    @contextmanager
    def deadline(self) -> Iterator[None]:
        """Within, all ends in time, however slowly the receiver says one thing after the other."""
        timer = threading.Timer(DEADLINE, self._cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _cut(self) -> None:
        self.was_cut = True
        with suppress(OSError, AttributeError):
            self.sock.shutdown(socket.SHUT_RDWR)

    def _reached(self) -> socket.socket:
        *others, last = self._addresses
        each = DEADLINE / len(self._addresses)
        for address in others:
            with suppress(OSError):
                return socket.create_connection((address, self.port), each)
        return socket.create_connection((last, self.port), each)


def _in_words(error: Exception) -> str:
    """Why it was not delivered. Nothing that the other side has said."""
    match error:
        case ssl.SSLCertVerificationError():
            return "the certificate is not good for that name"
        case ssl.SSLError():
            return "no TLS connection"
        case TimeoutError():
            return "no answer in time"
        case socket.gaierror():
            return "the name cannot be looked up"
        case ConnectionRefusedError():
            return "nobody listens there"
        case http.client.HTTPException():
            return "the answer was no HTTP, or was cut off"
    return "no connection"
