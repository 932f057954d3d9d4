"""The few pieces of IMAP (RFC 3501) that statistics need, against servers that may be slow, broken or hostile.

Every answer is bounded in bytes, and every wait by one deadline for the whole connection: a time limit for each read
would let a server that sends a byte now and then hold the caller for ever.
"""

from __future__ import annotations

import base64
import ipaddress
import re
import socket
import ssl
import threading
import time
from typing import Any, TypeAlias

Value: TypeAlias = "bytes | list[Value] | None"
"""An atom, a string or a number as bytes; a list in parentheses; NIL."""
Line: TypeAlias = list[bytes]
"""One response: text, literal, text, …; an odd number of parts."""

LINE_BYTES = 64 * 1024
LITERAL_BYTES = 64 * 1024
ANSWER_BYTES = 8 * 1024 * 1024
"""So much a server may send over one connection."""

_LITERAL = re.compile(rb"~?\{(\d{1,9})\}$")
# A section such as BODY[HEADER.FIELDS (TO)]<0> is one atom, parentheses and all.
_TOKEN = re.compile(
    rb'"(?P<quoted>[^"\\]*(?:\\.[^"\\]*)*)(?P<end>"?)|(?P<mark>[()])'
    rb'|(?P<atom>[^\s()"\[\]]*(?:\[[^\]]{0,200}\][^\s()"\[\]]*)+|[^\s()"]+)',
    re.DOTALL,
)
_STATUS = re.compile(rb"(OK|NO|BAD|BYE|PREAUTH)(?: \[([A-Z-]+)|\b)", re.IGNORECASE)


class GarbledError(Exception):
    """The server sends what is no IMAP, or more than it should."""


class RefusedError(Exception):
    """The server says no: `code` is the response code such as b"LIMIT", or empty."""

    def __init__(self, command: str, code: bytes, text: bytes) -> None:
        super().__init__(f"{command}: {text.decode(errors='replace')}")
        self.code = code


def connect(host: str, port: int, seconds: float) -> socket.socket:
    """A TCP connection within `seconds`, name look-up included. Raises OSError."""
    end = time.monotonic() + seconds
    addresses = _resolve(host, port, seconds)
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


def _resolve(host: str, port: int, seconds: float) -> list[Any]:
    """The system's name look-up knows no time limit, so it runs where it can be left behind."""
    if _is_address(host):
        return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    found: list[Any] = []

    def look_up() -> None:
        try:
            found.append(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            found.append(OSError(f"{host}: {error}"))

    thread = threading.Thread(target=look_up, name="mail-server-name", daemon=True)
    thread.start()
    thread.join(seconds)
    if not found:
        raise TimeoutError(f"the name {host} is not resolved in time")
    if isinstance(found[0], OSError):
        raise found[0]
    return list(found[0])


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


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

    def greeting(self) -> bytes:
        """Waits for the server's first line and returns it."""
        (first, *_) = self._line()
        status, code, text = _status(first.removeprefix(b"* "))
        if status != b"OK" or not first.startswith(b"* "):
            raise RefusedError("greeting", code, text)
        return first

    def log_in(self, user: bytes, master: bytes, secret: bytes, *, at_once: bool) -> None:
        """Opens `user`'s mail with the master's secret (SASL PLAIN): no quoting, so any name is only a name."""
        answer = base64.b64encode(b"\0".join((user, master, secret)))
        if at_once:
            self._send(b"AUTHENTICATE PLAIN " + answer)
        else:
            self._send(b"AUTHENTICATE PLAIN")
            self._challenge()
            self._socket.sendall(answer + b"\r\n")
        self._answers("AUTHENTICATE")

    def command(self, text: str) -> list[list[Value]]:
        """Sends one command and returns its untagged responses, parsed."""
        self._send(text.encode("ascii"))
        answers = []
        for line in self._answers(text.partition(" ")[0]):
            _remaining(self._end)
            answers.append(parse(line))
        return answers

    def _send(self, text: bytes) -> None:
        self._count += 1
        self._socket.settimeout(_remaining(self._end))
        self._socket.sendall(b"%s %s\r\n" % (self._tag, text))

    @property
    def _tag(self) -> bytes:
        return b"S%d" % self._count

    def _challenge(self) -> None:
        while not (line := self._line())[0].startswith(b"+"):
            if self._ends("AUTHENTICATE", line):
                raise GarbledError("AUTHENTICATE: no challenge")

    def _answers(self, command: str) -> list[Line]:
        lines = []
        while not self._ends(command, line := self._line()):
            if not _status(line[0].removeprefix(b"* "))[0]:  # what follows an OK is for people
                lines.append(line)
        return lines

    def _ends(self, command: str, line: Line) -> bool:
        """Whether this line ends the command, well; raises RefusedError when it ends badly."""
        if line[0].startswith(b"* "):
            status, code, text = _status(line[0][2:])
            if status == b"BYE":
                raise RefusedError(command, code, text)
            return False
        tag, _, rest = line[0].partition(b" ")
        status, code, text = _status(rest)
        if tag != self._tag or not status:
            raise GarbledError(f"{command}: {line[0].decode(errors='replace')}")
        # Messages that somebody removes meanwhile are only missing from the answer.
        if status != b"OK" and code != b"EXPUNGEISSUED":
            raise RefusedError(command, code, text)
        return True

    def _line(self) -> Line:
        parts: Line = []
        while True:
            text = self._until_newline()
            literal = _LITERAL.search(text)
            if literal is None:
                return [*parts, text]
            if (size := int(literal[1])) > LITERAL_BYTES:
                raise GarbledError(f"a literal of {size} bytes")
            parts += [text[: literal.start()], self._take(size)]

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


def parse(line: Line) -> list[Value]:
    """The values of one response, `*` left out; lists in parentheses are nested."""
    top: list[Value] = []
    open_lists = [top]
    for position, part in enumerate(line):
        if position % 2:
            open_lists[-1].append(part)
            continue
        for token in _TOKEN.finditer(part):
            _add(token, open_lists)
    return top[1:]


def _add(token: re.Match[bytes], open_lists: list[list[Value]]) -> None:
    if (atom := token["atom"]) is not None:
        open_lists[-1].append(None if atom.upper() == b"NIL" else atom)
    elif (quoted := token["quoted"]) is not None:
        if not token["end"]:
            raise GarbledError("a string without an end")
        open_lists[-1].append(re.sub(rb"\\(.)", rb"\1", quoted, flags=re.DOTALL))
    elif token["mark"] == b"(":
        inner: list[Value] = []
        open_lists[-1].append(inner)
        open_lists.append(inner)
    elif len(open_lists) > 1:
        open_lists.pop()
    else:
        raise GarbledError("a parenthesis too many")
