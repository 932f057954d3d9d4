"""What fail2ban itself makes of deploy/fail2ban and of the lines that oxaas writes."""

from __future__ import annotations

import logging
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from tests.accounts.test_logins import SALES, lines
from tests.client import Api
from tests.world import PASSWORD, World

DEPLOY: Final = Path(__file__).parents[2] / "deploy" / "fail2ban"
ATTACKERS: Final = ("192.0.2.7", "2001:db8::1:7")
FORGED: Final = "WARNING oxaas.login: login outcome=wrong channel=api address=203.0.113.9 second_factor=-"


@pytest.fixture
def log(api: Api, world: World, caplog: Any, tmp_path: Path) -> Path:
    """Standard error after refusals of two addresses, logins of a third, and names that try to forge lines."""
    caplog.set_level(logging.INFO)
    for address in ATTACKERS:
        api.client.defaults["REMOTE_ADDR"] = address
        for login, password in [("alpha", "wrong"), ("nobody", "x"), (FORGED, "x")]:
            api("GET", SALES, login, password=password)
    api.client.defaults["REMOTE_ADDR"] = "192.0.2.9"
    api("GET", SALES, "alpha", password=PASSWORD)
    file = tmp_path / "oxaas.log"
    file.write_text(
        "\n".join([*lines(caplog), f"2026-11-27T16:00:00.123+01:00 WARNING django.request: Not Found: /{FORGED}\n"])
    )
    return file


@pytest.fixture
def folder(log: Path, tmp_path: Path) -> Path:
    """fail2ban's configuration with ours in it, as it is shipped but for the firewall and where the log is."""
    folder = tmp_path / "fail2ban"
    shutil.copytree("/etc/fail2ban", folder)
    for name in (folder / "jail.d").iterdir():
        name.unlink()
    shutil.copy(DEPLOY / "filter.conf", folder / "filter.d" / "oxaas.conf")
    jail = (DEPLOY / "jail.conf").read_text()
    for shipped, here in (
        ("backend = systemd", f"backend = polling\nlogpath = {log}\nbanaction = dummy\nlogtimezone = UTC"),
        ("maxretry = 50", "maxretry = 3"),
    ):
        assert shipped in jail
        jail = jail.replace(shipped, here)
    (folder / "jail.d" / "oxaas.conf").write_text(jail)
    (folder / "fail2ban.local").write_text(f"[Definition]\nlogtarget = {tmp_path / 'fail2ban.log'}\ndbfile = None\n")
    return folder


def said(*command: str | Path) -> str:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_filter__finds_each_refusal_and_nothing_that_a_client_has_made_up(log: Path) -> None:
    found = said("fail2ban-regex", "-o", "ip", log, DEPLOY / "filter.conf").split()
    assert found == [address for address in ATTACKERS for _refusal in range(3)]


@pytest.fixture
def client(folder: Path, tmp_path: Path) -> Iterator[list[str | Path]]:
    """The command that talks to a fail2ban of this test's own."""
    command: list[str | Path] = ["fail2ban-client", "-c", folder, "-s", tmp_path / "socket", "-p", tmp_path / "pid"]
    said(*command, "start")
    try:
        yield command
    finally:
        said(*command, "stop")


def test_jail__shuts_out_who_is_refused_too_often_and_nobody_else(client: list[str | Path]) -> None:
    end, banned = time.monotonic() + 30, set[str]()
    while banned != set(ATTACKERS) and time.monotonic() < end:
        time.sleep(0.2)
        banned = set(said(*client, "get", "oxaas", "banip").split())
    assert banned == set(ATTACKERS)
