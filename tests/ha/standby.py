"""A real standby of the tests' PostgreSQL, which follows it by streaming replication."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2

from tests import postgres
from tests.mail.keeper import Daemon
from tests.mail.stack import Database, free_ports, run, wait_until


class Standby:
    """Made by pg_basebackup; `replica` is the same database there."""

    def __init__(self, primary: Database, options: dict[str, str]) -> None:
        self.primary = primary
        (port,) = free_ports(1)
        self.replica = Database("127.0.0.1", port, primary.name, primary.user, primary.password)
        self.folder = Path(tempfile.mkdtemp(prefix="oxaas-standby-", dir="/tmp"))
        self._identity = postgres._identity()
        if self._identity:
            os.chown(self.folder, self._identity["user"], self._identity["group"])
        command = [str(postgres.find_binaries() / "postgres"), "-D", str(self.folder / "data"), "-p", str(port)]
        command += ["-k", str(self.folder), *(f"--{name}={value}" for name, value in options.items())]
        user = "postgres" if self._identity else None
        # The interrupt is PostgreSQL's fast shutdown, which waits for nobody.
        self._daemon = Daemon(command, log=self.folder.with_suffix(".log"), user=user, end=signal.SIGINT)

    def make(self) -> None:
        """Copy the primary, and follow it."""
        where = ["-h", self.primary.host, "-p", str(self.primary.port), "-U", self.primary.user]
        copy = [str(postgres.find_binaries() / "pg_basebackup"), *where, "-D", str(self.folder / "data")]
        copy += ["--write-recovery-conf", "--checkpoint=fast", "--wal-method=stream", "--no-sync"]
        run(copy, env=os.environ | {"PGPASSWORD": self.primary.password}, **self._identity)
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._daemon.start()
        wait_until(self._answers, f"the standby answers: {self._daemon.said()}")

    def stop(self) -> None:
        """It goes away."""
        self._daemon.stop()

    def remove(self) -> None:
        """Leave nothing behind."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.with_suffix(".log").unlink(missing_ok=True)

    def run(self, statement: str) -> Any:
        """The first value of the statement's answer."""
        with closing(psycopg2.connect(self.replica.url)) as connection:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchone()[0]

    def catch_up(self) -> None:
        """Wait until it has all that the primary has now."""
        with closing(psycopg2.connect(self.primary.url)) as connection, connection.cursor() as cursor:
            cursor.execute("SELECT pg_logical_emit_message(false, 'oxaas', 'here')")
            (position,) = cursor.fetchone()
            connection.commit()
        wait_until(lambda: self.run(f"SELECT pg_last_wal_replay_lsn() >= '{position}'"), "the standby has caught up")

    def pause(self) -> None:
        """It gets everything and shows nothing of it."""
        self.run("SELECT pg_wal_replay_pause()")
        wait_until(lambda: self.run("SELECT pg_get_wal_replay_pause_state()") == "paused", "the standby has paused")

    def _answers(self) -> bool:
        try:
            return bool(self.run("SELECT true"))
        except psycopg2.OperationalError:
            return False
