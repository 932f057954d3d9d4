"""PostgreSQL, MySQL and MariaDB, SQLite: one connection in one read-only transaction, so that all is of one moment."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import psycopg2
import psycopg2.extensions

from core.errors import Invalid
from importers.sources.source import Row, Wanted, cell

_SECONDS: Final = 10
_COLUMNS_OF_POSTGRES: Final = """
    SELECT c.table_name, c.column_name FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE t.table_type = 'BASE TABLE' AND c.table_schema = ANY (current_schemas(false))
    ORDER BY c.table_name, c.ordinal_position
"""
_COLUMNS_OF_MYSQL: Final = """
    SELECT c.table_name, c.column_name FROM information_schema.columns c
    JOIN information_schema.tables t ON t.table_schema = c.table_schema AND t.table_name = c.table_name
    WHERE t.table_type = 'BASE TABLE' AND c.table_schema = DATABASE()
    ORDER BY c.table_name, c.ordinal_position
"""
_COLUMNS_OF_SQLITE: Final = """
    SELECT t.name, c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.name, c.cid
"""
# json, jsonb, date, timestamp, timestamptz and numeric come as they are written: some of them fit no Python type.
_AS_TEXT: Final = (114, 3802, 1082, 1114, 1184, 1700)


class Database:
    """The tables of an open connection whose names begin with `prefix`."""

    def __init__(self, connection: Any, wanted: Wanted, *, columns: str, quote: str, prefix: str) -> None:
        self._connection, self._wanted, self._quote, self._prefix = connection, wanted, quote, prefix
        self._columns: dict[str, list[str]] = {}
        for table, column in self._ask(columns):
            name = str(cell(table))
            if name.startswith(prefix):
                self._columns.setdefault(name.removeprefix(prefix), []).append(str(cell(column)))

    def tables(self) -> list[str]:
        """The names of all tables, in their order."""
        return sorted(self._columns)

    def count(self, table: str) -> int:
        """How many rows the table has; 0 for one that is not there."""
        if table not in self._columns:
            return 0
        ((count,),) = self._ask(f"SELECT count(*) FROM {self._named(table)}")  # noqa: S608  (a name of the catalogue)
        return int(count)

    def rows(self, table: str) -> Iterator[Row]:
        """The rows with those of the wanted columns that there are."""
        there = [column for column in self._wanted[table] if column in self._columns.get(table, ())]
        if not there:
            return
        names = ", ".join(f"{self._quote}{column}{self._quote}" for column in there)
        nothing = dict.fromkeys(self._wanted[table])
        # The names are those of the catalogue.
        for values in self._ask(f"SELECT {names} FROM {self._named(table)} ORDER BY 1"):  # noqa: S608
            yield {**nothing, **dict(zip(there, map(cell, values), strict=True))}

    def close(self) -> None:
        """Let the connection go."""
        self._connection.close()

    def _named(self, table: str) -> str:
        name = (self._prefix + table).replace(self._quote, self._quote * 2)
        return f"{self._quote}{name}{self._quote}"

    def _ask(self, sql: str) -> Iterator[Any]:
        cursor = self._connection.cursor()
        try:
            cursor.execute(sql)
            yield from cursor
        except UnicodeError as error:
            raise Invalid("The database holds text that is not in its own encoding.") from error
        except Exception as error:
            if isinstance(error, self._errors()):
                raise Invalid(f"The database refuses to be read: {_sentence(error)}.") from error
            raise
        finally:
            cursor.close()

    def _errors(self) -> tuple[type[Exception], ...]:
        module_error = getattr(self._connection, "Error", None)
        return (sqlite3.Error, psycopg2.Error, *([module_error] if module_error else []))


def open_postgres(url: str, wanted: Wanted, prefix: str) -> Database:
    """A PostgreSQL database; the password may also come from where libpq looks for it."""
    try:
        connection = psycopg2.connect(url, connect_timeout=_SECONDS, application_name="oxaas import")
        connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
        connection.set_client_encoding("UTF8")
    except psycopg2.Error as error:
        raise Invalid(f"The database cannot be opened: {_sentence(error)}.") from error
    as_text = psycopg2.extensions.new_type(_AS_TEXT, "AS_TEXT", lambda value, cursor: value)
    psycopg2.extensions.register_type(as_text, connection)
    return Database(connection, wanted, columns=_COLUMNS_OF_POSTGRES, quote='"', prefix=prefix)


def open_mysql(url: str, wanted: Wanted, prefix: str) -> Database:
    """A MySQL or MariaDB database. `?unix_socket=` and `?read_default_file=` in the URL mean what PyMySQL says."""
    try:
        import pymysql
    except ImportError as error:
        raise Invalid("MySQL and MariaDB are read through PyMySQL: .venv/bin/pip install PyMySQL.") from error
    parts = urlsplit(url)
    options: dict[str, Any] = {
        key: value for key, value in parse_qsl(parts.query) if key in {"unix_socket", "read_default_file"}
    }
    given = {"host": parts.hostname, "port": parts.port, "user": parts.username, "password": parts.password}
    options |= {key: unquote(value) if isinstance(value, str) else value for key, value in given.items() if value}
    try:
        connection = pymysql.connect(
            database=unquote(parts.path.lstrip("/")), charset="utf8mb4", connect_timeout=_SECONDS, **options
        )
        with connection.cursor() as cursor:
            cursor.execute("SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY")
    except (pymysql.Error, OSError) as error:
        raise Invalid(f"The database cannot be opened: {_sentence(error)}.") from error
    return Database(connection, wanted, columns=_COLUMNS_OF_MYSQL, quote="`", prefix=prefix)


def open_sqlite(path: Path, wanted: Wanted, prefix: str) -> Database:
    """An SQLite file, opened to be read."""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
        connection.execute("BEGIN")
        return Database(connection, wanted, columns=_COLUMNS_OF_SQLITE, quote='"', prefix=prefix)
    except sqlite3.Error as error:
        raise Invalid(f"The database cannot be opened: {_sentence(error)}.") from error


OPENERS: Final[dict[str, Callable[[str, Wanted, str], Database]]] = {
    "postgres": open_postgres,
    "postgresql": open_postgres,
    "mysql": open_mysql,
    "mariadb": open_mysql,
}


def _sentence(error: Exception) -> str:
    """The driver's first line; no driver puts a password into it."""
    number_and_text = error.args[1:] if len(error.args) == 2 and isinstance(error.args[0], int) else error.args
    lines = str(number_and_text[0] if number_and_text else error).strip().splitlines() or [type(error).__name__]
    return lines[0].rstrip(".")
