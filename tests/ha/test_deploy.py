"""The files of `deploy/ha` are what their programs read; `make torture-ha` runs them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.mail.deployment import DEPLOY
from tests.mail.stack import run

FOLDER: Final = DEPLOY / "ha"


@pytest.mark.parametrize("name", ["haproxy-database.cfg", "haproxy-web.cfg"])
def test_haproxy__takes_the_file(name: str, tmp_path: Path) -> None:
    certificate = tmp_path / "haproxy.pem"
    names = ["-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "2"]
    run(["openssl", "req", *names, "-keyout", str(tmp_path / "key"), "-out", str(tmp_path / "certificate")])
    certificate.write_text("".join((tmp_path / one).read_text() for one in ("certificate", "key")))
    text = (FOLDER / name).read_text().replace("/etc/ssl/oxaas/haproxy.pem", str(certificate))
    (tmp_path / name).write_text(text)
    assert "warning" not in run(["/usr/sbin/haproxy", "-c", "-f", str(tmp_path / name)]).stdout.lower()


def test_machines__are_the_same_in_all_files() -> None:
    patroni = yaml.safe_load((FOLDER / "patroni.yml").read_text())
    machines = [address.partition(":")[0] for address in patroni["etcd3"]["hosts"].split(",")]
    etcd, haproxy = ((FOLDER / name).read_text() for name in ("etcd.default", "haproxy-database.cfg"))
    for number, machine in enumerate(machines, start=1):
        assert f"db{number}=http://{machine}:2380" in etcd
        assert haproxy.count(f"server db{number} {machine}:5432") == 2


def test_patroni__times_leave_room_for_its_leader_to_step_down() -> None:
    """As its manual demands: loop_wait and two retries fit into the leader's term, of which 20 seconds is the least."""
    settings = yaml.safe_load((FOLDER / "patroni.yml").read_text())["bootstrap"]["dcs"]
    assert settings["ttl"] >= max(20, settings["loop_wait"] + 2 * settings["retry_timeout"])
    assert settings["synchronous_mode"] is True
