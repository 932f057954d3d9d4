"""An installation that can be hurt: a PostgreSQL that keeps what it was told, the application as shipped, a worker."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import psycopg2

from bench import api, cluster
from tests import postgres

BASE: Final = Path(__file__).resolve().parent.parent.parent
CONNECTIONS: Final = 60


class Postgres:
    """A durable server; one tablespace of it lies on a small file system of its own, which can be filled."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="oxaas-torture-", dir="/tmp"))
        self.port = postgres._free_port()
        self.url = f"postgres://postgres:torture@127.0.0.1:{self.port}/"
        self._data = postgres.initialize(self.folder, postgres.find_binaries(), "torture")
        self._process: subprocess.Popen[bytes] | None = None
        self.small = self.folder / "small"
        self.has_small = self._mount()

    def _mount(self) -> bool:
        self.small.mkdir()
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=256m,mode=0777", "none", str(self.small)],
            check=False,
            capture_output=True,
        )
        return done.returncode == 0

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        options = cluster.OPTIONS | {"max_connections": str(CONNECTIONS), "shared_buffers": "128MB"}
        command: list[str | Path] = [postgres.find_binaries() / "postgres", "-D", self._data, "-p", str(self.port)]
        command += ["-k", self.folder, *(f"--{name}={value}" for name, value in options.items())]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **postgres._identity()
            )
        ready: list[str | Path] = [postgres.find_binaries() / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port)]
        postgres._wait_until_ready(self._process, self.folder / "log", ready)

    def stop(self) -> None:
        """Stop it in order."""
        self._signal([self._main], signal.SIGINT)
        self._wait()

    def kill(self) -> None:
        """As when the power goes."""
        self._signal(self._everybody(), signal.SIGKILL)
        self._wait()

    def pause(self, *, over: bool = False) -> None:
        """Every process stops where it is; `over`: goes on."""
        self._signal(self._everybody(), signal.SIGCONT if over else signal.SIGSTOP)

    def run(self, *statements: str, database: str = "postgres") -> list[Any]:
        """The rows of the last statement."""
        with closing(psycopg2.connect(f"{self.url}{database}")) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall()) if cursor.description else []

    def remove(self) -> None:
        """Leave nothing behind."""
        if self._process is not None and self._process.poll() is None:
            self.pause(over=True)
            self.stop()
        if self.has_small:
            subprocess.run(["umount", str(self.small)], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def _main(self) -> int:
        assert self._process is not None
        return self._process.pid

    def _everybody(self) -> list[int]:
        return [self._main, *children(self._main)]

    def _wait(self) -> None:
        assert self._process is not None
        self._process.wait(60)

    @staticmethod
    def _signal(processes: list[int], signum: signal.Signals) -> None:
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signum)


class ScriptError(Exception):
    """It failed; the text is what it said."""


class Application:
    """Granian as the systemd unit starts it, and a worker that is started again as systemd would."""

    def __init__(self, url: str, folder: Path, **more: str) -> None:
        self.port = postgres._free_port()
        self._environment = cluster.environment(url) | more
        self._folder = folder
        self._lock = threading.Lock()
        self._server: subprocess.Popen[bytes] | None = None
        self._worker: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start both and wait for the server."""
        self._server = self._run(api.server_command(self.port, "oxaas.wsgi:application"))
        self.start_worker()
        end = time.monotonic() + 60
        while time.monotonic() < end:
            with suppress(OSError), closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)) as line:
                line.request("GET", "/health")
                if line.getresponse().status == 200:
                    return
            time.sleep(0.2)
        sys.exit(f"The application does not start: {(self._folder / 'application.log').read_text()[-2000:]}")

    def start_worker(self) -> None:
        """Start the worker."""
        self._worker = self._run([sys.executable, "manage.py", "worker"])

    def kill_worker(self) -> None:
        """End the worker in the middle of what it does."""
        assert self._worker is not None
        self._worker.kill()
        self._worker.wait()

    def replace_worker(self) -> None:
        """Kill it, and start another as systemd would; whoever else wants that waits."""
        with self._lock:
            self.kill_worker()
            self.start_worker()

    def kill_web(self) -> None:
        """End every web process in the middle of what it does; the server starts others."""
        assert self._server is not None
        for process in children(self._server.pid):
            if b"resource_tracker" not in Path(f"/proc/{process}/cmdline").read_bytes():
                os.kill(process, signal.SIGKILL)

    def script(self, text: str) -> str:
        """What a piece of Python prints that has the application's models. ScriptError."""
        command = [sys.executable, "-c", f"import django; django.setup()\n{text}"]
        environment = self._environment | {"DJANGO_SETTINGS_MODULE": "oxaas.settings"}
        done = subprocess.run(command, cwd=BASE, env=environment, check=False, capture_output=True, text=True)
        if done.returncode:
            raise ScriptError(done.stderr)
        return done.stdout.strip()

    def stop(self) -> None:
        """End all of it."""
        for process in (self._worker, self._server):
            if process is None:
                continue
            own = children(process.pid)
            process.terminate()
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            for child in own:
                with suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)

    def _run(self, command: list[str]) -> subprocess.Popen[bytes]:
        with (self._folder / "application.log").open("ab") as log:
            return subprocess.Popen(command, cwd=BASE, env=self._environment, stdout=log, stderr=log)


def children(process: int) -> list[int]:
    """The processes that this one has started."""
    with suppress(FileNotFoundError):
        return [int(one) for one in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    return []


@contextmanager
def database(server: Postgres, rows: int) -> Iterator[str]:
    """A database with so many users and aliases, a tenant's credential for the mail operations, and a long list."""
    url = cluster.build(server.url, rows)
    name = url.rpartition("/")[2]
    server.run(
        "CREATE TEMP TABLE one AS SELECT * FROM accounts_administrator WHERE login = 'r1'",
        "UPDATE one SET id = 1000000, login = 'portal', login_normalized = 'portal', role = 'tenant'",
        "INSERT INTO accounts_administrator SELECT * FROM one",
        "INSERT INTO forwards_forwardingalias (context_id, address, normalized, domain, is_active) SELECT 20, a, a,"
        " 'd20.example', true FROM (SELECT 'long' || i || '@d20.example' AS a FROM generate_series(1, 100000) i) x",
        "INSERT INTO forwards_recipient (alias_id, address, normalized, domain) SELECT id, 'a@far.example',"
        " 'a@far.example', 'far.example' FROM forwards_forwardingalias WHERE address LIKE 'long%'",
        database=name,
    )
    if server.has_small:
        os.chown(server.small, *_owner(server))
        server.run(f"CREATE TABLESPACE small LOCATION '{server.small}'")
    yield url


def _owner(server: Postgres) -> tuple[int, int]:
    status = server.folder.stat()
    return status.st_uid, status.st_gid
