"""A private MariaDB for one test run: own folder, own port, nothing kept. Debian's mariadb-server-core is enough."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pymysql

_SECONDS: Final = 60
_USER: Final = "oxaas"


class MariaDBError(Exception):
    """The server did not start; the text says why."""


@contextmanager
def running_mariadb() -> Iterator[str]:
    """Start a server and give the URL of its empty database `rival`, as somebody who needs no password."""
    for tool in ("mariadbd", "mariadb-install-db"):
        if shutil.which(tool, path=_path()) is None:
            raise MariaDBError(f"{tool} is not installed (Debian's package: mariadb-server-core).")
    # Not TMPDIR: the path of a Unix socket is limited to about 107 characters.
    folder = Path(tempfile.mkdtemp(prefix="oxaas-maria-", dir="/tmp"))
    try:
        yield from _serve(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _serve(folder: Path) -> Iterator[str]:
    # Root hands the server to an account that every Debian has.
    account = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        os.chown(folder, pwd.getpwnam(account).pw_uid, -1)
    environment, data = {**os.environ, "PATH": _path()}, folder / "data"
    install = ["mariadb-install-db", "--no-defaults", f"--user={account}", f"--datadir={data}", "--skip-test-db"]
    done = subprocess.run(
        [*install, "--auth-root-authentication-method=normal", "--skip-name-resolve"],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd="/",
    )
    if done.returncode:
        raise MariaDBError((done.stderr or done.stdout).strip())
    port, log = _free_port(), folder / "log"
    serve = ["mariadbd", "--no-defaults", f"--user={account}", f"--datadir={data}", f"--socket={folder}/socket"]
    options = ["--bind-address=127.0.0.1", f"--port={port}", f"--pid-file={folder}/pid", f"--tmpdir={folder}"]
    with log.open("wb") as output:
        server = subprocess.Popen(
            [*serve, *options, "--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0"],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=environment,
            cwd="/",
        )
    try:
        _prepare(folder / "socket", server, log)
        yield f"mysql://{_USER}@127.0.0.1:{port}/rival"
    finally:
        server.terminate()
        server.wait(_SECONDS)


def _prepare(server_socket: Path, server: subprocess.Popen[bytes], log: Path) -> None:
    connection = _connect(server_socket, server, log)
    with connection, connection.cursor() as cursor:
        cursor.execute("CREATE DATABASE rival CHARACTER SET utf8mb4")
        cursor.execute(f"CREATE USER {_USER}@'127.0.0.1'")
        cursor.execute(f"GRANT ALL ON *.* TO {_USER}@'127.0.0.1'")


def _connect(server_socket: Path, server: subprocess.Popen[bytes], log: Path) -> pymysql.Connection:
    limit = time.monotonic() + _SECONDS
    while not _listens(server_socket):
        if server.poll() is not None or time.monotonic() > limit:
            raise MariaDBError(log.read_text(errors="replace").strip()[-2000:])
        time.sleep(0.1)
    return pymysql.connect(unix_socket=str(server_socket), user="root")


def _listens(server_socket: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(server_socket)) == 0


def _path() -> str:
    return f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
