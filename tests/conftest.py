"""What every test has: the world, a caller of the API, cheap password hashes, and no network but loopback."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.db import connection
from django.test import override_settings
from django.utils import translation
from hypothesis import settings as hypothesis_settings

from accounts.login import sightings
from accounts.login.remembered import forget_all
from mailstats.guard import guard_of
from tests.client import Api
from tests.emptying import empty_patiently, send_away_others
from tests.world import World, build

# How long an example takes is the machine's business, and what else it does.
hypothesis_settings.register_profile("suite", deadline=None)
hypothesis_settings.load_profile("suite")

# Lets fixtures and hooks use the database; there from its making on.
BLOCKER: Final = pytest.StashKey[Any]()


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> Iterator[None]:
    """Thousands of logins would spend minutes in a real hasher."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield


@pytest.fixture(scope="session")
def django_db_setup(
    django_db_setup: None, django_db_blocker: Any, cheap_hashes: None, pytestconfig: pytest.Config
) -> Iterator[None]:
    """The world stands in the database before the first test; each test's own changes are rolled back.

    In the end whoever is still connected, such as a thread of a server that a browser asked, is sent away: a database
    that is in use cannot be removed.
    """
    with django_db_blocker.unblock():
        build()
    pytestconfig.stash[BLOCKER] = django_db_blocker
    empty_patiently()
    yield
    with django_db_blocker.unblock():
        send_away_others()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Any:
    """A test with real transactions leaves no world behind: build it anew, once for all that follow.

    After the last test the database is gone as well.
    """
    result = yield
    if nextitem is not None and _empties(item):
        with item.config.stash[BLOCKER].unblock():
            build()
            # Not everything in a browser's test runs where this does, so nobody else may be there to close it.
            connection.close()
    return result


def _empties(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    real = marker is not None and marker.kwargs.get("transaction", False)
    return real or not {"live_server", "transactional_db"}.isdisjoint(getattr(item, "fixturenames", ()))


@pytest.fixture
def world(db: None) -> World:
    """The world."""
    return World.load()


@pytest.fixture
def api() -> Api:
    """A caller of the API."""
    return Api()


@pytest.fixture
def override(settings: Any) -> None:
    """MASTER_ACCOUNT_OVERRIDE is on."""
    settings.MASTER_ACCOUNT_OVERRIDE = True


@pytest.fixture(autouse=True)
def no_login_is_remembered() -> None:
    """Every test hashes for itself: the world's passwords stay the same."""
    forget_all()
    sightings.forget_all()


@pytest.fixture(autouse=True)
def no_store_is_given_up() -> None:
    """No test finds the mail store left alone for another one's sake."""
    guard_of.cache_clear()


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request leaves its language behind in the thread; no test finds another one's."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that would leave this machine fails."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if self.family in {socket.AF_INET, socket.AF_INET6} and address[0] not in {"127.0.0.1", "::1", "localhost"}:
            pytest.fail(f"tried to reach {address[0]}", pytrace=False)
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)
