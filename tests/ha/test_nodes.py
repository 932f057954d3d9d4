"""Two nodes of the application behind HAProxy: nothing of what one did is unknown to the other."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher

from tests.client import ADMIN, FORWARDS
from tests.ha.balancer import WebBalancer
from tests.ha.browser import Browser
from tests.serving import BASE, Server, build_world, environment_of, running

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("nodes")]

PATIENCE: Final = 60
NODES: Final = {"node1", "node2"}
LIMIT: Final = 4
UIDNAME: Final = f"{ADMIN}/contexts/24/users/42/uidname"


@dataclass(frozen=True)
class Nodes:
    """Both of them, the balancer's port, and their database."""

    port: int
    servers: tuple[Server, Server]
    database: str

    def run(self, statement: str, *parameters: Any) -> None:
        """Change something behind the nodes' backs."""
        with closing(psycopg2.connect(self.database)) as connection:
            connection.autocommit = True
            connection.cursor().execute(statement, parameters)


@pytest.fixture(scope="module")
def nodes(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nodes]:
    """Two nodes, a worker as on one of them, and a database of their own."""
    # The tests of this module may be shared out among several processes.
    name = f"oxaas_nodes_{os.getpid()}"
    folder, url = tmp_path_factory.mktemp("nodes"), urlsplit(postgres_url)._replace(path=f"/{name}").geturl()
    _make_database(postgres_url, name)
    more = {"LOGIN_FAILURE_LIMIT": str(LIMIT), "BULK_REQUEST_ROWS": "0", "TRUSTED_PROXIES": "1", "DEBUG": "true"}
    environment = environment_of(folder, DATABASE_URL=url, **more)
    build_world(environment)
    with ExitStack() as stack:
        worker = subprocess.Popen([sys.executable, "manage.py", "worker"], cwd=BASE, env=environment)
        stack.callback(worker.wait)
        stack.callback(worker.terminate)
        first, second = (stack.enter_context(running(folder / f"log{one}", environment)) for one in (1, 2))
        balancer = WebBalancer(first.port, second.port)
        stack.callback(balancer.stop)
        balancer.start()
        found = Nodes(balancer.port, (first, second), url)
        until(lambda: _both_answer(found), "both nodes are ready")
        yield found
    for one in (1, 2):
        assert "Traceback" not in (folder / f"log{one}").read_text()


def _make_database(server: str, name: str) -> None:
    with closing(psycopg2.connect(server)) as connection:
        connection.autocommit = True
        connection.cursor().execute(f"CREATE DATABASE {name}")


def _both_answer(nodes: Nodes) -> bool:
    browser = Browser(nodes.port)
    for _ in range(4):
        browser.get("/health")
    return browser.nodes == NODES


def until(true: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """What is true, once it is."""
    end = time.monotonic() + patience
    while not (found := true()):
        assert time.monotonic() < end, f"never: {what}"
        time.sleep(0.05)
    return found


@pytest.fixture
def person(nodes: Nodes) -> Iterator[Browser]:
    """A person, whom both nodes have served in the end."""
    person = Browser(nodes.port)
    yield person
    assert person.nodes >= NODES


def test_session__of_one_node_is_known_to_the_other(person: Browser) -> None:
    assert person.log_in("alpha")[:2] == (200, "/admin/")
    for _ in range(4):
        status, path, _page = person.get("/admin/accounts/context/")
        assert (status, path) == (200, "/admin/accounts/context/")


def test_session__that_ended_at_one_node_has_ended_at_the_other(person: Browser) -> None:
    person.log_in("alpha")
    person.post("/admin/logout/", {})
    for _ in range(4):
        assert person.get("/admin/accounts/context/")[1].startswith("/admin/login/")


def test_failed_logins__are_counted_by_both_together(person: Browser) -> None:
    refused = [person.call(UIDNAME, "beta", "wrong") for _ in range(LIMIT)]
    assert refused == [401] * LIMIT
    assert [person.call(UIDNAME, "beta") for _ in range(2)] == [429, 429]


def test_password__that_was_changed_counts_at_both_at_once(nodes: Nodes, person: Browser) -> None:
    path = f"{FORWARDS}/34"
    assert [person.call(path, "alphakid") for _ in range(4)] == [200] * 4
    hashed = Argon2PasswordHasher().encode("another password", "some salt")
    nodes.run("UPDATE accounts_administrator SET password = %s WHERE login = 'alphakid'", hashed)
    assert [person.call(path, "alphakid") for _ in range(2)] == [403] * 2
    assert [person.call(path, "alphakid", "another password") for _ in range(2)] == [200] * 2


def test_write__is_read_at_the_other_at_once(person: Browser) -> None:
    for number in range(4):
        path = f"{FORWARDS}/24/both{number}@acme.example"
        assert person.call(path, "alpha", body=["a@elsewhere.example"]) == 201
        assert [person.call(path, "alpha") for _ in range(2)] == [200, 200]


def test_upload__is_previewed_started_and_done_wherever_the_requests_go(person: Browser) -> None:
    person.log_in("alpha")
    lines = "".join(f"24,up{number}@acme.example,x@elsewhere.example\n" for number in range(20))
    status, job, page = person.upload("/admin/forwards/forwardingalias/import", f"context,alias,recipients\n{lines}")
    assert (status, bool(re.search(r"/bulk/bulkjob/\d+/", job))) == (200, True), page[:2000]
    start = until(lambda: re.search(r'action="(/admin/bulk/bulkjob/\d+/start/)"', person.get(job)[2]), "the preview")
    assert person.post(start[1], {"count": "20"})[0] == 200
    until(lambda: person.call(f"{FORWARDS}/24/up19@acme.example", "alpha") == 200, "the import is done")


def test_node__that_dies_takes_no_call_with_it_that_the_other_can_answer(nodes: Nodes) -> None:
    """The last test: one node is gone after it."""
    browser = Browser(nodes.port)
    path = f"{FORWARDS}/24/sales@acme.example"
    found = [browser.call(path, "alpha") for _ in range(10)]
    nodes.servers[1].kill()
    found += [browser.call(path, "alpha") for _ in range(40)]
    assert found == [200] * 50
