"""The example of every operation, run against a server as it is shown."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any, Final

import pytest

from core.openapi.inspection import document
from demo.people import PASSWORD
from oxaas.examples.calls import calls, operations
from oxaas.examples.curl import curl
from oxaas.examples.python import python
from oxaas.examples.table import CONTEXT, EXAMPLES, FIRST_HOUR, Example
from oxaas.examples.table import PASSWORD as OWN_PASSWORD
from oxaas_client import Client, Problem
from tests.serving import DEMO, serving

pytestmark = [pytest.mark.sqlite, pytest.mark.xdist_group("examples")]

# What a person sees is the body alone; the test wants the status too.
SHELL: Final = """
curl() { command curl --silent --show-error --max-time 60 --write-out '\\n%{http_code}' "$@"; }
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server with the demo in it."""
    with serving(tmp_path_factory.mktemp("examples"), world=DEMO, threads=4, DOMAIN_PROOF="dns") as port:
        yield f"http://127.0.0.1:{port}"


def login_of(example: Example) -> tuple[str, str]:
    return example.login, OWN_PASSWORD if example.login == CONTEXT else PASSWORD


def succeeds_with(operation: str) -> set[int]:
    """The statuses that the document has for a success."""
    (found,) = (one["responses"] for _p, _m, one in operations(document()) if one["operationId"] == operation)
    return {int(status) for status in found if status.startswith("2")}


def id_in(answer: Any) -> int:
    """Of what was made, or of the first on a page."""
    return int(answer["id"] if "id" in answer else answer["data"][0]["id"])


def test_table__has_every_operation_and_no_other() -> None:
    names = {one["operationId"] for _path, _method, one in operations(document())}
    assert names - EXAMPLES.keys() == set(), "oxaas/examples/table.py needs an example of each operation"
    assert EXAMPLES.keys() - names == set()
    assert {name for name, _sentence in FIRST_HOUR} <= EXAMPLES.keys()


def test_curl__does_what_each_operation_is_for(server: str) -> None:
    assert shutil.which("curl"), "curl is missing"
    ids: dict[str, int] = {}
    wrong = []
    for name, example in EXAMPLES.items():
        login, password = login_of(example)
        variables = {"SERVER": server, "LOGIN": login, "PASSWORD": password, "ID": str(ids.get(example.of, ""))}
        done = subprocess.run(
            ["bash", "-euc", SHELL + curl(calls()[name])],
            check=False, capture_output=True, text=True, env=os.environ | variables,
        )  # fmt: skip
        answer, _newline, status = done.stdout.rpartition("\n")
        if not status.isdecimal() or int(status) not in succeeds_with(name):
            wrong.append(f"{name} as {login}: {status} {answer}{done.stderr}")
            continue
        if any(one.of == name for one in EXAMPLES.values()):
            ids[name] = id_in(json.loads(answer))
    assert not wrong, "\n".join(wrong)


def test_python__does_what_each_operation_is_for(server: str) -> None:
    ids: dict[str, int] = {}
    for name, example in EXAMPLES.items():
        login, password = login_of(example)
        known: dict[str, Any] = {"print": lambda one: None, "ID": ids.get(example.of)}
        with Client(server, login=login, password=password) as client:
            try:
                exec(python(calls()[name]), known | {"client": client}, known)
            except Problem as problem:
                pytest.fail(f"{name} as {login}: {problem}\n{python(calls()[name])}")
        if any(one.of == name for one in EXAMPLES.values()):
            ids[name] = int(known["answer" if "answer" in known else "one"]["id"])
