"""The files of deploy/: each server's own check has nothing to say, and the role reads what it must alone."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from tests.mail import dovecot, nginx
from tests.mail.deployment import DEPLOY, DeploymentError, deployed
from tests.mail.mailing import MAIL_TESTS
from tests.mail.platform import REPOSITORY
from tests.mail.stack import ROLE_PASSWORD, Stack, wait_until
from tests.world import World

pytestmark = MAIL_TESTS

# Folders of Debian's packages, where the backups are written.
OF_BACKUPS = ("/var/lib/pgbackrest", "/var/log/pgbackrest", "/run/postgresql")
READABLE = {("mail", name) for name in ("mailbox", "mailbox_address", "alias", "domain")}


def said(*command: str) -> str:
    """What a checking command prints; it must succeed."""
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd="/")
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_postfix_check__has_nothing_to_say(stack: Stack) -> None:
    assert stack.postfix("postfix", "check").stderr == ""
    assert stack.postfix("postconf", "-n").stderr == "", "an unknown or unused setting"


def test_doveconf__has_nothing_to_say(stack: Stack) -> None:
    done = subprocess.run(
        ["doveconf", "-n", "-c", str(stack.folder / "dovecot" / "dovecot.conf")],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert done.stderr == ""
    assert "passdb" in done.stdout


def test_servers__start_without_a_warning(stack: Stack, world: World) -> None:
    stack.stop_dovecot()
    log = stack.folder / "dovecot.log"
    before = log.stat().st_size
    stack.start_dovecot()
    wait_until(lambda: "starting up" in log.read_text()[before:], "Dovecot writes its log")
    started = log.read_text()[before:]
    assert not [line for line in started.splitlines() if "Warning" in line or "Error" in line]


def test_nginx__accepts_the_site(tmp_path: Path, stack: Stack) -> None:
    certificates = {"/etc/ssl/oxaas": str(stack.certificate.parent)}
    (tmp_path / "site").write_text(nginx.site(certificates))
    main = tmp_path / "nginx.conf"
    main.write_text(
        f"pid {tmp_path}/pid; error_log stderr; events {{}} http {{ access_log off; include {tmp_path}/site; }}"
    )
    words = [line for line in said("nginx", "-t", "-c", str(main)).splitlines() if "successful" not in line]
    assert [line for line in words if "syntax is ok" not in line] == []


def test_systemd__accepts_the_units(tmp_path: Path) -> None:
    units = sorted((DEPLOY / "systemd").iterdir())
    assert {unit.name for unit in units} == {
        "oxaas-web.service", "oxaas-worker.service", "oxaas-measure.service", "oxaas-measure.timer",
        "oxaas-backup.service", "oxaas-backup.timer",
    }  # fmt: skip
    for unit in units:
        places = {"/opt/oxaas": str(REPOSITORY), "/etc/oxaas": str(tmp_path)}
        moved = {place: here for place, here in places.items() if f"={place}" in unit.read_text()}
        (tmp_path / unit.name).write_text(deployed(f"systemd/{unit.name}", moved, may_stay=OF_BACKUPS))
    files = [str(tmp_path / unit.name) for unit in units]
    assert said("systemd-analyze", "verify", "--man=no", *files) == ""


@pytest.mark.parametrize("unit", sorted(DEPLOY.glob("systemd/*.service")), ids=lambda path: path.name)
def test_systemd__units_are_confined(unit: Path) -> None:
    """systemd's own judgement, in tenths of an exposure from 0 to 10; a network service hardly gets below 10."""
    said("systemd-analyze", "security", "--offline=true", "--threshold=20", str(unit))


def test_deployed__notices_a_line_that_is_gone_and_one_that_is_new(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DeploymentError, match="not there"):
        deployed(f"{dovecot.folder()}/owners.conf", {"not there": "x"})
    with pytest.raises(DeploymentError, match="do not replace"):
        deployed(f"{dovecot.folder()}/owners.conf", {})


@pytest.fixture
def role(stack: Stack, world: World) -> Iterator[Any]:
    """A connection as the mail servers make it."""
    database = stack.database
    connection = psycopg2.connect(
        host=database.host, port=database.port, dbname=database.name, user="mailserver", password=ROLE_PASSWORD
    )
    connection.autocommit = True
    try:
        yield connection.cursor()
    finally:
        connection.close()


def test_role__reads_the_views_and_nothing_else(role: Any) -> None:
    role.execute(
        "SELECT n.nspname, c.relname, has_table_privilege(c.oid, 'SELECT'), "
        "has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') "
        "FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE c.relkind IN ('r', 'v', 'm', 'p', 'S') AND n.nspname NOT IN ('pg_catalog', 'information_schema') "
        "AND n.nspname NOT LIKE 'pg_toast%'"
    )
    rows = role.fetchall()
    assert len(rows) > 20
    assert {(schema, name) for schema, name, reads, _writes in rows if reads} == READABLE
    assert {(schema, name) for schema, name, _reads, writes in rows if writes} == {("public", "last_login")}


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT password FROM accounts_administrator",
        "SELECT last_login FROM last_login",
        "DELETE FROM last_login",
        "UPDATE accounts_user SET is_active = true",
        "UPDATE forwards_recipient SET address = 'me@far.example'",
        "SELECT * FROM mail.context_in_service",
        "CREATE TABLE public.mine (id int)",
        "CREATE TEMPORARY TABLE mine (id int)",
        "CREATE FUNCTION mail.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "COPY (SELECT 1) TO PROGRAM 'true'",
        "CREATE ROLE another",
    ],
)
def test_role__may_not(role: Any, statement: str) -> None:
    with pytest.raises(InsufficientPrivilege):
        role.execute(statement)


def test_role__script_can_be_run_again(stack: Stack) -> None:
    stack.database.grant()


@pytest.mark.parametrize("view", ["mailbox", "mailbox_address", "alias", "domain"])
def test_views__are_read_by_index(role: Any, world: World, view: str) -> None:
    """What every delivery asks must not read a table from end to end."""
    key = "name" if view == "domain" else "address"
    role.execute("SET enable_seqscan = off")
    role.execute(f"EXPLAIN (FORMAT TEXT) SELECT * FROM mail.{view} WHERE {key} = mail.asked('x@y.example')")
    plan = "\n".join(line for (line,) in role.fetchall())
    large = ("accounts_user", "forwards_forwardingalias", "forwards_recipient", "domains_explicitdomain")
    assert not [table for table in large if f"Seq Scan on {table}" in plan], plan
