"""An IMAP server on loopback that says what a test tells it to say."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

Reply = bytes | Callable[[socket.socket, str], None] | None
"""Bytes in which TAG stands for the command's tag; a function that talks itself; None for silence."""

GREETING = b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] ready\r\n"
LOGGED_IN = b"* CAPABILITY IMAP4rev1 LIST-STATUS\r\nTAG OK Logged in\r\n"
FOLDERS = (
    b'* LIST (\\HasNoChildren) "/" INBOX\r\n* STATUS INBOX (MESSAGES 3 UNSEEN 2 SIZE 600)\r\n'
    b'* LIST (\\NoSelect) "/" Work\r\n'
    b'* LIST () "/" "R&-D \\"quoted\\" (odd)"\r\n'
    b'* STATUS "R&-D \\"quoted\\" (odd)" (UNSEEN 5 MESSAGES 10 SIZE 4000)\r\n'
    b'* LIST () "/" {5}\r\nB\xffd)"\r\n* STATUS {5}\r\nB\xffd)" (MESSAGES 1 UNSEEN 0 SIZE 1 X-OTHER NIL)\r\n'
    b"* OK it's \"free (text\r\nTAG OK List completed\r\n"
)
INBOX = (
    b"* FLAGS (\\Answered \\Seen)\r\n* OK [PERMANENTFLAGS ()] Read-only\r\n* 3 EXISTS\r\n* 1 RECENT\r\n"
    b"TAG OK [READ-ONLY] Examine completed\r\n"
)
ARRIVALS = (
    b'* 1 FETCH (INTERNALDATE "14-Nov-2023 22:13:20 +0000")\r\n'
    b'* 3 FETCH (INTERNALDATE "14-Nov-2023 23:13:22 +0100" UID 9)\r\n'
    b'* 2 FETCH (INTERNALDATE "14-Nov-2023 22:13:21 +0000")\r\n'
    b"TAG OK Fetch completed\r\n"
)


def envelope_line(number: int, *, flags: bytes = b"", size: int = 100, **fields: bytes) -> bytes:
    """One message's FETCH response with each header field as a literal of its own."""
    parts = [b"UID %d FLAGS (%b) RFC822.SIZE %d" % (number + 100, flags, size)]
    for name, value in fields.items():
        text = b"%b: %b\r\n\r\n" % (name.encode(), value)
        parts.append(b"BODY[HEADER.FIELDS (%b)]<0> {%d}\r\n%b" % (name.upper().encode(), len(text), text))
    return b"* %d FETCH (%b)\r\n" % (number, b" ".join(parts))


ENVELOPES = (
    b"".join(envelope_line(number, subject=b"message %d" % number) for number in (1, 2, 3))
    + b"TAG OK Fetch completed\r\n"
)


class FakeServer:
    """Answers each command by the first of `replies` whose key is in the command; "" is the greeting."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.replies: dict[str, Reply] = {
            "AUTHENTICATE": LOGGED_IN,
            "LIST": FOLDERS,
            "EXAMINE": INBOX,
            "INTERNALDATE": ARRIVALS,
            "BODY.PEEK": ENVELOPES,
        }
        self.greeting: Reply = GREETING
        self.commands: list[str] = []
        self.connections = 0
        self._context = context
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._talks: list[threading.Thread] = []
        self._acceptor = threading.Thread(target=self._accept)

    @property
    def url(self) -> str:
        return f"{'imaps' if self._context else 'imap'}://stats:hunter2@127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._acceptor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join()
        for talk in self._talks:
            talk.join(10)
        leaked = [talk for talk in self._talks if talk.is_alive()]
        assert not leaked, f"{len(leaked)} of {self.connections} connections were left open"

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._talks.append(threading.Thread(target=self._talk, args=(connection,), daemon=True))
            self._talks[-1].start()

    def _talk(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            if self._context is None:
                self._serve(connection)
                return
            with self._context.wrap_socket(connection, server_side=True) as encrypted:
                self._serve(encrypted)

    def _serve(self, connection: socket.socket) -> None:
        _answer(connection, self.greeting, "")
        with connection.makefile("rb") as lines:
            for raw in lines:
                line = raw.decode(errors="replace").rstrip("\r\n")
                self.commands.append(line.partition(" ")[2] or line)
                found = [reply for key, reply in self.replies.items() if key in line]
                _answer(connection, found[0] if found else b"TAG OK done\r\n", line)


def _answer(connection: socket.socket, reply: Reply, line: str) -> None:
    if callable(reply):
        reply(connection, line)
    elif reply is not None:
        connection.sendall(reply.replace(b"TAG", line.partition(" ")[0].encode()))


def hang_up(before: bytes = b"") -> Reply:
    """Sends `before` and closes the connection."""

    def reply(connection: socket.socket, line: str) -> None:
        connection.sendall(before)
        connection.shutdown(socket.SHUT_RDWR)

    return reply


class Dribble:
    """Sends a right answer, but a byte at a time; `finished` when somebody waited for the last one."""

    def __init__(self, answer: bytes) -> None:
        self.finished = False
        self._answer = answer

    def __call__(self, connection: socket.socket, line: str) -> None:
        never = threading.Event()
        answer = self._answer.replace(b"TAG", line.partition(" ")[0].encode())
        for position, byte in enumerate(answer, 1):
            self.finished = position == len(answer)
            connection.sendall(bytes([byte]))
            never.wait(0.05)


def flood(piece: bytes) -> Reply:
    """Sends `piece` again and again until the other side hangs up."""

    def reply(connection: socket.socket, line: str) -> None:
        while True:
            connection.sendall(piece)

    return reply
