"""Goes back to a moment between two writes, and times every way back: `python -m bench.restore [ROWS]`.

A private PostgreSQL archives its WAL with pgBackRest. One writer goes through the application's services, and each
forward that it is told is written is noted. A base backup is made meanwhile; then comes an accident, and the cluster
goes back to a moment that lies between two writes. All that was confirmed by then must be there, and nothing that came
later. Writes bench/results/restore.md.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import psycopg2

from bench import cluster
from tests import postgres

ROOT: Final = Path(__file__).resolve().parent.parent
ROWS: Final = 200_000
BEFORE, AFTER = 300, 100
# The name of the alias tells its place among the writes. A line for each that is confirmed.
_WRITER: Final = """
import sys, django
django.setup()
from accounts.models import Context
from core.actor import Actor, Channel
from forwards.services import create_forward
context = Context.objects.get(pk=1)
for number in range(int(sys.argv[1]), int(sys.argv[2])):
    create_forward(actor=Actor(None, Channel.COMMAND), context=context, alias=f"proof{number}@d1.example",
                   recipients=[f"one{number}@far.example", f"two{number}@far.example"])
    print(number, flush=True)
"""
_PROOF: Final = "SELECT address FROM forwards_forwardingalias WHERE address LIKE 'proof%'"


@dataclass
class Archived:
    """A cluster whose WAL goes to a repository of pgBackRest; it can be stopped, restored and started again."""

    folder: Path
    port: int
    binaries: Path = field(default_factory=postgres.find_binaries)
    identity: dict[str, Any] = field(default_factory=postgres._identity)
    server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"postgres://postgres:bench@127.0.0.1:{self.port}/"

    def start(self) -> None:
        options = cluster.OPTIONS | {"archive_mode": "on", "archive_timeout": "60s"}
        options["archive_command"] = f"pgbackrest --config={self.folder}/pgbackrest.conf --stanza=oxaas archive-push %p"
        command: list[str | Path] = [
            self.binaries / "postgres",
            "-D",
            self.folder / "data",
            "-p",
            str(self.port),
            "-k",
            self.folder,
        ]
        with (self.folder / "log").open("ab") as log:
            server: subprocess.Popen[bytes] = subprocess.Popen(
                [*command, *(f"--{name}={value}" for name, value in options.items())],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **self.identity,
            )  # fmt: skip
        ready: list[str | Path] = [self.binaries / "pg_isready", "-h", "127.0.0.1", "-p", str(self.port)]
        self.server = server
        postgres._wait_until_ready(server, self.folder / "log", ready)

    def stop(self) -> None:
        if self.server is not None:
            self.server.send_signal(signal.SIGINT)
            self.server.wait(120)
            self.server = None

    def pgbackrest(self, *words: str) -> None:
        run("pgbackrest", f"--config={self.folder}/pgbackrest.conf", "--stanza=oxaas", *words, **self.identity)

    def tool(self, name: str, *words: str | Path) -> None:
        """One of PostgreSQL's programs, as the superuser."""
        where = ["-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres"]
        run(self.binaries / name, *where, *words, env={**os.environ, "PGPASSWORD": "bench"})

    def ask(self, database: str, statement: str) -> list[Any]:
        with closing(psycopg2.connect(f"{self.url}{database}")) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            cursor.execute(statement)
            return [row[0] for row in cursor.fetchall()] if cursor.description else []


def run(*command: str | Path, **more: Any) -> str:
    """To its end; an exception with its words when it fails."""
    done: subprocess.CompletedProcess[str] = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=more.pop("cwd", "/"), **more
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


@contextmanager
def archived() -> Iterator[Archived]:
    """One in a folder that is gone in the end."""
    folder = Path(tempfile.mkdtemp(prefix="oxaas-restore-", dir="/tmp"))
    one = Archived(folder, postgres._free_port())
    try:
        data = postgres.initialize(folder, one.binaries, "bench")
        for name in ("repository", "log-of-backups", "spool", "lock"):
            (folder / name).mkdir()
            if one.identity:
                os.chown(folder / name, one.identity["user"], one.identity["group"])
        (folder / "pgbackrest.conf").write_text(
            f"[global]\nrepo1-path={folder}/repository\nlog-path={folder}/log-of-backups\nspool-path={folder}/spool\n"
            f"lock-path={folder}/lock\nstart-fast=y\ncompress-type=zst\nprocess-max=2\n"
            f"[oxaas]\npg1-path={data}\npg1-port={one.port}\npg1-socket-path={folder}\npg1-user=postgres\n"
        )
        # pgBackRest logs in by the socket, as the account that owns the cluster.
        access = data / "pg_hba.conf"
        access.write_text("local all postgres trust\n" + access.read_text())
        one.start()
        yield one
    finally:
        one.stop()
        shutil.rmtree(folder, ignore_errors=True)


def writer(url: str, first: int, end: int) -> subprocess.Popen[str]:
    """Writes so many forwards one after the other, and says each that was confirmed."""
    environment = cluster.environment(url) | {"DJANGO_SETTINGS_MODULE": "oxaas.settings"}
    command = [sys.executable, "-c", _WRITER, str(first), str(end)]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def confirmed(process: subprocess.Popen[str]) -> int:
    """How many it was told are written."""
    said, _errors = process.communicate(timeout=300)
    assert process.returncode == 0
    return len(said.split())


class Clock:
    """Rows of the table: what, and for how long."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str]] = []

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        begun = time.monotonic()
        yield
        self.add(what, f"{time.monotonic() - begun:.1f} s")

    def add(self, what: str, value: str) -> None:
        self.rows.append((what, value))
        print(f"{what}: {value}")


def size_of(folder: Path) -> float:
    """Megabytes."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file()) / 1e6


def point_in_time(one: Archived, database: str, clock: Clock) -> None:
    """Back to a moment between two writes, proved row by row."""
    url = f"{one.url}{database}"
    one.pgbackrest("stanza-create")
    process = writer(url, 0, BEFORE)
    with clock.timed("base backup, while somebody writes"):
        one.pgbackrest("--type=full", "backup")
    clock.add("its size in the repository, MB", f"{size_of(one.folder / 'repository'):.0f}")
    before = confirmed(process)
    time.sleep(1)
    (moment,) = one.ask(database, "SELECT now()::text")
    time.sleep(1)
    after = confirmed(writer(url, BEFORE, BEFORE + AFTER))
    one.ask(database, "DROP TABLE forwards_recipient CASCADE")
    with clock.timed("PostgreSQL stopped, its WAL archived"):
        one.stop()
    with clock.timed("files restored (`--delta`)"):
        one.pgbackrest("--delta", "--type=time", f"--target={moment}", "--target-action=promote", "restore")
    with clock.timed("WAL replayed until it takes writes"):
        one.start()
        while one.ask("postgres", "SELECT pg_is_in_recovery()")[0]:
            time.sleep(0.1)
    there = {int(name.removeprefix("proof").split("@")[0]) for name in one.ask(database, _PROOF)}
    assert there == set(range(before)), f"{len(there)} of {before} writes"
    (recipients,) = one.ask(database, "SELECT count(*) FROM forwards_recipient WHERE address LIKE '%@far.example'")
    assert recipients == 2 * before
    clock.add("writes confirmed before the moment, there afterwards", f"{before}, {len(there)}")
    clock.add("writes confirmed after it, there afterwards", f"{after}, 0")
    (may,) = one.ask(database, "SELECT has_table_privilege('mailserver', 'mail.mailbox', 'SELECT')")
    assert may, "the mail servers' role may read no more"


def dumped(one: Archived, database: str, clock: Clock) -> None:
    """By pg_dump and back into another database, the roles beside it."""
    with clock.timed("`pg_dump --format=custom`"):
        one.tool("pg_dump", "--format=custom", "-d", database, "-f", one.folder / "dump")
    clock.add("its size, MB", f"{(one.folder / 'dump').stat().st_size / 1e6:.0f}")
    one.tool("pg_dumpall", "--roles-only", "-f", one.folder / "roles.sql")
    assert "mailserver" in (one.folder / "roles.sql").read_text()
    one.tool("createdb", "--template=template0", "copy")
    with clock.timed("`pg_restore --jobs=2`"):
        one.tool("pg_restore", "--exit-on-error", "--jobs=2", "-d", "copy", one.folder / "dump")
    for table in ("accounts_user", "forwards_recipient", "changelog_change"):
        counts = [one.ask(name, f"SELECT count(*) FROM {table}")[0] for name in (database, "copy")]
        assert counts[0] == counts[1] > 0, (table, counts)
    (may,) = one.ask("copy", "SELECT has_table_privilege('mailserver', 'mail.mailbox', 'SELECT')")
    assert may, "the mail servers' role may not read the copy"


def exported(one: Archived, database: str, clock: Clock) -> None:
    """`provision --export`: the document says the same of the copy."""
    files: list[str] = []
    for name in (database, "copy"):
        environment = cluster.environment(f"{one.url}{name}")
        with clock.timed(f"`provision --export` of the {'copy' if files else 'database'}"):
            files.append(run(sys.executable, "manage.py", "provision", "--export", env=environment, cwd=ROOT))
    assert files[0] == files[1]
    clock.add("its size, MB", f"{len(files[0]) / 1e6:.0f}")


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    clock = Clock()
    with archived() as one:
        cluster.build(one.url, rows)
        database = f"bench_{rows}"
        role = {**os.environ, "PGPASSWORD": "bench", "MAILSERVER_PASSWORD": "bench"}
        where = ["-h", "127.0.0.1", "-p", str(one.port), "-U", "postgres", "-d", database]
        script = ROOT / "deploy/postgresql/mailserver.sql"
        run(one.binaries / "psql", "--quiet", *where, "--set=ON_ERROR_STOP=1", f"--file={script}", env=role)
        (size,) = one.ask(database, "SELECT pg_database_size(current_database())")
        clock.add("the database, MB", f"{size / 1e6:.0f}")
        point_in_time(one, database, clock)
        dumped(one, database, clock)
        exported(one, database, clock)
    lines = [
        "# Back from a backup",
        "",
        f"Written by `python -m bench.restore`, {datetime.now(UTC):%d %B %Y}, on 2 cores that others used as well:",
        f"{rows:,} users and as many aliases with two recipients each; pgBackRest with zstd to the same disk.",
        "",
        "| | |",
        "|---|---|",
        *(f"| {what} | {value} |" for what, value in clock.rows),
        "",
    ]
    (ROOT / "bench/results/restore.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
