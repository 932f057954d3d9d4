"""HAProxy from the file in `deploy/ha`, as a private server before nodes on loopback."""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path

from tests.mail.deployment import deployed
from tests.mail.keeper import Daemon
from tests.mail.stack import answers, free_ports, run, wait_until

_PROGRAM = "/usr/sbin/haproxy"


class Balancer:
    """HAProxy with a file of `deploy/ha`, in which the keys of `replacements` are replaced."""

    def __init__(self, name: str, replacements: dict[str, str], *, more: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="oxaas-haproxy-", dir="/tmp"))
        text = deployed(f"ha/{name}", replacements) + more
        # Whoever runs the tests; and nothing is said to the system's log.
        self._text = re.sub(r"(?m)^ +(user|group|log) .*\n", "", text)
        self._daemon = Daemon(
            [_PROGRAM, "-db", "-f", str(self.folder / "haproxy.cfg")], log=self.folder / "out", user=None
        )

    def start(self, port: int) -> None:
        """Start it and wait until it listens."""
        (self.folder / "haproxy.cfg").write_text(self._text)
        run([_PROGRAM, "-c", "-f", str(self.folder / "haproxy.cfg")])
        self._daemon.start()
        wait_until(lambda: answers(port), f"HAProxy listens: {self._daemon.said()}")

    def stop(self) -> None:
        """Leave nothing behind."""
        self._daemon.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class WebBalancer(Balancer):
    """The one before the application's nodes. Its answers name the node that gave them, for the tests."""

    def __init__(self, first: int, second: int) -> None:
        (self.port,) = free_ports(1)
        tls = " ssl crt /etc/ssl/oxaas/haproxy.pem alpn h2,http/1.1 ssl-min-ver TLSv1.2"
        super().__init__(
            "haproxy-web.cfg",
            {
                f":443{tls}": f"127.0.0.1:{self.port}",
                "X-Forwarded-Proto https": "X-Forwarded-Proto http",
                "10.0.0.11:8000": f"127.0.0.1:{first}",
                "10.0.0.12:8000": f"127.0.0.1:{second}",
                "balance roundrobin": "balance roundrobin\n    http-response set-header X-Node %s",
            },
        )

    def start(self, port: int = 0) -> None:
        """Start it and wait until it listens."""
        super().start(self.port)
