"""The few commands of IMAP (RFC 3501) that statistics need, against servers that may be slow, broken or hostile.

Every answer is bounded in bytes, and every wait by one deadline for the whole connection: a time limit for each read
would let a server that sends a byte now and then hold the caller for ever.
"""

from __future__ import annotations

import base64
import re
import socket
import ssl
import time
from collections.abc import Sequence

from core.resolving import Resolver
from mailstats.stores.imap_values import GarbledError, Line, Value, literal_size, parse

LINE_BYTES = 64 * 1024
LITERAL_BYTES = 64 * 1024
ANSWER_BYTES = 8 * 1024 * 1024
"""So much a server may send over one connection."""
_look_ups = Resolver("mail-server-name", 16)

_STATUS = re.compile(rb"(OK|NO|BAD|BYE|PREAUTH)(?: \[([^\]\s]+)|(?=\s|$))", re.IGNORECASE)
_CAPABILITIES = re.compile(rb"(?:\* |\S+ OK \[)CAPABILITY ([^\]\r\n]+)", re.IGNORECASE)
# Responses whose first word says what they are; the others begin with a number.
_NAMED = {
    *(b"CAPABILITY", b"ENABLED", b"ESEARCH", b"FLAGS", b"ID", b"LIST", b"LSUB", b"METADATA", b"NAMESPACE"),
    *(b"QUOTA", b"QUOTAROOT", b"SEARCH", b"SORT", b"STATUS", b"THREAD", b"VANISHED"),
}


class RefusedError(Exception):
    """The server says no: `code` is the response code such as b"LIMIT", or empty; `final` when it hangs up."""

    def __init__(self, command: str, code: bytes, text: bytes, *, final: bool = False) -> None:
        super().__init__(f"{command}: {text.decode(errors='replace')}")
        self.command = command
        self.code = code
        self.final = final


def connect(host: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection within `seconds`, name look-up included. Raises OSError."""
    end = time.monotonic() + seconds
    addresses = _look_ups.look_up(host, port, seconds)
    failure = OSError(f"no address for {host}")
    for position, (family, kind, protocol, _, address) in enumerate(addresses):
        connection = socket.socket(family, kind, protocol)
        try:
            # A dead address must leave time for the next one.
            connection.settimeout(_remaining(end) / (len(addresses) - position))
            connection.connect(address)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def _remaining(end: float) -> float:
    if (seconds := end - time.monotonic()) <= 0:
        raise TimeoutError("the time for this request is over")
    return seconds


class Connection:
    """A connected socket that speaks IMAP until `end` (monotonic seconds). The caller closes the socket.

    Methods raise OSError (TimeoutError and ssl.SSLError among them), GarbledError and RefusedError.
    """

    def __init__(self, connection: socket.socket, end: float) -> None:
        self._socket = connection
        self._end = end
        self._buffer = bytearray()
        self._left = ANSWER_BYTES
        self._count = 0
        self.capabilities: frozenset[bytes] = frozenset()

    def greeting(self) -> None:
        """Waits for the server's first line."""
        (first, *_) = self._line()
        status, code, text = _status(first.removeprefix(b"* "))
        if status != b"OK" or not first.startswith(b"* "):
            raise RefusedError("greeting", code, text)
        self._note_capabilities(first)

    def log_in(self, user: bytes, master: bytes, secret: bytes) -> None:
        """Opens `user`'s mail with the master's secret (SASL PLAIN): no quoting, so any name is only a name."""
        answer = base64.b64encode(b"\0".join((user, master, secret)))
        at_once = b"SASL-IR" in self.capabilities
        self.capabilities = frozenset()  # a server tells others once somebody is logged in
        if at_once:
            self._send(b"AUTHENTICATE PLAIN " + answer)
        else:
            self._send(b"AUTHENTICATE PLAIN")
            self._challenge()
            self._socket.settimeout(_remaining(self._end))
            self._socket.sendall(answer + b"\r\n")
        self._answers("AUTHENTICATE", self._tag)
        if not self.capabilities:
            self.command(b"CAPABILITY")

    def command(self, text: bytes, *kinds: bytes) -> list[list[Value]]:
        """Sends one command and returns the untagged responses of these kinds, parsed."""
        answers, (refused,) = self.commands([text], *kinds)
        if refused is not None:
            raise refused
        return answers

    def commands(self, texts: Sequence[bytes], *kinds: bytes) -> tuple[list[list[Value]], list[RefusedError | None]]:
        """Sends several at once and returns the untagged responses to all of them, and what was refused of each."""
        tags = self._send(*texts)
        answers: list[list[Value]] = []
        refused: list[RefusedError | None] = []
        for text, tag in zip(texts, tags, strict=True):
            lines: list[Line] = []
            try:
                self._answers(text.partition(b" ")[0].decode(), tag, into=lines)
            except RefusedError as error:
                if error.final:
                    raise
                refused.append(error)
            else:
                refused.append(None)
            for line in lines:
                _remaining(self._end)
                if _kind(line) in kinds:
                    answers.append(parse(line))
        return answers, refused

    def _note_capabilities(self, text: bytes) -> None:
        if found := _CAPABILITIES.match(text):
            self.capabilities = frozenset(found[1].upper().split())

    def _send(self, *texts: bytes) -> list[bytes]:
        """Sends commands, and returns their tags."""
        tags = []
        for _ in texts:
            self._count += 1
            tags.append(self._tag)
        self._socket.settimeout(_remaining(self._end))
        self._socket.sendall(b"".join(b"%b %b\r\n" % one for one in zip(tags, texts, strict=True)))
        return tags

    @property
    def _tag(self) -> bytes:
        return b"S%d" % self._count

    def _challenge(self) -> None:
        while not (line := self._line())[0].startswith(b"+"):
            if self._ends("AUTHENTICATE", self._tag, line):
                raise GarbledError("AUTHENTICATE: no challenge")

    def _answers(self, command: str, tag: bytes, into: list[Line] | None = None) -> None:
        """Reads up to the command's own response; what comes before goes into the list."""
        while not self._ends(command, tag, line := self._line()):
            if into is not None and not _status(line[0].removeprefix(b"* "))[0]:  # what follows an OK is for people
                into.append(line)

    def _ends(self, command: str, expected: bytes, line: Line) -> bool:
        """Whether this line ends the command, well; raises RefusedError when it ends badly."""
        self._note_capabilities(line[0])
        if line[0].startswith(b"* "):
            status, code, text = _status(line[0][2:])
            if status == b"BYE":
                raise RefusedError(command, code, text, final=True)
            return False
        tag, _, rest = line[0].partition(b" ")
        status, code, text = _status(rest)
        if tag != expected or not status:
            # Not shown: out of step, what is read may be a piece of somebody's mail.
            raise GarbledError(f"{command}: {len(line[0])} bytes that are no answer")
        # Messages that somebody removes meanwhile are only missing from the answer.
        if status != b"OK" and code != b"EXPUNGEISSUED":
            raise RefusedError(command, code, text)
        return True

    def _line(self) -> Line:
        parts: Line = []
        while True:
            text = self._until_newline()
            # What is written for people may end as a literal begins.
            size = None if not parts and _is_for_people(text) else literal_size(text)
            if size is None:
                return [*parts, text]
            if size > LITERAL_BYTES:
                raise GarbledError(f"a literal of {size} bytes")
            parts += [text[: text.rindex(b"{")].removesuffix(b"~"), self._take(size)]

    def _until_newline(self) -> bytes:
        searched = 0
        while (end := self._buffer.find(b"\n", searched)) < 0:
            if len(self._buffer) > LINE_BYTES:
                raise GarbledError(f"a line of more than {LINE_BYTES} bytes")
            searched = len(self._buffer)
            self._receive()
        return self._take(end + 1).rstrip(b"\r\n")

    def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            self._receive()
        taken = bytes(self._buffer[:size])
        del self._buffer[:size]
        return taken

    def _receive(self) -> None:
        self._socket.settimeout(_remaining(self._end))
        received = self._socket.recv(LINE_BYTES)
        if not received:
            raise ConnectionResetError("the server closed the connection")
        self._left -= len(received)
        if self._left < 0:
            raise GarbledError(f"more than {ANSWER_BYTES} bytes")
        self._buffer += received


def secured(connection: socket.socket, context: ssl.SSLContext, host: str, end: float) -> ssl.SSLSocket:
    """TLS over a connection, the server's name verified. Raises OSError; the caller closes both."""
    connection.settimeout(_remaining(end))
    return context.wrap_socket(connection, server_hostname=host)


def _status(text: bytes) -> tuple[bytes, bytes, bytes]:
    """The status, its response code and the whole text; the status is empty where there is none."""
    found = _STATUS.match(text)
    if found is None:
        return b"", b"", text
    status, code = found[1].upper(), (found[2] or b"").upper()
    return status, code or (b"UNAVAILABLE" if status == b"BYE" else b""), text


def _is_for_people(text: bytes) -> bool:
    """Whether this begins a line that only tells how something went: `* OK …`, `S1 NO …`, `+ …`."""
    return not text.startswith(b"* ") or bool(_status(text[2:])[0])


def _kind(line: Line) -> bytes:
    first, _, rest = line[0].removeprefix(b"* ").partition(b" ")
    return first.upper() if first.upper() in _NAMED else rest.partition(b" ")[0].upper()
