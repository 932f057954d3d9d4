"""Containerfile and compose.yaml name what is there, and start the application as the systemd units do."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parent.parent
CONTAINERFILE = (ROOT / "Containerfile").read_text()
SCRIPTS = sorted((ROOT / "deploy/container").iterdir())


@pytest.fixture(scope="module")
def compose() -> Any:
    return yaml.safe_load((ROOT / "compose.yaml").read_text())


def test_compose__builds_targets_that_there_are(compose: Any) -> None:
    stages = set(re.findall(r"^FROM \S+ AS (\w+)$", CONTAINERFILE, re.MULTILINE))
    targets = {one["build"]["target"] for one in compose["services"].values() if "build" in one}

    assert targets == stages - {"build"} == {"app", "postfix", "dovecot"}


def test_compose__declares_every_secret_and_volume_that_is_used(compose: Any) -> None:
    services = compose["services"].values()
    secrets = {name for one in services for name in one.get("secrets", [])}
    named = {volume.split(":")[0] for one in services for volume in one.get("volumes", [])}

    assert secrets == set(compose["secrets"])
    assert {name for name in named if not name.startswith(".")} == set(compose["volumes"])
    files = {name for name in named if name.startswith("./deploy")}
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_compose__waits_for_services_that_there_are(compose: Any) -> None:
    waited = {name for one in compose["services"].values() for name in one.get("depends_on", {})}
    assert waited <= set(compose["services"])


def test_images__copy_files_that_there_are() -> None:
    copied = re.findall(r"^COPY (?:--chmod=\d+ )?(deploy/\S+|requirements\.txt)", CONTAINERFILE, re.MULTILINE)
    assert len(copied) == 5
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_image__starts_the_server_as_the_unit_does() -> None:
    command = json.loads(re.findall(r"^CMD (\[\"granian.*\])$", CONTAINERFILE, re.MULTILINE)[0])
    unit = (ROOT / "deploy/systemd/oxaas-web.service").read_text()
    (started,) = re.findall(r"^ExecStart=\S+/granian (.*)$", unit, re.MULTILINE)

    assert {word for word in command if word.startswith("--")} <= set(shlex.split(started))
    assert command[-1] == "oxaas.wsgi:application"
    assert command[command.index("--blocking-threads") + 1] == "64"


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_scripts__parse(script: Path) -> None:
    subprocess.run(["sh", "-n", script], check=True)


def test_scripts__find_what_they_replace() -> None:
    """A stand-in for a value that was renamed in deploy/ would be left as it is."""
    postfix = (ROOT / "deploy/postfix/main.cf").read_text()
    assert "unix:private/quota-status" in postfix
    assert "lmtp:unix:private/dovecot-lmtp" in postfix
    for table in (ROOT / "deploy/postfix").glob("pgsql-*.cf"):
        assert re.search(r"^hosts = ", table.read_text(), re.MULTILINE)
    dovecot = ROOT / "deploy/dovecot-2.4"
    assert re.search(r"^pgsql .* {$", (dovecot / "database.conf").read_text(), re.MULTILINE)
    assert "allow_nets=" in (dovecot / "master-users").read_text()
    assert re.search(r"^log_path = ", (dovecot / "dovecot.conf").read_text(), re.MULTILINE)


def test_documents__block_of_secrets_makes_those_of_compose(compose: Any, tmp_path: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", (ROOT / "docs/containers.md").read_text(), re.DOTALL | re.MULTILINE)
    (block,) = (one for one in blocks if "secrets" in one)
    subprocess.run(["bash", "-euc", block], cwd=tmp_path, check=True, env={"PATH": os.environ["PATH"]})

    assert {path.name for path in (tmp_path / "secrets").iterdir()} == set(compose["secrets"])
    assert (tmp_path / "secrets").stat().st_mode & 0o077 == 0
    password = (tmp_path / "secrets/database_password").read_text()
    assert (tmp_path / "secrets/database_url").read_text() == f"postgres://oxaas:{password}@database/oxaas"
