"""The same rows come out of every form in which a rival's database may be given."""

from __future__ import annotations

import random
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import psycopg2
import pymysql
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import Invalid
from importers.graph import refusals
from importers.hashes import for_dovecot
from importers.recipients import judge, split_targets
from importers.sources import open_source
from importers.sources.values import Dialect, ValuesError, read_values
from importers.world import number, quota_of, truth
from tests.importers import rows
from tests.importers.conftest import TABLES, draft_of, schema

pytestmark = pytest.mark.django_db

Files = dict[str, Path]
AWKWARD: Final = [
    "it's",
    "back\\slash",
    "two\nlines\r\nand tab\t",
    "semicolon;",
    "'),('",
    "-- no comment",
    "ü",
    "",
    "\\N",
    "\\.",
]


def mysql_literal(value: rows.Value) -> str:
    """As mysqldump writes it."""
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(int(value))
    escapes = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\0": "\\0", "\x1a": "\\Z"}
    return "'" + "".join(escapes.get(char, char) for char in value) + "'"


def mysql_dump(statements: str, tables: rows.Tables) -> str:
    """In the form of mysqldump: one long INSERT for each table."""
    lines = ["-- MySQL dump 10.19  Distrib 10.11, for debian-linux-gnu (x86_64)", statements]
    for table, content in tables.items():
        columns = list(dict.fromkeys(column for row in content for column in row))
        values = ",".join("(" + ",".join(mysql_literal(row.get(one)) for one in columns) + ")" for row in content)
        names = ", ".join(f"`{one}`" for one in columns)
        lines.append(f"INSERT INTO `{table}` ({names}) VALUES {values};")
    return "\n".join(lines) + "\n"


def postgres_dump(statements: str, tables: rows.Tables) -> str:
    """In the form of pg_dump: COPY, with the schema before every name."""
    lines = ["--\n-- PostgreSQL database dump\n--\n", statements.replace("CREATE TABLE ", "CREATE TABLE public.")]
    escapes = {"\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

    def copied(value: rows.Value) -> str:
        if value is None or isinstance(value, bool):
            return {None: "\\N", True: "t", False: "f"}[value]
        return "".join(escapes.get(char, char) for char in str(value))

    for table, content in tables.items():
        columns = list(dict.fromkeys(column for row in content for column in row))
        lines.append(f"COPY public.{table} ({', '.join(columns)}) FROM stdin;")
        lines += ["\t".join(copied(row.get(one)) for one in columns) for row in content]
        lines.append("\\.\n")
    return "\n".join(lines) + "\n"


def sqlite_dump(file: Path) -> str:
    """By Python's own writer."""
    with closing(sqlite3.connect(file)) as connection:
        return "PRAGMA foreign_keys=OFF;\n" + "\n".join(connection.iterdump()) + "\n"


def same_as_sqlite(rival: str, source: str | Path, files: Files) -> None:
    """The source gives the file and the report that the SQLite database gives."""
    expected, draft = draft_of(rival, files[rival]), draft_of(rival, source)
    assert _without_secrets(draft.document()) == _without_secrets(expected.document())
    assert sorted(draft.ledger.reasons, key=repr) == sorted(expected.ledger.reasons, key=repr)
    assert draft.ledger.accounts == expected.ledger.accounts
    assert sorted(draft.owners) == sorted(expected.owners)


def _without_secrets(document: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    for entry in document.get("administrators", []):
        entry.pop("password_hash", None)
    return document


def test_sources__dumps_say_what_the_database_says(
    world: object, rival: str, sqlite_files: Files, tmp_path: Path
) -> None:
    tables, statements = TABLES[rival](), schema(rival)
    dumps = {
        "mysql": mysql_dump(statements, tables),
        "postgres": postgres_dump(statements, tables),
        "sqlite": sqlite_dump(sqlite_files[rival]),
    }
    for name, content in dumps.items():
        file = tmp_path / f"{name}.sql"
        file.write_text(content, newline="")

        same_as_sqlite(rival, file, sqlite_files)


@pytest.mark.postgres
def test_sources__postgres_says_what_sqlite_says(
    world: object, rival: str, sqlite_files: Files, postgres_rivals: dict[str, str]
) -> None:
    same_as_sqlite(rival, postgres_rivals[rival], sqlite_files)


@pytest.mark.postgres
def test_sources__mariadb_says_what_sqlite_says(
    world: object, rival: str, sqlite_files: Files, mariadb_rivals: dict[str, str]
) -> None:
    same_as_sqlite(rival, mariadb_rivals[rival], sqlite_files)


@pytest.mark.postgres
def test_sources__postgres_is_opened_to_be_read_alone(world: object, postgres_rivals: dict[str, str]) -> None:
    source = open_source(postgres_rivals["mailcow"], {"domain": ("domain",)})
    connection = source._connection  # type: ignore[attr-defined]
    with closing(source), pytest.raises(psycopg2.errors.ReadOnlySqlTransaction):
        connection.cursor().execute("DELETE FROM domain")


@pytest.mark.postgres
def test_sources__mariadb_is_opened_to_be_read_alone(world: object, mariadb_rivals: dict[str, str]) -> None:
    source = open_source(mariadb_rivals["mailcow"], {"domain": ("domain",)})
    connection = source._connection  # type: ignore[attr-defined]
    with closing(source), pytest.raises(pymysql.err.Error, match="READ ONLY"):
        connection.cursor().execute("DELETE FROM domain")


def test_sources__sqlite_is_opened_to_be_read_alone(world: object, sqlite_files: Files) -> None:
    source = open_source(str(sqlite_files["mailcow"]), {"domain": ("domain",)})
    connection = source._connection  # type: ignore[attr-defined]
    with closing(source), pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.cursor().execute("DELETE FROM domain")


@pytest.mark.postgres
def test_sources__server_that_refuses_is_a_sentence_without_the_password(
    world: object, postgres_url: str, mariadb_rivals: dict[str, str]
) -> None:
    server = postgres_url.rpartition("@")[2].rpartition("/")[0]
    for url in (
        f"postgres://me:geheim@{server}/none",
        mariadb_rivals["mailcow"].replace("oxaas@", "me:geheim@"),
        "mysql://me:geheim@127.0.0.1:1/none",
        "postgres://me:geheim@127.0.0.1:1/none",
    ):
        with pytest.raises(Invalid, match="cannot be opened") as refusal:
            open_source(url, {})
        assert "geheim" not in str(refusal.value)


def test_sources__dump_keeps_awkward_texts(tmp_path: Path) -> None:
    tables: rows.Tables = {"t": [{"a": text, "b": index} for index, text in enumerate(AWKWARD)]}
    statements = "CREATE TABLE t (\n  a text DEFAULT 'x,y)',\n  b integer,\n  PRIMARY KEY (b)\n);"
    with closing(sqlite3.connect(tmp_path / "t.sqlite3")) as connection:
        connection.executescript(statements)
        connection.executemany("INSERT INTO t VALUES (?, ?)", [(text, index) for index, text in enumerate(AWKWARD)])
        connection.commit()
    dumps = (mysql_dump(statements, tables), postgres_dump(statements, tables), sqlite_dump(tmp_path / "t.sqlite3"))
    for content in dumps:
        file = tmp_path / "dump.sql"
        file.write_text(content, newline="")

        source = open_source(str(file), {"t": ("b", "a", "missing")})

        assert [row["a"] for row in source.rows("t")] == AWKWARD
        assert {row["missing"] for row in source.rows("t")} == {None}
        assert (source.tables(), source.count("t")) == (["t"], len(AWKWARD))


def test_sources__rows_of_tables_that_nobody_wants_are_counted(tmp_path: Path) -> None:
    tables: rows.Tables = {"t": [{"a": text} for text in AWKWARD]}
    for content in (mysql_dump("CREATE TABLE t (a text);", tables), postgres_dump("CREATE TABLE t (a text);", tables)):
        file = tmp_path / "dump.sql"
        file.write_text(content, newline="")

        assert open_source(str(file), {}).count("t") == len(AWKWARD)


def test_sources__truncated_dump_is_refused_with_its_line(tmp_path: Path) -> None:
    content = mysql_dump(schema("mailcow"), rows.mailcow())
    file = tmp_path / "dump.sql"
    for end in random.Random(1).sample(range(content.index("INSERT INTO `domain`") + 30, len(content) - 3), 20):
        file.write_text(content[:end])
        try:
            open_source(str(file), {"domain": ("domain",), "alias": ("address",)})
        except Invalid as error:
            assert "the statement that ends in line" in str(error)  # noqa: PT017 - it may also end between two


def test_sources__sqlite3_functions_in_a_dump(tmp_path: Path) -> None:
    file = tmp_path / "dump.sql"
    file.write_text(
        "PRAGMA foreign_keys=OFF;\nBEGIN TRANSACTION;\nCREATE TABLE t (a text);\n"
        "INSERT INTO t VALUES(replace(replace('a\\r\\nb','\\r',char(13)),'\\n',char(10)));\n"
        "INSERT INTO t VALUES(unistr('bell\\u0007'));\nINSERT INTO t VALUES(X'c3bc');\nCOMMIT;\n"
    )

    source = open_source(str(file), {"t": ("a",)})

    assert [row["a"] for row in source.rows("t")] == ["a\r\nb", "bell\x07", "ü"]


@given(st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1), st.text()), min_size=1, max_size=5))
def test_values__what_mysqldump_writes_is_read_back(values: list[str | int | None]) -> None:
    line = "(" + ",".join(mysql_literal(value) for value in values) + ");"

    (read,) = read_values(line, 0, Dialect.MYSQL)

    assert [str(one) if isinstance(one, int) else one for one in read] == [
        str(one) if isinstance(one, int) else one for one in values
    ]


@given(st.text(alphabet="(),;'\\0xXEe_ -+1.aNUL", max_size=60), st.sampled_from(list(Dialect)))
def test_values__anything_is_read_or_refused(text: str, dialect: Dialect) -> None:
    try:
        list(read_values(text, 0, dialect))
    except ValuesError:
        return


@given(st.text(max_size=400))
def test_recipients__any_text_is_split_and_judged(text: str) -> None:
    targets, _why_not = split_targets(text)
    for target in targets:
        try:
            assert "@" in judge(target.text, "me@acme.example").normalized
        except Invalid as error:
            assert str(error).isprintable()  # noqa: PT017 - either is fine


@given(st.dictionaries(st.integers(0, 30), st.lists(st.integers(0, 30), max_size=3), max_size=31))
def test_graph__without_what_is_refused_there_is_no_loop_and_no_long_chain(drawn: dict[int, list[int]]) -> None:
    edges = {str(one): [str(other) for other in others] for one, others in drawn.items()}

    refused = refusals(edges)

    kept = {one: others for one, others in edges.items() if one not in refused}
    assert all(_longest(kept, one, ()) <= 20 for one in kept)
    assert bool(refused) == any(_longest(edges, one, ()) > 20 for one in edges)


def _longest(edges: dict[str, list[str]], one: str, way: tuple[str, ...]) -> int:
    """How many aliases a chain has; a loop counts as a long one."""
    if one not in edges:
        return 0
    if one in way:
        return 100
    return 1 + max((_longest(edges, other, (*way, one)) for other in edges[one]), default=0)


def test_graph__chain_of_a_hundred_thousand_needs_no_recursion() -> None:
    edges = {str(one): [str(one + 1)] for one in range(100_000)}

    refused = refusals(edges)

    assert len(refused) == 100_000 // 21


@pytest.mark.parametrize(
    ("written", "entry"),
    [
        ("$1$a$b", "{MD5-CRYPT}$1$a$b"),
        ("$2y$10$x", "{BLF-CRYPT}$2y$10$x"),
        ("$5$a$b", "{SHA256-CRYPT}$5$a$b"),
        ("$6$a$b", "{SHA512-CRYPT}$6$a$b"),
        ("$argon2id$v=19$m=1", "{ARGON2ID}$argon2id$v=19$m=1"),
        ("{SSHA512}abc=", "{SSHA512}abc="),
        ("0" * 32, "{PLAIN-MD5}" + "0" * 32),
        ("abABabAB01./x", "{DES-CRYPT}abABabAB01./x"),
        ("secret", ""),
        ("", ""),
        ("{PLAIN}a:b", ""),
        ("$1$a\n$b", ""),
        (" $1$a$b", ""),
        ("$1$" + "x" * 2000, ""),
    ],
)
def test_hashes__are_named_by_their_scheme(written: str, entry: str) -> None:
    assert for_dovecot(written) == entry


@pytest.mark.parametrize(
    ("cell", "unit", "size"),
    [
        (0, 1, None),
        (-1, 1, None),
        ("5", 2**20, 5 * 2**20),
        (5, 1, 5),
        ("x", 1, None),
        (2**62, 2**20, None),
        (None, 1, None),
    ],
)
def test_world__quotas(cell: str | int | None, unit: int, size: int | None) -> None:
    assert quota_of(cell, unit=unit, what="its quota")[0] == size


def test_world__truth_and_numbers_as_databases_and_dumps_write_them() -> None:
    assert [truth(cell) for cell in (1, "1", "t", "true", "yes")] == [True] * 5
    assert [truth(cell) for cell in (0, "0", "f", "", None, "2")] == [False] * 6
    assert [number(cell) for cell in ("-1", "7", 7, "-2", -2, "1e3", None)] == [-1, 7, 7, None, None, None, None]


def test_csv__folder_is_read(world: object, tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    (folder / "mailboxes.csv").write_text(
        "address;quota;password_hash;active;phone\n"
        "anna@new.example;2 GB;$6$a$b;yes;+49 30 7654321\nben@new.example;unlimited;;no;\ncarla@new.example;many;;;\n"
    )
    (folder / "aliases.csv").write_text(
        'address,recipients\ninfo@new.example,"anna@new.example, ben@new.example"\n@new.example,anna@new.example\n'
    )
    (folder / "administrators.csv").write_text("login,domain\nadmin@new.example,new.example\n")

    draft = draft_of("csv", folder)

    document = draft.document()
    assert [entry["name"] for entry in document["contexts"]] == ["new.example"]
    assert [(one["uidname"], one["quota"], one["is_active"]) for one in document["users"]] == [
        ("anna@new.example", 2 * 2**30, True),
        ("ben@new.example", None, False),
        ("carla@new.example", None, True),
    ]
    assert document["forwards"][0]["recipients"] == ["anna@new.example", "ben@new.example"]
    assert [entry["login"] for entry in document["administrators"]] == ["admin"]
    assert draft.owners == ["anna@new.example:{SHA512-CRYPT}$6$a$b"]
    assert [reason for _origin, reason in draft.ledger.reasons] == [
        "a catch-all: mail to addresses that do not exist is refused here"
    ]


def test_csv__unknown_column_is_named(world: object, tmp_path: Path) -> None:
    (tmp_path / "mailboxes.csv").write_text("adress\nx@y.example\n")

    with pytest.raises(
        Invalid, match=r"mailboxes.csv: The first line names the columns; they are address, password_hash"
    ):
        open_source(str(tmp_path), {"mailboxes": ("address", "password_hash")})
