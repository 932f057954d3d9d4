"""A private PostgreSQL for one run of the suite: own folder, own port, nothing kept.

`Cluster` starts this file as a process of its own, the keeper, which owns the server. The keeper's standard input is
a pipe from the tests: when it closes, be it by `stop`, Ctrl-C or the death of the tests, the server is stopped and its
folder removed.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

START_SECONDS = 60
STOP_SECONDS = 30
# Nothing here outlives the run, so nothing needs to survive a power cut.
OPTIONS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    # The plans of the foreign keys' checks are made while the tables are empty, and kept: were it by reading the whole
    # table, a test that then writes 30,000 rows would be checked for minutes.
    "enable_seqscan": "off",
    "jit": "off",  # what must read a whole table after all looks so dear that it would be compiled first
    "timezone": "UTC",
}


class ClusterError(Exception):
    """The server did not start; the text says why."""


class Cluster:
    """A running server. `url` is a DATABASE_URL; the Unix socket is in `folder`, on the same port."""

    def __init__(self) -> None:
        self._keeper = subprocess.Popen(
            [sys.executable, __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            # Ctrl-C reaches the tests alone: they close their connections, then the keeper stops the server.
            start_new_session=True,
        )
        assert self._keeper.stdout is not None
        self.url = self._keeper.stdout.readline().strip()
        if not self.url:
            _, errors = self._keeper.communicate()
            raise ClusterError(errors.strip() or "no reason given")

    def stop(self) -> None:
        """Stop the server and wait until it is gone."""
        self._keeper.communicate(timeout=STOP_SECONDS)


def find_binaries() -> Path:
    """The folder of initdb and postgres: Debian's newest version, or that of the PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    initdb = found[-1] if found else shutil.which("initdb")
    if initdb is None:
        raise ClusterError("PostgreSQL's initdb is not installed (Debian's package: postgresql).")
    return Path(initdb).parent


def _identity() -> dict[str, Any]:
    """Arguments of Popen that give up root, which PostgreSQL refuses to run as; none needed for other users."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("postgres")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(*command: str | Path, **more: Any) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/", **more)
    if done.returncode:
        raise ClusterError(f"{Path(command[0]).name}: {done.stderr.strip()}")


def initialize(folder: Path, binaries: Path, password: str) -> Path:
    """Make an empty cluster below `folder`, with one superuser who needs the password."""
    identity = _identity()
    folder.chmod(0o711)  # the mail servers' accounts come through here to the socket
    password_file = folder / "password"
    password_file.touch(mode=0o600)
    password_file.write_text(password)
    if identity:
        os.chown(folder, identity["user"], identity["group"])
        os.chown(password_file, identity["user"], identity["group"])
    data = folder / "data"
    access: list[str | Path] = ["-U", "postgres", "-A", "scram-sha-256", "--pwfile", password_file]
    _run(binaries / "initdb", "-D", data, *access, "-E", "UTF8", "--locale=C.UTF-8", "--no-sync", **identity)
    password_file.unlink()
    return data


def _wait_until_ready(server: subprocess.Popen[bytes], log: Path, command: list[str | Path]) -> None:
    limit = time.monotonic() + START_SECONDS
    while subprocess.run(command, check=False, capture_output=True).returncode:
        if server.poll() is not None:
            raise ClusterError(log.read_text(errors="replace").strip())
        if time.monotonic() > limit:
            raise ClusterError(f"not ready after {START_SECONDS} seconds.")
        time.sleep(0.05)


@contextmanager
def _running() -> Iterator[str]:
    """Start a server in a new folder, give its URL, and leave nothing behind."""
    binaries, password, port = find_binaries(), secrets.token_hex(16), _free_port()
    # Not TMPDIR: the path of a Unix socket is limited to about 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="oxaas-pg-", dir="/tmp"))
    try:
        data, log = initialize(folder, binaries, password), folder / "log"
        options = [f"--{name}={value}" for name, value in OPTIONS.items()]
        with log.open("wb") as output:
            server = subprocess.Popen(
                [binaries / "postgres", "-D", data, "-p", str(port), "-k", folder, *options],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                **_identity(),
            )
        try:
            address = ["-h", "127.0.0.1", "-p", str(port)]
            _wait_until_ready(server, log, [binaries / "pg_isready", *address])
            environment = {**os.environ, "PGPASSWORD": password}
            _run(binaries / "createdb", *address, "-U", "postgres", "oxaas", env=environment)
            yield f"postgres://postgres:{password}@127.0.0.1:{port}/oxaas"
        finally:
            server.send_signal(signal.SIGINT)  # "fast": ends the open connections
            server.wait(STOP_SECONDS)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end(*_: object) -> NoReturn:
    sys.exit(1)


def keep() -> None:
    """The keeper: say the URL, then wait for the end of standard input."""
    signal.signal(signal.SIGTERM, _end)
    try:
        with _running() as url:
            sys.stdout.write(f"{url}\n")
            sys.stdout.flush()
            sys.stdin.read()
    except ClusterError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    keep()
