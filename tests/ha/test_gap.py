"""No gap: a reload, a stop and an upgrade of one node after the other, all of them under load, and no call fails."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg2
import pytest

from tests.client import FORWARDS
from tests.ha.balancer import WebBalancer
from tests.ha.browser import Browser
from tests.ha.load import Load
from tests.ha.test_nodes import UIDNAME, _make_database, until
from tests.serving import BASE, Server, build_world, environment_of, free_port, running

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("nodes")]

SALES: Final = f"{FORWARDS}/24/sales@acme.example"
# New processes load the whole application, on a machine that is busy with other things.
LONG: Final = 300
TOKEN: Final = "a-token-for-prometheus"
GOOD: Final = {"GET 200", "POST 201"}
UNIT: Final = (BASE / "deploy/systemd/oxaas-web.service").read_text()
# What the next version adds to a table, and to its model.
MIGRATION: Final = """
from django.db import migrations, models
class Migration(migrations.Migration):
    dependencies = [("forwards", "{last}")]
    operations = [migrations.AddField("forwardingalias", "remark", models.TextField(default="", db_default=""))]
"""


@pytest.fixture(scope="module")
def environment(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """A database of their own, with the world and a worker seen for as long as these tests take."""
    # The tests of this module may be shared out among several processes.
    name = f"oxaas_gap_{os.getpid()}"
    folder, url = tmp_path_factory.mktemp("gap"), urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    _make_database(postgres_url, name)
    more = {"LOG_LEVEL": "INFO", "METRICS_TOKEN": TOKEN, "METRICS_FOLDER": f"{folder}/metrics"}
    found = environment_of(folder, DATABASE_URL=url, **more) | {"DEBUG": "true", "TRUSTED_PROXIES": "1"}
    build_world(found)
    run(found, "INSERT INTO bulk_heartbeat (name, seen_at) VALUES ('worker', now() + interval '1 hour')")
    return found


def run(environment: dict[str, str], statement: str) -> list[Any]:
    """The rows of a statement."""
    with closing(psycopg2.connect(environment["DATABASE_URL"])) as connection:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


def told(server: Server, action: str) -> None:
    """Tell the server what the unit's lines would: ExecReload, or ExecStop and the end."""
    lines = re.findall(rf"^Exec{action}=-?/usr/bin/pkill --signal (\w+) --parent \$MAINPID$", UNIT, re.MULTILINE)
    assert lines, f"the unit says nothing of {action}"
    for name in lines:
        subprocess.run(["pkill", "--signal", name, "--parent", str(server.process.pid)], check=True)


def metrics(port: int, name: str) -> float:
    """The sum of a figure's samples."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    text = connection.getresponse().read().decode()
    connection.close()
    return sum(float(value) for value in re.findall(rf"^{name}{{[^}}]*}} (\S+)$", text, re.MULTILINE))


def test_reload__changes_code_and_settings_and_no_call_fails(environment: dict[str, str], tmp_path: Path) -> None:
    settings, log = tmp_path / "oxaas.env", tmp_path / "log"
    settings.write_text("MASTER_ACCOUNT_OVERRIDE=true\n")
    more = environment | {"OXAAS_ENV_FILE": str(settings)}
    with running(log, more, workers=2) as server:
        browser = Browser(server.port)
        assert browser.call(UIDNAME, "root") == 200
        with Load(server.port).running() as load:
            until(lambda: load.calls > 20, "calls")
            before = metrics(server.port, "oxaas_requests_total")
            settings.write_text("MASTER_ACCOUNT_OVERRIDE=false\n")
            told(server, "Reload")
            server.process.send_signal(signal.SIGHUP)
            until(lambda: log.read_text().count("Stopped old worker") == 2, "both workers are new", LONG)
            reloaded = load.calls
            until(lambda: load.calls > reloaded + 20, "calls after the reload")
        assert set(load.found) == GOOD, load.found
        assert browser.call(UIDNAME, "root") == 401
        assert metrics(server.port, "oxaas_requests_total") >= before + reloaded - 20, "what was counted is not lost"
    assert "Traceback" not in log.read_text()


def test_stop__answers_what_is_under_way(environment: dict[str, str], tmp_path: Path) -> None:
    """A call that waits for a lock while its server is told to end."""
    found: list[int] = []
    with running(tmp_path / "log", environment) as server:
        browser = Browser(server.port)
        assert browser.call(SALES, "alpha") == 200
        with closing(psycopg2.connect(environment["DATABASE_URL"])) as connection:
            connection.cursor().execute("LOCK TABLE forwards_forwardingalias IN ACCESS EXCLUSIVE MODE")
            call = threading.Thread(target=lambda: found.append(browser.call(SALES, "alpha")))
            call.start()
            waiting = "SELECT 1 FROM pg_locks WHERE NOT granted AND relation = 'forwards_forwardingalias'::regclass"
            until(lambda: run(environment, waiting), "the call waits")
            server.process.terminate()
            time.sleep(0.5)
            connection.rollback()
        call.join(60)
        assert server.process.wait(60) == 0
    assert found == [200]


class Nodes:
    """Two nodes at addresses that stay, behind HAProxy, each of a version of the code of its own."""

    def __init__(self, environment: dict[str, str], folder: Path, stack: ExitStack) -> None:
        self._environment, self._folder, self._stack = environment, folder, stack
        self._ports = free_port(), free_port()
        self._running: list[Any] = [None, None]
        self.servers: list[Any] = [None, None]
        for number in (0, 1):
            self.start(number, BASE)
        balancer = WebBalancer(*self._ports)
        stack.callback(balancer.stop)
        balancer.start()
        self.port = balancer.port

    def start(self, number: int, code: Path) -> None:
        """As the unit starts it."""
        log = self._folder / f"log{number}-{code.name}"
        more = self._environment | {"PYTHONPATH": str(code)}
        context = running(log, more, port=self._ports[number], code=code)
        self._running[number] = context
        self.servers[number] = self._stack.enter_context(context)

    def stop(self, number: int) -> None:
        """As the unit stops it: some seconds pass between what ExecStop says and the end."""
        server: Server = self.servers[number]
        told(server, "Stop")
        time.sleep(float(re.findall(r"^ExecStop=/bin/sleep (\d+)$", UNIT, re.MULTILINE)[0]))
        server.process.terminate()
        assert server.process.wait(60) == 0

    def answers(self, number: int) -> bool:
        """Whether the balancer sends calls there."""
        browser = Browser(self.port)
        for _ in range(4):
            browser.get("/health/ready")
        return f"node{number + 1}" in browser.nodes


def next_version(code: Path) -> Path:
    """The code as it is, and a column that the next version adds and writes."""
    code.mkdir()
    shutil.copy(BASE / "manage.py", code)
    packages = {one.parent for one in BASE.glob("*/__init__.py")} - {BASE / "tests", BASE / "bench"}
    for folder in packages | {BASE / name for name in ("templates", "locale", "static", "contract")}:
        shutil.copytree(folder, code / folder.name, ignore=shutil.ignore_patterns("__pycache__"))
    migrations = code / "forwards/migrations"
    last = max(one.stem for one in migrations.glob("0*.py"))
    (migrations / "0099_remark.py").write_text(MIGRATION.replace("{last}", last))
    model = code / "forwards/models.py"
    field = '    remark = models.TextField(default="", db_default="")\n'
    place = re.compile(r"(class ForwardingAlias\(.*?\n)(    is_active = )", re.DOTALL)
    text, count = place.subn(rf"\1{field}\2", model.read_text())
    assert count == 1
    model.write_text(text)
    return code


def test_upgrade__of_one_node_after_the_other_with_a_migration_and_no_call_fails(
    environment: dict[str, str], tmp_path: Path
) -> None:
    code = next_version(tmp_path / "next")
    with ExitStack() as stack:
        nodes = Nodes(environment, tmp_path, stack)
        until(lambda: nodes.answers(0) and nodes.answers(1), "both nodes are ready")
        with Load(nodes.port).running() as load:
            until(lambda: load.calls > 20, "calls")
            migrate = [sys.executable, "manage.py", "migrate", "--verbosity=0"]
            subprocess.run(migrate, cwd=code, env=environment | {"PYTHONPATH": str(code)}, check=True)
            for number in (0, 1):
                nodes.stop(number)
                nodes.start(number, code)
                until(partial(nodes.answers, number), "the node of the next version is ready", LONG)
            upgraded = load.calls
            until(lambda: load.calls > upgraded + 20, "calls after the upgrade")
        assert set(load.found) == GOOD, load.found
    assert run(environment, "SELECT count(*) FROM forwards_forwardingalias WHERE remark = ''")[0][0] > 20
    for log in tmp_path.glob("log*"):
        assert "Traceback" not in log.read_text()
