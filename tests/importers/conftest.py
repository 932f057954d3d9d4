"""Rivals' databases, filled, in each of the forms in which they are read."""

from __future__ import annotations

import io
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg2
import pymysql
import pytest
from django.core.management import call_command

from accounts.provision import read
from importers.draft import Draft, Options
from importers.rivals import RIVALS
from importers.sources import open_source
from importers.translation import translate
from tests.emptying import clear
from tests.importers import rows
from tests.mariadb import running_mariadb
from tests.world import World

SCHEMAS: Final = Path(__file__).parent / "schemas"
TABLES: Final[dict[str, Callable[[], rows.Tables]]] = {
    "postfixadmin": rows.postfixadmin,
    "mailcow": rows.mailcow,
    "modoboa": rows.modoboa,
}
RIVAL_NAMES: Final = tuple(TABLES)


@dataclass(frozen=True)
class Made:
    """What the command wrote."""

    folder: Path
    said: str

    @property
    def document(self) -> dict[str, list[dict[str, Any]]]:
        document: dict[str, list[dict[str, Any]]] = read((self.folder / "provision.yaml").read_bytes())
        return document

    @property
    def report(self) -> str:
        return (self.folder / "report.md").read_text()

    def lines(self, name: str) -> list[str]:
        return (self.folder / name).read_text().splitlines()


def schema(rival: str) -> str:
    """The statements that make the rival's tables."""
    return (SCHEMAS / f"{rival}.sql").read_text()


def fill_sqlite(path: Path, rival: str, tables: rows.Tables) -> Path:
    """An SQLite file with the rival's tables and these rows."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(schema(rival))
        for statement, values in rows.inserts(tables, quote='"', mark="?"):
            connection.executemany(statement, values)
        connection.commit()
    return path


def fill_server(connection: Any, rival: str, tables: rows.Tables, *, quote: str) -> None:
    """The same on a server."""
    with connection.cursor() as cursor:
        for statement in schema(rival).split(";\n"):
            if statement.strip():
                cursor.execute(statement)
        for statement, values in rows.inserts(tables, quote=quote, mark="%s"):
            cursor.executemany(statement, values)
    connection.commit()


def run(rival: str, source: str | Path, folder: Path, *arguments: str) -> Made:
    """Run the command."""
    out = io.StringIO()
    call_command("import-from", rival, str(source), "--output", str(folder), *arguments, stdout=out)
    return Made(folder, out.getvalue())


def draft_of(rival: str, source: str | Path, **options: Any) -> Draft:
    """What the command would write, as it is in memory."""
    opened = open_source(str(source), RIVALS[rival].wanted)
    try:
        return translate(RIVALS[rival].read(opened, 2**20), Options(**options))
    finally:
        opened.close()


@pytest.fixture
def empty(world: World) -> None:
    """An installation in which nothing is yet."""
    clear()


@pytest.fixture(params=RIVAL_NAMES)
def rival(request: pytest.FixtureRequest) -> str:
    """Each of the rivals in turn."""
    return str(request.param)


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Every rival's database as an SQLite file."""
    folder = tmp_path_factory.mktemp("rivals")
    return {rival: fill_sqlite(folder / f"{rival}.sqlite3", rival, make()) for rival, make in TABLES.items()}


@pytest.fixture(scope="session")
def postgres_rivals(postgres_url: str) -> dict[str, str]:
    """Every rival's database on the suite's own PostgreSQL, beside the application's."""
    # The cluster is the whole run's, and every process of it fills its own.
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    names = {rival: f"rival_{rival}_{worker}" for rival in RIVAL_NAMES}
    base = postgres_url.rpartition("/")[0]
    with closing(psycopg2.connect(postgres_url)) as connection:
        connection.autocommit = True
        for name in names.values():
            connection.cursor().execute(f"DROP DATABASE IF EXISTS {name}")
            connection.cursor().execute(f"CREATE DATABASE {name}")
    for rival, name in names.items():
        with closing(psycopg2.connect(f"{base}/{name}")) as connection:
            fill_server(connection, rival, TABLES[rival](), quote='"')
    return {rival: f"{base}/{name}" for rival, name in names.items()}


@pytest.fixture(scope="session")
def mariadb_rivals() -> Iterator[dict[str, str]]:
    """Every rival's database on a MariaDB of this run's own."""
    with running_mariadb() as url:
        parts, urls = urlsplit(url), {}
        for rival, make in TABLES.items():
            connection = pymysql.connect(host=parts.hostname, port=parts.port or 0, user=parts.username or "")
            with closing(connection):
                connection.cursor().execute(f"CREATE DATABASE {rival} CHARACTER SET utf8mb4")
                connection.select_db(rival)
                fill_server(connection, rival, make(), quote="`")
            urls[rival] = url.replace("/rival", f"/{rival}")
        yield urls
