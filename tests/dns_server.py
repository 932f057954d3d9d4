"""A name server on loopback, over UDP and TCP, which says what a test tells it to say, badly too."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

# What a UDP answer may hold without EDNS.
_UDP_ROOM: Final = 512


def _sockets() -> tuple[socket.socket, socket.socket]:
    """One port for both protocols. What is free for UDP may be somebody's for TCP, so another one is tried then."""
    for _attempt in range(50):
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        try:
            return udp, socket.create_server(udp.getsockname())
        except OSError:
            udp.close()
    raise RuntimeError("no port is free for both UDP and TCP")


class DnsServer:
    """Answers from `records`: (name, type) → texts in a zone file's spelling. `respond` may do otherwise.

    `respond` gets the question's bytes and the proper answer's; None is silence.
    """

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        self.respond: Callable[[bytes, bytes], bytes | None] = lambda _asked, answer: answer
        self.asked: list[tuple[str, str]] = []
        self._udp, self._tcp = _sockets()
        self.port: int = self._udp.getsockname()[1]
        self._threads = [threading.Thread(target=one, daemon=True) for one in (self._serve_udp, self._serve_tcp)]
        for thread in self._threads:
            thread.start()

    @property
    def address(self) -> str:
        """As DNS_RESOLVERS has it."""
        return f"127.0.0.1:{self.port}"

    def stop(self) -> None:
        for one in (self._udp, self._tcp):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        for thread in self._threads:
            thread.join(10)

    def _serve_udp(self) -> None:
        while True:
            try:
                asked, client = self._udp.recvfrom(4096)
            except OSError:
                return
            if not asked:
                return
            answer = self.respond(asked, self._answer(asked))
            if answer is not None:
                with suppress(OSError):
                    self._udp.sendto(answer if len(answer) <= _UDP_ROOM else self._truncated(asked), client)

    def _serve_tcp(self) -> None:
        while True:
            try:
                connection, _client = self._tcp.accept()
            except OSError:
                return
            with connection, suppress(OSError, struct.error):
                connection.settimeout(10)
                (length,) = struct.unpack("!H", connection.recv(2))
                asked = connection.recv(length)
                answer = self.respond(asked, self._answer(asked))
                if answer is not None:
                    connection.sendall(struct.pack("!H", len(answer)) + answer)

    def _answer(self, asked: bytes) -> bytes:
        query = dns.message.from_wire(asked)
        (question,) = query.question
        name, kind = question.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        response = dns.message.make_response(query, recursion_available=True)
        values = self.records.get((name, kind))
        if values:
            response.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *values))
        elif not any(known == name for known, _kind in self.records):
            response.set_rcode(dns.rcode.NXDOMAIN)
        return response.to_wire(max_size=65535)

    @staticmethod
    def _truncated(asked: bytes) -> bytes:
        response = dns.message.make_response(dns.message.from_wire(asked), recursion_available=True)
        response.flags |= dns.flags.TC
        return response.to_wire()


@contextmanager
def dns_server() -> Iterator[DnsServer]:
    """A server that runs for as long as the block."""
    server = DnsServer()
    try:
        yield server
    finally:
        server.stop()
