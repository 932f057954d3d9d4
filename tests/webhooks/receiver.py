"""A real receiver on loopback, which answers as it is told and keeps what it got."""

from __future__ import annotations

import json
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from standardwebhooks.webhooks import Webhook as Verifier

LOOPBACK: Final = "127.0.0.0/8"


@dataclass
class Receiver:
    """`answer` says the status for a message; what was answered with success is `accepted`, in its order."""

    port: int = 0
    secret: str = ""
    scheme: str = "http"
    answer: Callable[[dict[str, Any]], int] = lambda body: 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    drips: bool = False
    before: Callable[[], object] = lambda: None
    accepted: list[dict[str, Any]] = field(default_factory=list)
    requests: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}/hook?token=hidden"

    @property
    def labels(self) -> list[str]:
        """What the accepted messages are about."""
        return [one["data"].get("label", "") for one in self.accepted]

    def take(self, headers: dict[str, str], content: bytes) -> int:
        self.before()
        self.requests.append((headers, content))
        body = json.loads(content)
        status = self.answer(body)
        if 200 <= status < 300:
            if self.secret:
                Verifier(self.secret).verify(content, headers)
            self.accepted.append(body)
        return status


@contextmanager
def receiving(certificate: Path | None = None, *, port: int = 0) -> Iterator[Receiver]:
    """A receiver that listens; with TLS where it has a certificate."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            content = self.rfile.read(int(self.headers["Content-Length"]))
            while receiver.drips:
                self.wfile.write(b"X")
                time.sleep(0.05)
            status = receiver.take(dict(self.headers.items()), content)
            self.send_response(status)
            for name, value in receiver.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0" if status == 204 else str(len(receiver.body)))
            self.end_headers()
            if status != 204:
                self.wfile.write(receiver.body)

        def log_message(self, *_: Any) -> None:
            """Quiet."""

    class Server(ThreadingHTTPServer):
        allow_reuse_address = True

        def handle_error(self, *_: Any) -> None:
            """Whoever hangs up is no error here."""

    server = Server(("127.0.0.1", port), Handler)
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        receiver.scheme = "https"
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
