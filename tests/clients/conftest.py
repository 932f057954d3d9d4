"""The running server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.clients.server import world
from tests.serving import serving


@dataclass(frozen=True)
class Running:
    """Where it is, and an API password of alpha's."""

    url: str
    token: str


@pytest.fixture(scope="package")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """The production server with the world of the tests, which the tests of this package share."""
    folder = tmp_path_factory.mktemp("server")
    with serving(folder, world=world(folder), LOGIN_FAILURE_LIMIT="0") as port:
        yield Running(f"http://127.0.0.1:{port}", (folder / "token").read_text())
