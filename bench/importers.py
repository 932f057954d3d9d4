"""`manage.py import-from` on the rivals' real schemas, each made by the rival's own installer, with the tests' rows.

    python -m bench.importers --postfixadmin FOLDER --mailcow FILE --modoboa VENV

FOLDER is usr/share/postfixadmin of Debian's package, unpacked; FILE is mailcow's data/web/inc/init_db.inc.php; VENV is
a virtual environment with modoboa[postgresql]. Debian packages: php-cli, php-mysql, php-pgsql, php-sqlite3,
mariadb-server-core, mariadb-client, redis-server. Nothing of the rivals' is kept. The result is
bench/results/importers.md.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg2
import pymysql

from tests.importers import rows
from tests.mariadb import running_mariadb
from tests.postgres import Cluster

BASE: Final = Path(__file__).resolve().parent.parent
RESULT: Final = BASE / "bench/results/importers.md"
HEADS: Final = (
    "source",
    "rows",
    "filled",
    "taken over",
    "left out",
    "read, s",
    "applied, s",
    "changes",
    "again",
    "undone",
)
OWN: Final = ("DATABASE_URL", "DEBUG", "DJANGO_SETTINGS_MODULE", "SECRET_KEY")
# People of a company.
STAFF: Final = 20
REDIS_PORT: Final = 18_396
PHP_OF_MAILCOW: Final = """<?php
$_SESSION = [];
putenv('MASTER=y');
$pdo = new PDO($argv[2], $argv[3], '', [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
// The file without its end, which is for its own container alone.
$text = preg_split("/^if .*php_sapi_name/m", file_get_contents($argv[1]))[0];
eval(substr($text, 5));
init_db_schema();
foreach ($_SESSION['return'] ?? [] as $said) { fwrite(STDERR, json_encode($said) . "\\n"); }
"""


def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> str:
    """The command's output; the program ends when it fails."""
    # A variable that is meant for one Django is no other's.
    kept = {name: value for name, value in os.environ.items() if name not in OWN}
    settings = {**kept, **environment}
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, env=settings)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def find(program: str) -> str:
    """The program's path; the program ends when it is missing."""
    return shutil.which(program) or sys.exit(f"{program} is missing")


def manage(database: Path, *arguments: str) -> str:
    """Our own manage.py on this database."""
    return run(
        sys.executable,
        "-W",
        "error",
        "manage.py",
        *arguments,
        cwd=BASE,
        DEBUG="true",
        SECRET_KEY=secrets.token_hex(),
        DATABASE_URL=f"sqlite:///{database}",
    )


def fill(connection: Any, tables: rows.Tables, *, quote: str, mark: str) -> int:
    """Insert the rows, and say how many they are."""
    with closing(connection.cursor()) as cursor:
        for statement, values in rows.inserts(tables, quote=quote, mark=mark):
            cursor.executemany(statement, values)
    connection.commit()
    return rows.count(tables)


def mysql(url: str, name: str) -> Any:
    """A connection to a new, or that, database of the server."""
    parts = urlsplit(url)
    connection = pymysql.connect(host=parts.hostname, port=parts.port or 0, user=parts.username or "")
    connection.cursor().execute(f"CREATE DATABASE IF NOT EXISTS {name} CHARACTER SET utf8mb4")
    connection.select_db(name)
    return connection


def install_postfixadmin(source: Path, work: Path, kind: str, **settings: str) -> None:
    """PostfixAdmin's own upgrade.php makes its tables, here as on the first visit of its setup page."""
    folder = work / f"postfixadmin-{kind}"
    shutil.copytree(source, folder, symlinks=True)
    shipped = next(path for path in (source.parents[2] / "etc/postfixadmin/config.inc.php",) if path.exists())
    (work / "dbconfig.inc.php").write_text("<?php $dbtype = $dbserver = $dbuser = $dbpass = $dbname = '';\n")
    for name in ("config.inc.php", "config.local.php"):
        (folder / name).unlink(missing_ok=True)
    config = shipped.read_text().replace("/etc/postfixadmin/dbconfig.inc.php", f"{work}/dbconfig.inc.php")
    config = re.sub(r"require_once\('dbconfig.inc.php'\)", f"require_once('{work}/dbconfig.inc.php')", config)
    (folder / "config.inc.php").write_text(config)
    given = {"configured": "1", "database_type": kind, "setup_password": "x", **settings}
    lines = [f"$CONF['{key}'] = '{value}';" for key, value in given.items()]
    (folder / "config.local.php").write_text("<?php\n" + "\n".join(lines) + "\n")
    run("php", "upgrade.php", cwd=folder / "public")


def postfixadmin_on_mysql(source: Path, work: Path, url: str) -> tuple[str, int]:
    """A URL of a filled PostfixAdmin database."""
    parts = urlsplit(url)
    with mysql(url, "postfixadmin") as connection:
        server = {"database_host": "127.0.0.1", "database_port": str(parts.port), "database_user": parts.username or ""}
        install_postfixadmin(source, work, "mysqli", **server, database_password="", database_name="postfixadmin")
        count = fill(connection, rows.postfixadmin(STAFF), quote="`", mark="%s")
    return url.replace("/rival", "/postfixadmin"), count


def postfixadmin_on_postgres(source: Path, work: Path, url: str) -> tuple[str, int]:
    """The same on PostgreSQL."""
    parts, own = urlsplit(url), new_postgres(url, "postfixadmin")
    server = {"database_host": "127.0.0.1", "database_port": str(parts.port), "database_user": parts.username or ""}
    secret = {"database_password": parts.password or "", "database_name": "postfixadmin"}
    install_postfixadmin(source, work, "pgsql", **server, **secret)
    tables = rows.postfixadmin(STAFF)
    for row in tables["vacation"]:
        del row["cache"]  # PostgreSQL's table is without
    with closing(psycopg2.connect(own)) as connection:
        return own, fill(connection, tables, quote='"', mark="%s")


def postfixadmin_on_sqlite(source: Path, work: Path) -> tuple[str, int]:
    """The same on SQLite."""
    file = work / "postfixadmin.sqlite3"
    file.touch()
    install_postfixadmin(source, work, "sqlite", database_name=str(file))
    with closing(sqlite3.connect(file)) as connection:
        return str(file), fill(connection, rows.postfixadmin(STAFF), quote='"', mark="?")


def mailcow(schema: Path, work: Path, url: str) -> tuple[str, int]:
    """mailcow's tables as its published schema creates them."""
    parts, script = urlsplit(url), work / "mailcow.php"
    script.write_text(PHP_OF_MAILCOW)
    with mysql(url, "mailcow") as connection:
        run("php", script, schema, f"mysql:host=127.0.0.1;port={parts.port};dbname=mailcow", parts.username or "")
        count = fill(connection, rows.mailcow(STAFF), quote="`", mark="%s")
    return url.replace("/rival", "/mailcow"), count


def modoboa(venv: Path, work: Path, url: str) -> tuple[str, int]:
    """Modoboa's instance, deployed by its own program with its own migrations."""
    own = new_postgres(url, "modoboa")
    with running_redis(work):
        deploy = [str(venv / "bin/modoboa-admin.py"), "deploy", "instance", "--domain", "127.0.0.1"]
        options = ["--redisurl", f"redis://127.0.0.1:{REDIS_PORT}/0", "--dont-install-extensions"]
        run(*deploy, *options, "--dburl", f"default:{own}", cwd=work)
    with closing(psycopg2.connect(own)) as connection:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, id FROM auth_group")
            groups = dict(cursor.fetchall())
            cursor.execute("SELECT id FROM django_content_type WHERE app_label = 'admin' AND model = 'domain'")
            ((domain_type,),) = cursor.fetchall()
        return own, fill(connection, rows.modoboa(groups, domain_type, staff=STAFF), quote='"', mark="%s")


@contextmanager
def running_redis(work: Path) -> Iterator[None]:
    """Modoboa's deployment asks a Redis."""
    options = ["--port", str(REDIS_PORT), "--bind", "127.0.0.1", "--save", "", "--dir", str(work)]
    server = subprocess.Popen([find("redis-server"), *options], stdout=subprocess.DEVNULL)
    try:
        time.sleep(1)
        yield
    finally:
        server.terminate()
        server.wait()


def new_postgres(url: str, name: str) -> str:
    """The URL of a new database of the cluster."""
    with closing(psycopg2.connect(url)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")
    return url.replace("/oxaas", f"/{name}")


def dumped(work: Path, url: str) -> Path:
    """A dump of a MySQL or PostgreSQL database, by the server's own program."""
    parts = urlsplit(url)
    file = work / f"{parts.scheme}-{parts.path.strip('/')}.sql"
    if parts.scheme == "mysql":
        server = ["--host=127.0.0.1", f"--port={parts.port}", f"--user={parts.username}"]
        file.write_text(run("mariadb-dump", *server, parts.path.strip("/")))
    else:
        file.write_text(run("pg_dump", url))
    return file


def journey(work: Path, rival: str, title: str, source: str | Path, filled: int) -> list[str]:
    """Read, apply, apply the file again, undo; the row of the table."""
    database, folder = work / f"{title}.sqlite3".replace(" ", "-"), work / f"{title}-files".replace(" ", "-")
    manage(database, "migrate", "--verbosity=0")
    started = time.monotonic()
    manage(database, "import-from", rival, str(source), "--output", str(folder / "seen"))
    read = time.monotonic() - started
    started = time.monotonic()
    said = manage(database, "import-from", rival, str(source), "--output", f"{folder}/done", "--apply", "--no-input")
    applied = time.monotonic() - started
    changes = re.findall(r"([0-9]+) changes made", said)[0]
    again = manage(database, "provision", f"{folder}/done/provision.yaml").strip()
    batch = re.findall(r"manage.py undo (\S+)", said)[0]
    undone = manage(database, "undo", batch).strip()
    report = (folder / "done/report.md").read_text()
    counts = [list(map(int, found)) for found in re.findall(r"^\| `.*?` \| (\d+) \| (\d+) \| (\d+) \|$", report, re.M)]
    total, taken, left = (sum(column) for column in zip(*counts, strict=True))
    figures = [title, total, filled, taken, left, f"{read:.1f}", f"{applied:.1f}", changes, again, undone]
    print(" | ".join(map(str, figures)))
    return [str(figure) for figure in figures]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("postfixadmin", "mailcow", "modoboa"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    given = parser.parse_args()
    work = Path(tempfile.mkdtemp(prefix="oxaas-importers-"))
    cluster = Cluster()
    try:
        with running_mariadb() as maria:
            schema = given.mailcow.resolve()
            version = re.findall(r'\$db_version = "(.*?)"', schema.read_text())[0]
            sources: list[tuple[str, str, str | Path, int]] = [
                ("postfixadmin", "PostfixAdmin, MariaDB", *postfixadmin_on_mysql(given.postfixadmin, work, maria)),
                ("postfixadmin", "PostfixAdmin, SQLite", *postfixadmin_on_sqlite(given.postfixadmin, work)),
                (
                    "postfixadmin",
                    "PostfixAdmin, PostgreSQL",
                    *postfixadmin_on_postgres(given.postfixadmin, work, cluster.url),
                ),
                ("mailcow", f"mailcow, schema {version}", *mailcow(schema, work, maria)),
                ("modoboa", "Modoboa, PostgreSQL", *modoboa(given.modoboa, work, cluster.url)),
            ]
            dumps = [
                (rival, f"{title}, dump", dumped(work, str(source)), count)
                for rival, title, source, count in sources
                if "://" in str(source)
            ]
            table = [journey(work, *one) for one in [*sources, *dumps]]
    finally:
        cluster.stop()
        shutil.rmtree(work, ignore_errors=True)
    lines = [
        "| " + " | ".join(HEADS) + " |",
        "|" + "---|" * len(HEADS),
        *("| " + " | ".join(row) + " |" for row in table),
    ]
    print("\n".join(lines))
    RESULT.write_text(INTRODUCTION.format(date=time.strftime("%Y-%m-%d"), table="\n".join(lines)))


INTRODUCTION: Final = """# Importers on the real schemas

{date}, by `python -m bench.importers`: every database was made by the rival's own installer (PostfixAdmin's
upgrade.php from Debian's package, Modoboa's deployment with its migrations, mailcow's published schema), and filled
with the rows of `tests/importers/rows.py`. "rows" are all rows that the report accounts for; what is above "filled" was
put there by the installer. Each file was applied to an empty SQLite installation, applied again, and undone by
`manage.py undo`. The seconds include the start of the program, those of "applied" also the preview; the processors had
other work as well.

{table}
"""


if __name__ == "__main__":
    main()
