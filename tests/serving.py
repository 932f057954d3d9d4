"""The production server with the world of the tests behind it, on SQLite, as a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

BASE: Final = Path(__file__).resolve().parent.parent
PATIENCE: Final = 180
WORLD: Final = """
import django
django.setup()
from django.core.management import call_command
from tests.world import build
call_command("migrate", verbosity=0)
build()
"""
DEMO: Final = """
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("demo", verbosity=0)
"""


@contextmanager
def serving(folder: Path, *, threads: int = 64, world: str = WORLD, **variables: str) -> Iterator[int]:
    """The port of a Granian with one process. No traceback may be in its log in the end.

    `world` is Python that fills the database.
    """
    environment = environment_of(folder, **variables)
    build_world(environment, world)
    with running(folder / "log", environment, threads=threads) as server:
        yield server.port
    assert "Traceback" not in (folder / "log").read_text()


def environment_of(folder: Path, **variables: str) -> dict[str, str]:
    """What the server is told; database and mail are in the folder unless `variables` say otherwise."""
    (folder / "maildir").mkdir()
    return os.environ | {
        "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
        "MAIL_STORE": f"maildir://{folder}/maildir",
        "DEBUG": "false",
        "MASTER_ACCOUNT_OVERRIDE": "true",
        "PYTHONPATH": str(BASE),
        **variables,
    }


def build_world(environment: dict[str, str], world: str = WORLD) -> None:
    """Make the tables and what is in them."""
    subprocess.run([sys.executable, "-c", world], env=environment, cwd=BASE, check=True)


@dataclass(frozen=True)
class Server:
    """A running Granian."""

    port: int
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """As when the machine goes: all of its processes at once."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@contextmanager
def running(
    log: Path, environment: dict[str, str], *, threads: int = 64, workers: int = 1, port: int = 0, code: Path = BASE
) -> Iterator[Server]:
    """A Granian with one process or more, of the code in this folder."""
    port = port or free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(workers), "--blocking-threads", str(threads), "--no-ws", "oxaas.wsgi:application"]
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=environment, cwd=code, stdout=output, stderr=output, process_group=0)
        try:
            _wait_for(port, server)
            yield Server(port, server)
        finally:
            server.terminate()
            try:
                server.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                os.killpg(server.pid, signal.SIGKILL)
                raise


def free_port() -> int:
    """One that nobody listens at."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server does not listen")
