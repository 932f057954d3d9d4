"""The configuration in `deploy/` for the Dovecot that is installed, and what of it the tests replace."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from tests.mail.deployment import DEPLOY

Replacements = dict[str, dict[str, str]]
"""File → text in it → what stands there in the tests."""

_QUOTE: Final = "'"


@cache
def version() -> str:
    """The installed Dovecot's, as far as it decides about the configuration: "2.4"."""
    said = subprocess.run(["dovecot", "--version"], check=True, capture_output=True, text=True).stdout
    return ".".join(said.split()[0].split(".")[:2])


def folder() -> str:
    """The folder of `deploy/` with this version's files."""
    name = f"dovecot-{version()}"
    if not (DEPLOY / name).is_dir():
        raise AssertionError(f"deploy/ has no configuration for Dovecot {version()}")
    return name


@dataclass(frozen=True)
class Connection:
    """Where Dovecot finds the database, and the password of its role."""

    host: str
    port: int
    name: str
    password: str

    def _replacements_2_3(self) -> Replacements:
        quoted = self.password.replace(_QUOTE, f"\\{_QUOTE}")
        connect = {
            "host=127.0.0.1 port=5432 dbname=oxaas": f"host={self.host} port={self.port} dbname={self.name}",
            "password=CHANGE-ME": f"password={_QUOTE}{quoted}{_QUOTE}",
        }
        return dict.fromkeys(("users-sql.conf", "unknown-sql.conf", "lastlogin-dict.conf"), connect)

    def _replacements_2_4(self) -> Replacements:
        return {
            "database.conf": {
                "pgsql 127.0.0.1": f"pgsql {self.host}",
                "port = 5432": f"port = {self.port}",
                "dbname = oxaas": f"dbname = {self.name}",
                "password = CHANGE-ME": f'password = "{self.password}"',
            }
        }

    def replacements(self) -> Replacements:
        """For the files that say where the database is."""
        return self._replacements_2_3() if version() == "2.3" else self._replacements_2_4()


def replacements(
    connection: Connection, configuration: Mapping[str, str], *, folder: str, mail: str, hashed: str
) -> Replacements:
    """For every file: `configuration` for dovecot.conf, and where its folder, the mailboxes and the secret are."""
    place = {"/etc/dovecot": folder}
    found = {
        "dovecot.conf": {**configuration, **place},
        "owners.conf": place,
        "master-users": {"{SHA512-CRYPT}CHANGE-ME": hashed},
        **connection.replacements(),
    }
    # The file with the query for a mailbox's home.
    query = "users-sql.conf" if version() == "2.3" else "dovecot.conf"
    found[query] = {**found[query], "/var/vmail": mail}
    return found
