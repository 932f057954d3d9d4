"""Three database machines on loopback, from the files of `deploy/ha`: etcd, Patroni, PostgreSQL, and HAProxy before."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import tempfile
import time
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final

from bench.torture.machine import children
from tests import postgres
from tests.ha.balancer import Balancer
from tests.mail.deployment import deployed
from tests.mail.keeper import Daemon
from tests.mail.stack import free_ports, wait_until

PASSWORDS: Final = {name: f"{name}-of-the-torture" for name in ("superuser", "replicator", "rewinder")}
START_SECONDS: Final = 120.0
NAMES: Final = ("db1", "db2", "db3")


class Machine:
    """etcd, Patroni and its PostgreSQL."""

    def __init__(self, folder: Path, number: int, ports: dict[str, list[int]]) -> None:
        self.name = NAMES[number]
        self.folder = folder / self.name
        self.folder.mkdir()
        self.folder.chmod(0o700)
        shutil.chown(self.folder, "postgres", "postgres")
        self.api, self.port = ports["api"][number], ports["postgres"][number]
        self._number, self._ports = number, ports
        self._etcd = Daemon(
            ["/usr/bin/etcd", "--logger=zap", "--log-level=error"],
            log=folder / f"{self.name}.etcd.log", user="postgres", environment=self._etcd_environment(),
        )  # fmt: skip
        (folder / f"{self.name}.yml").write_text(self._patroni())
        self._patroni_daemon = Daemon(
            ["/usr/bin/patroni", str(folder / f"{self.name}.yml")],
            log=folder / f"{self.name}.log", user="postgres", environment={"PATH": "/usr/bin:/bin", "PYTHONPATH": ""},
        )  # fmt: skip

    def start_etcd(self) -> None:
        """Start etcd, which needs another one to be of use."""
        self._etcd.start()

    def start(self) -> None:
        """Start Patroni, which starts PostgreSQL."""
        self._patroni_daemon.stop()
        self._patroni_daemon.start()

    def kill(self) -> None:
        """Patroni and PostgreSQL are gone at once, as with the machine. etcd stays: it may be on others."""
        processes = descendants(self._patroni_daemon.keeper)
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def kill_postgres(self) -> None:
        """PostgreSQL alone is gone; Patroni sees it."""
        main = int((self.folder / "data" / "postmaster.pid").read_text().split()[0])
        for process in (main, *children(main)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)

    def stop(self) -> None:
        """Leave no process behind."""
        self.kill()
        self._patroni_daemon.stop()
        self._etcd.stop()

    def said(self) -> str:
        """The end of what Patroni printed."""
        return self._patroni_daemon.said()

    def state(self) -> dict[str, Any]:
        """What Patroni says of this machine; nothing when it does not answer."""
        with suppress(OSError, ValueError, http.client.HTTPException), closing(self._line()) as line:
            line.request("GET", "/patroni")
            found: dict[str, Any] = json.loads(line.getresponse().read())
            return found
        return {}

    def is_primary(self) -> bool:
        """Whether Patroni calls it that."""
        with suppress(OSError, http.client.HTTPException), closing(self._line()) as line:
            line.request("GET", "/primary")
            return line.getresponse().status == 200
        return False

    def _line(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.api, timeout=3)

    def _etcd_environment(self) -> dict[str, str]:
        peers, clients = self._ports["peer"], self._ports["etcd"]
        own = {"ETCD_NAME=db1": f"ETCD_NAME={self.name}", "/var/lib/etcd/default": str(self.folder / "etcd")}
        own |= {f"{name}=http://10.0.0.{21 + number}:2380": f"{name}=http://127.0.0.1:{peers[number]}"
                for number, name in enumerate(NAMES)}  # fmt: skip
        own |= {"10.0.0.21:2380": f"127.0.0.1:{peers[self._number]}"}
        own |= {"10.0.0.21:2379": f"127.0.0.1:{clients[self._number]}"}
        lines = deployed("ha/etcd.default", own).splitlines()
        return dict(line.split("=", 1) for line in lines if line)

    def _patroni(self) -> str:
        binaries = str(postgres.find_binaries())
        return deployed(
            "ha/patroni.yml",
            {
                "name: db1": f"name: {self.name}",
                "10.0.0.21:2379,10.0.0.22:2379,10.0.0.23:2379": ",".join(
                    f"127.0.0.1:{port}" for port in self._ports["etcd"]
                ),
                "10.0.0.21:8008": f"127.0.0.1:{self.api}",
                "10.0.0.21:5432": f"127.0.0.1:{self.port}",
                "10.0.0.0/24": "127.0.0.1/32",
                "/var/lib/postgresql/17/oxaas": str(self.folder / "data"),
                "/usr/lib/postgresql/17/bin": binaries,
                "/var/lib/postgresql/.pgpass-patroni": str(self.folder / "pgpass"),
                "/var/run/postgresql": str(self.folder),
                "mode: automatic": "mode: off",
                **{f"CHANGE-ME-{name}": password for name, password in PASSWORDS.items()},
            },
            may_stay=(binaries,),
        )


class Machines:
    """All three, and HAProxy: `port` leads to the primary, `standby_port` to a standby."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="oxaas-ha-", dir="/tmp"))
        self.folder.chmod(0o755)
        numbers = free_ports(14)
        self.port, self.standby_port = numbers[12:]
        ports = {
            kind: numbers[3 * place : 3 * place + 3] for place, kind in enumerate(("api", "postgres", "peer", "etcd"))
        }
        self.all = [Machine(self.folder, number, ports) for number in range(3)]
        self._balancer = Balancer("haproxy-database.cfg", self._replacements())

    def _replacements(self) -> dict[str, str]:
        found = {
            "127.0.0.1:5432": f"127.0.0.1:{self.port}",
            "127.0.0.1:5433": f"127.0.0.1:{self.standby_port}",
            " check port 8008": "",
        }
        for number, machine in enumerate(self.all):
            found[f"10.0.0.{21 + number}:5432"] = f"127.0.0.1:{machine.port} check port {machine.api}"
        return found

    def start(self) -> None:
        """Make a cluster of one, then copy it twice."""
        for machine in self.all:
            machine.start_etcd()
        self.all[0].start()
        wait_until(self.all[0].is_primary, f"a primary: {self.all[0].said()}", seconds=START_SECONDS)
        for machine in self.all[1:]:
            machine.start()
        self._balancer.start(self.port)
        self.wait_until_whole()

    def wait_until_whole(self) -> float:
        """The seconds until there are two standbys, one of them synchronous."""
        begun = time.monotonic()
        wait_until(self._is_whole, "two standbys, one of them synchronous", seconds=START_SECONDS)
        return time.monotonic() - begun

    def primary(self) -> Machine:
        """The machine that is the primary now."""
        found: Machine = wait_until(
            lambda: next((one for one in self.all if one.is_primary()), None), "a primary", seconds=START_SECONDS
        )
        return found

    def stop(self) -> None:
        """Leave nothing behind."""
        self._balancer.stop()
        for machine in self.all:
            machine.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _is_whole(self) -> bool:
        states = [one.state() for one in self.all]
        primary = [one for one in states if one.get("role") in {"master", "primary"} and one.get("state") == "running"]
        if len(primary) != 1:
            return False
        streaming = [one for one in primary[0].get("replication", []) if one.get("state") == "streaming"]
        return len(streaming) == 2 and any(one.get("sync_state") in {"sync", "quorum"} for one in streaming)


def descendants(process: int) -> list[int]:
    """The processes below this one, parents first."""
    found = children(process)
    return [*found, *(below for child in found for below in descendants(child))]
