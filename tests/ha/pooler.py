"""PgBouncer from the file in `deploy/`, as a private server on loopback."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final

import psycopg2

from tests.mail.deployment import deployed
from tests.mail.keeper import Daemon
from tests.mail.stack import Database, answers, free_ports, wait_until

SESSIONS: Final = 3
"""Of PostgreSQL; each transaction gets the one that has waited longest, so that nothing keeps its own by chance."""
_SHARE: Final = f"server_round_robin = 1\nmin_pool_size = {SESSIONS}\ndefault_pool_size = {SESSIONS}\n"


class Pooler:
    """PgBouncer before one database: `url` is for web processes, `work_url` for the worker and commands."""

    def __init__(self, database: Database, *, share: str = _SHARE) -> None:
        self.database = database
        self.folder = Path(tempfile.mkdtemp(prefix="oxaas-pool-", dir="/tmp"))
        self.folder.chmod(0o755)
        (self.port,) = free_ports(1)
        self._share = share
        self._daemon = Daemon(
            ["/usr/sbin/pgbouncer", str(self.folder / "pgbouncer.ini")], log=self.folder / "out", user="postgres"
        )

    @property
    def url(self) -> str:
        """DATABASE_URL of the web processes."""
        return self._url("oxaas")

    @property
    def work_url(self) -> str:
        """DATABASE_URL of the worker and commands."""
        return self._url("oxaas_work")

    def _url(self, name: str) -> str:
        return Database("127.0.0.1", self.port, name, self.database.user, self.database.password).url

    def start(self) -> None:
        """Write what it reads, start it and wait for it."""
        files = {"pgbouncer.ini": self._configuration(), "userlist.txt": self._users()}
        for name, text in files.items():
            (self.folder / name).write_text(text)
            shutil.chown(self.folder / name, "postgres")
        shutil.chown(self.folder, "postgres")
        self._daemon.start()
        wait_until(lambda: answers(self.port), f"PgBouncer listens: {self._daemon.said()}")
        self._open_sessions()

    def stop(self) -> None:
        """Leave nothing behind."""
        self._daemon.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _open_sessions(self) -> None:
        """As many transactions at a time as there are sessions to be."""
        with ExitStack() as stack:
            for url in (self.url, self.work_url):
                for _ in range(SESSIONS):
                    connection = stack.enter_context(closing(psycopg2.connect(url)))
                    connection.cursor().execute("SELECT 1")
                    stack.callback(connection.rollback)

    def _configuration(self) -> str:
        text = deployed(
            "pgbouncer/pgbouncer.ini",
            {
                "host=127.0.0.1 port=5432 dbname=oxaas": (
                    f"host={self.database.host} port={self.database.port} dbname={self.database.name}"
                ),
                "listen_port = 6432": f"listen_port = {self.port}",
                "/var/run/postgresql": str(self.folder),
                "/var/log/postgresql": str(self.folder),
                "/etc/pgbouncer": str(self.folder),
            },
        )
        return text + self._share

    def _users(self) -> str:
        """As docs/configuration.md says: each with the secret that PostgreSQL has of them."""
        with closing(psycopg2.connect(self.database.url)) as connection, connection.cursor() as cursor:
            cursor.execute(
                """SELECT format('"%%s" "%%s"', rolname, rolpassword) FROM pg_authid WHERE rolname = %s""",
                [self.database.user],
            )
            return "\n".join(line for (line,) in cursor.fetchall()) + "\n"
