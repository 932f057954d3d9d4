"""Somebody logged in to the web admin."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.world import World

Login = Callable[[str], Client]


@pytest.fixture
def logged_in(world: World) -> Login:
    """`logged_in("alpha")` is a client with that administrator's session."""

    def enter(login: str) -> Client:
        client = Client()
        client.force_login(world.administrators[login], backend="accounts.backends.LoginBackend")
        return client

    return enter
