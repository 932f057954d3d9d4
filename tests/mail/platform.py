"""A whole installation of its own: PostgreSQL that can be stopped, the mail servers, the application behind nginx."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import shutil
import signal
import ssl
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from tests import postgres
from tests.mail import nginx
from tests.mail.keeper import Daemon
from tests.mail.stack import Database, Stack, answers, free_ports, run, wait_until

REPOSITORY: Final = Path(__file__).resolve().parent.parent.parent
PASSWORD: Final = "a long enough password"
JOHN, JANE, TEAM = "john@acme.example", "jane@acme.example", "team@acme.example"
WORLD: Final = {
    "resellers": [{"name": "alpha", "display_name": "Alpha"}],
    "contexts": [{"id": 24, "name": "alpha_acme", "reseller": "alpha"}],
    "administrators": [
        {"login": "admin", "role": "context", "context": 24, "password": PASSWORD},
        {"login": "portal", "role": "tenant", "reseller": "alpha", "password": PASSWORD},
    ],
    "users": [{"context": 24, "id": 1, "uidname": JOHN}, {"context": 24, "id": 2, "uidname": JANE}],
    "domains": [{"context": 24, "domain": "acme.example"}],
    "forwards": [{"context": 24, "alias": TEAM, "recipients": [JOHN, JANE]}],
}


class Server:
    """A private PostgreSQL that keeps its data while it is stopped."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="oxaas-pg-", dir="/tmp"))
        (self.port,) = free_ports(1)
        self.database = Database("127.0.0.1", self.port, "oxaas", "postgres", "secret")
        binaries = postgres.find_binaries()
        data = postgres.initialize(self.folder, binaries, self.database.password)
        options = [f"--{name}={value}" for name, value in postgres.OPTIONS.items()]
        self._daemon = Daemon(
            [str(binaries / "postgres"), "-D", str(data), "-p", str(self.port), "-k", str(self.folder), *options],
            log=self.folder / "log",
            user="postgres",
            end=signal.SIGINT,
        )
        self._ready = [str(binaries / "pg_isready"), "-h", "127.0.0.1", "-p", str(self.port), "-q"]
        self.start()
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        run(["createdb", *where, "oxaas"], env=os.environ | {"PGPASSWORD": self.database.password})

    def start(self) -> None:
        self._daemon.start()
        wait_until(lambda: os.spawnvp(os.P_WAIT, self._ready[0], self._ready) == 0, "PostgreSQL is ready")

    def stop(self) -> None:
        self._daemon.stop()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Every process of the server is stopped where it is, as on a machine that hangs."""
        main = int((self.folder / "data" / "postmaster.pid").read_text().splitlines()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        processes = [main, *map(int, children)]
        for process in processes:
            os.kill(process, signal.SIGSTOP)
        try:
            yield
        finally:
            for process in processes:
                os.kill(process, signal.SIGCONT)

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


class Platform:
    """The installation that docs/mail-servers.md describes, on one machine and on loopback."""

    def __init__(self) -> None:
        self.postgres = Server()
        self.stack = Stack(self.postgres.database)
        self.folder = self.stack.folder / "web"
        self.folder.mkdir(mode=0o755)
        self.https, self._http, self._granian_port = free_ports(3)
        granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(self._granian_port)]
        granian += ["--workers", "2", "--blocking-threads", "64", "--no-ws", "--working-dir", str(REPOSITORY)]
        self.granian = Daemon(
            [*granian, "oxaas.wsgi:application"], log=self.folder / "granian.log", environment=self._environment()
        )
        self.nginx = Daemon(
            ["/usr/sbin/nginx", "-c", str(self.folder / "nginx.conf"), "-g", "daemon off;"],
            log=self.folder / "nginx.out",
        )

    def start(self) -> None:
        self.stack.prepare()
        self.manage("migrate", "--verbosity=0")
        with (Path(tempfile.gettempdir()) / "oxaas-collectstatic.lock").open("w") as lock:
            # All processes of the suite collect into one folder, and one would delete what another has just written.
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.manage("collectstatic", "--noinput", "--verbosity=0")
        world = self.folder / "world.json"
        world.write_text(json.dumps(WORLD))
        self.manage("provision", str(world))
        self.stack.start()
        nginx.write(
            self.folder,
            https=self.https,
            http=self._http,
            backend=self._granian_port,
            certificates=self.stack.certificate.parent,
            name="localhost",
        )
        self.granian.start()
        self.nginx.start()
        wait_until(lambda: answers(self.https) and self.ask("GET", "/health")[0] == 200, "the application answers")

    def stop(self) -> None:
        for daemon in (self.nginx, self.granian):
            daemon.stop()
        self.stack.stop()
        self.postgres.remove()

    def manage(self, *arguments: str) -> str:
        """What a management command prints."""
        command = [sys.executable, str(REPOSITORY / "manage.py"), *arguments]
        return run(command, env=os.environ | self._environment(), cwd=str(REPOSITORY)).stdout

    def ask(self, method: str, path: str, login: str = "portal", body: Any = None) -> tuple[int, Any, dict[str, str]]:
        """Status, JSON (or else the text) and headers of one request, over TLS through nginx."""
        context = ssl.create_default_context(cafile=str(self.stack.certificate))
        connection = HTTPSConnection("localhost", self.https, timeout=15, context=context)
        credentials = base64.b64encode(f"{login}:{PASSWORD}".encode()).decode()
        headers = {"Authorization": f"Basic {credentials}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            response = connection.getresponse()
            content = response.read().decode()
            is_json = response.headers.get_content_type() == "application/json"
            return response.status, json.loads(content) if is_json and content else content, dict(response.headers)
        finally:
            connection.close()

    def send_form(self, path: str, fields: dict[str, str], headers: dict[str, str]) -> tuple[int, str]:
        """Status and text after a browser has sent a form, over TLS through nginx."""
        context = ssl.create_default_context(cafile=str(self.stack.certificate))
        connection = HTTPSConnection("localhost", self.https, timeout=15, context=context)
        headers = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        try:
            connection.request("POST", path, urlencode(fields), headers)
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def _environment(self) -> dict[str, str]:
        return {
            "DEBUG": "false",
            "SECRET_KEY": "only-for-the-tests-0123456789-0123456789",
            "ALLOWED_HOSTS": "localhost",
            "DATABASE_URL": self.postgres.database.url,
            "MAIL_STORE": self.stack.store_url,
            "HTTPS_ONLY": "true",
            "TRUSTED_PROXIES": "1",
            "PYTHONUNBUFFERED": "1",
        }
