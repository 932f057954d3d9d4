"""A PostgreSQL of this run's own, as durable as an installed one, and the data that is measured with."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg2

from tests import postgres

PASSWORD: Final = "Bench-Passw0rd"
RESELLERS: Final = 10
# Users and aliases of a context.
IN_CONTEXT: Final = 100
OPTIONS: Final = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "512MB",
    "max_wal_size": "4GB",
    "max_connections": "100",
    "timezone": "UTC",
}
# The tables that are filled without their indexes.
LARGE: Final = ("accounts_user", "forwards_forwardingalias", "forwards_recipient")
# Context i is the reseller's number 1 + i % 10; user and alias i belong to context 1 + i % contexts.
_FILL: Final = """
INSERT INTO accounts_reseller (id, name, name_normalized, display_name, is_active, can_create_subadmin{more_columns})
    SELECT i, 'r' || i, 'r' || i, '', true, false{more_values} FROM generate_series(1, {resellers}) i;
INSERT INTO accounts_administrator
        (login, login_normalized, password, role, is_active, language, reseller_id{admin_columns})
    SELECT 'r' || i, 'r' || i, %(hash)s, 'reseller', true, '', i{admin_values} FROM generate_series(1, {resellers}) i;
INSERT INTO accounts_administrator (login, login_normalized, password, role, is_active, language{admin_columns})
    VALUES ('root', 'root', %(hash)s, 'master', true, ''{admin_values});
INSERT INTO accounts_context (id, name, name_normalized, reseller_id, is_active, created_at)
    SELECT i, 'bench_c' || i, 'bench_c' || i, 1 + i %% {resellers}, true, now() FROM generate_series(1, {contexts}) i;
INSERT INTO domains_explicitdomain (context_id, name, proof, proven_at{domain_columns})
    SELECT i, 'd' || i || '.example', 'declared', now(){domain_values} FROM generate_series(1, {contexts}) i;
INSERT INTO accounts_user (context_id, number, uidname, uidname_normalized, domain, msisdn, msisdn_digits, is_active)
    SELECT c, 1 + i / {contexts}, name, name, 'd' || c || '.example', '+49170' || lpad(i::text, 9, '0'),
        '49170' || lpad(i::text, 9, '0'), true
    FROM generate_series(0, {rows} - 1) i, LATERAL (SELECT 1 + i %% {contexts} AS c) x,
        LATERAL (SELECT 'user' || i || '@d' || c || '.example' AS name) y;
INSERT INTO forwards_forwardingalias (id, context_id, address, normalized, domain, is_active)
    SELECT i + 1, c, name, name, 'd' || c || '.example', true
    FROM generate_series(0, {rows} - 1) i, LATERAL (SELECT 1 + i %% {contexts} AS c) x,
        LATERAL (SELECT 'alias' || i || '@d' || c || '.example' AS name) y;
INSERT INTO forwards_recipient (alias_id, address, normalized, domain)
    SELECT i + 1, name, name, 'remote' || i %% 50 || '.example'
    FROM generate_series(0, {rows} - 1) i, generate_series(1, 2) k,
        LATERAL (SELECT 'r' || k || '.' || i || '@remote' || i %% 50 || '.example' AS name) y;
SELECT setval(pg_get_serial_sequence('forwards_forwardingalias', 'id'), {rows} + 1);
SELECT setval(pg_get_serial_sequence('accounts_reseller', 'id'), {resellers} + 1);
"""


def binary(name: str) -> str:
    """The path of one of PostgreSQL's programs."""
    return str(postgres.find_binaries() / name)


@contextmanager
def running() -> Iterator[str]:
    """The server's address; nothing of it is left behind."""
    binaries, password, port = postgres.find_binaries(), "bench", postgres._free_port()
    folder = Path(tempfile.mkdtemp(prefix="oxaas-bench-", dir="/tmp"))
    identity = postgres._identity()
    try:
        data = postgres.initialize(folder, binaries, password)
        options = [f"--{name}={value}" for name, value in OPTIONS.items()]
        command: list[str | Path] = [binaries / "postgres", "-D", data, "-p", str(port), "-k", folder, *options]
        with (folder / "log").open("wb") as log:
            server: subprocess.Popen[bytes] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/", **identity
            )
        try:
            ready: list[str | Path] = [binaries / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
            postgres._wait_until_ready(server, folder / "log", ready)
            yield f"postgres://postgres:{password}@127.0.0.1:{port}/"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def environment(url: str) -> dict[str, str]:
    """The application's environment as in production, but for plain HTTP on loopback."""
    return {
        **os.environ,
        "DEBUG": "false",
        "SECRET_KEY": "only-for-measuring-0123456789-0123456789-0123456789-0123456789",
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS_ONLY": "false",
        "DATABASE_URL": url,
        "LOG_LEVEL": "WARNING",
        "MAIL_STORE": "maildir:///tmp/oxaas-bench-none",
    }


def build(server: str, rows: int) -> str:
    """A database with so many users and aliases; its URL."""
    url = f"{server}bench_{rows}"
    with closing(psycopg2.connect(f"{server}postgres")) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE bench_{rows}")
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, env=environment(url))
    script = (
        "import django; django.setup(); from django.contrib.auth.hashers import make_password;"
        f"print(make_password({PASSWORD!r}))"
    )
    settings = environment(url) | {"DJANGO_SETTINGS_MODULE": "oxaas.settings"}
    hashed = subprocess.run([sys.executable, "-c", script], check=True, env=settings, capture_output=True, text=True)
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        numbers = {"rows": rows, "contexts": rows // IN_CONTEXT, "resellers": RESELLERS}
        with filling(cursor, *LARGE):
            cursor.execute(_FILL.format(**numbers, **_further(cursor)), {"hash": hashed.stdout.strip()})
        cursor.execute("VACUUM ANALYZE")
    return url


@contextmanager
def filling(cursor: Any, *tables: str) -> Iterator[None]:
    """Within it the tables have no indexes and constraints; they come back with its end, which is many times faster."""
    cursor.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype IN ('p', 'u', 'f') AND (conrelid = ANY (%(tables)s::regclass[])"
        " OR confrelid = ANY (%(tables)s::regclass[])) ORDER BY contype = 'f', contype",
        {"tables": list(tables)},
    )
    constraints = cursor.fetchall()
    for table, name, _definition in reversed(constraints):
        cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
    cursor.execute(
        "SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index"
        " WHERE indrelid = ANY (%s::regclass[])",
        [list(tables)],
    )
    indexes = cursor.fetchall()
    for name, _definition in indexes:
        cursor.execute(f"DROP INDEX {name}")
    yield
    for _name, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in constraints:
        cursor.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}')


def _further(cursor: Any) -> dict[str, str]:
    """Columns that must have a value which only the application knows a default for."""
    found = {}
    for key, table, known in (
        (
            "more",
            "accounts_reseller",
            {"id", "name", "name_normalized", "display_name", "is_active", "can_create_subadmin"},
        ),
        ("domain", "domains_explicitdomain", {"id", "context_id", "name", "proof"}),
        (
            "admin",
            "accounts_administrator",
            {"id", "is_active", "language", "login", "login_normalized", "password", "reseller_id", "role"},
        ),
    ):
        found[f"{key}_columns"], found[f"{key}_values"] = further(
            cursor, table, known, flag="true" if key == "domain" else "false"
        )
    return found


def further(cursor: Any, table: str, known: set[str], *, flag: str) -> tuple[str, str]:
    """Names and values of a table's other columns that must have one, each with a comma before it."""
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s"
        " AND is_nullable = 'NO' AND column_default IS NULL AND is_identity = 'NO'",
        [table],
    )
    more = {name: kind for name, kind in cursor.fetchall() if name not in known}
    numbers = dict.fromkeys(("integer", "smallint", "bigint"), "0")
    values = {"boolean": flag, "timestamp with time zone": "now()", "jsonb": "'{}'", **numbers}
    columns = "".join(f", {name}" for name in more)
    return columns, "".join(f", {values.get(kind, repr(''))}" for kind in more.values())
