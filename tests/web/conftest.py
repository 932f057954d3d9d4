"""People at the web admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.web.person import Person
from tests.world import World

Login = Callable[[str], Client]
Enter = Callable[[str | None], Person]


@pytest.fixture
def logged_in(world: World) -> Login:
    """`logged_in("alpha")` is a client with that administrator's session."""

    def enter(login: str) -> Client:
        client = Client()
        client.force_login(world.administrators[login], backend="accounts.login.backends.LoginBackend")
        return client

    return enter


@pytest.fixture
def enter(world: World) -> Enter:
    """`enter("alpha")` is alpha's clerk, logged in."""
    return lambda who: Person(None if who is None else world.administrators[who])


@pytest.fixture
def alpha(enter: Enter) -> Person:
    """A clerk of the reseller alpha."""
    return enter("alpha")


@pytest.fixture
def root(enter: Enter) -> Person:
    """A master administrator."""
    return enter("root")
