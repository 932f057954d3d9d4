"""Reads from a real streaming standby: what goes there, what a caller finds there, and when it is left out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings

from accounts.models import Administrator, User
from changelog.models import LastWrite
from core import replica
from core.replica import ALIAS, freshness
from forwards.models import ForwardingAlias
from forwards.services import create_forward
from tests.api.raw import send
from tests.calls import operations
from tests.client import ADMIN, DOMAINS, FORWARDS
from tests.ha.standby import Standby
from tests.mail.stack import Database
from tests.postgres import OPTIONS
from tests.world import OPERATOR, World

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.django_db(transaction=True, databases=[DEFAULT_DB_ALIAS, ALIAS]),
    pytest.mark.xdist_group("replica"),
]

LIST: Final = f"{FORWARDS}/24"
PAGES: Final = (
    "/admin/",
    "/admin/search?q=john",
    "/admin/forwards/forwardingalias/",
    "/admin/accounts/user/?q=john",
    "/admin/changelog/change/",
    "/admin/forwards/forwardingalias/export/csv",
    "/admin/autocomplete/?term=acme&app_label=accounts&model_name=user&field_name=context",
)
SEARCH: Final = f"{ADMIN}/oxuser?search=johndoe@acme.example"


@pytest.fixture(scope="module")
def standby(database: Database) -> Iterator[Standby]:
    """A standby of the tests' server, as DATABASE_REPLICA_URL would name it."""
    standby = Standby(database, OPTIONS)
    try:
        standby.make()
        place = {"HOST": standby.replica.host, "PORT": standby.replica.port, "TEST": {"MIRROR": DEFAULT_DB_ALIAS}}
        connections.settings[ALIAS] = {**connection.settings_dict, **place}
        yield standby
    finally:
        del connections.settings[ALIAS], connections[ALIAS]
        standby.remove()


@pytest.fixture
def there(
    standby: Standby, transactional_db: None, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> Iterator[Standby]:
    """What is read may come from the standby, which is known to be good for minutes, and nobody has written lately."""
    settings.REPLICA_LAG_SECONDS = 300
    for name in ("LOOK_SECONDS", "REST_SECONDS", "NOTE_SECONDS"):
        monkeypatch.setattr(replica, name, 0.0)
    with override_settings(DATABASE_ROUTERS=["core.replica.Router"]):
        freshness.forget()
        replica._noted.clear()
        freshness.is_fresh()
        standby.catch_up()
        yield standby
    connections[ALIAS].close()


class Asked:
    """How many statements each server got; the look at how far behind the standby is does not count."""

    def __enter__(self) -> Asked:
        self._both = [CaptureQueriesContext(connections[one]) for one in (DEFAULT_DB_ALIAS, ALIAS)]
        for one in self._both:
            one.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        for one in self._both:
            one.__exit__(None, None, None)
        self.primary, self.standby = (
            [one["sql"] for one in captured if "_wal_" not in one["sql"]] for captured in self._both
        )


def listed(login: str = "alpha") -> list[str]:
    status, _headers, body = send("GET", LIST, login)
    assert status == 200
    return list(json.loads(body))


def logged_in(world: World, login: str = "alpha") -> Client:
    client = Client()
    client.force_login(world.administrators[login], backend="accounts.login.backends.LoginBackend")
    return client


@pytest.fixture
def paused(there: Standby) -> Iterator[Standby]:
    """A standby that shows nothing of what is written from now on."""
    there.pause()
    yield there
    there.run("SELECT pg_wal_replay_resume()")


@pytest.mark.usefixtures("override")
def test_api__what_is_much_is_read_there_and_who_asks_is_not(there: Standby, world: World) -> None:
    searched = operations()["searchUserconfig"].path(24, "acme.example")
    for path in (LIST, SEARCH, f"{DOMAINS}/24", searched, "/api/v2/aliases?context=24", "/api/v2/changes?context=24"):
        with Asked() as asked:
            assert send("GET", path, "alpha")[0] == 200
        assert asked.standby, path
        assert not any("accounts_administrator" in one or "loginfailures" in one for one in asked.standby), path
    item, feed = f"/api/v2/users/{world.users[24].pk}", "/api/v2/changes?after=now"
    for path in (f"{FORWARDS}/24/sales@acme.example", f"{ADMIN}/contexts/24/users/42/uidname", item, feed):
        with Asked() as asked:
            assert send("GET", path, "alpha")[0] == 200
        assert not asked.standby, path


def test_web__lists_searches_exports_and_the_overview_are_read_there(there: Standby, world: World) -> None:
    client = logged_in(world)
    there.catch_up()
    for path in PAGES:
        with Asked() as asked:
            assert client.get(path).status_code == 200
        assert asked.standby, path
        assert not any("django_session" in one for one in asked.standby), path
    with Asked() as asked:
        assert client.get(f"/admin/accounts/user/{world.users[24].pk}/change/").status_code == 200
    assert not asked.standby


def test_caller__reads_what_they_have_written_and_others_what_is_there(paused: Standby, world: World) -> None:
    path = f"{LIST}/mine@acme.example"
    assert send("POST", path, "alpha", b'["a@elsewhere.example"]')[0] == 201
    assert "mine@acme.example" in listed("alpha")
    assert "mine@acme.example" not in listed("admin@alpha_acme")
    LastWrite.objects.all().delete()
    assert "mine@acme.example" not in listed("alpha")


def test_second_version__reads_what_its_caller_has_written(paused: Standby, world: World) -> None:
    body = b'{"context": 24, "address": "mine@acme.example", "recipients": ["a@elsewhere.example"]}'
    assert send("POST", "/api/v2/aliases", "alpha", body)[0] == 201
    assert b"mine@acme.example" in send("GET", "/api/v2/aliases?context=24", "alpha")[2]
    LastWrite.objects.all().delete()
    assert b"mine@acme.example" not in send("GET", "/api/v2/aliases?context=24", "alpha")[2]


def test_clerk__finds_in_the_list_what_they_have_just_sent(paused: Standby, world: World) -> None:
    client = logged_in(world)
    page = client.get("/admin/forwards/forwardingalias/")
    assert b"sales@acme.example" in page.content
    client.post("/admin/forwards/forwardingalias/", {"action": "none"})
    create_forward(
        actor=OPERATOR, context=world.contexts[24], alias="new@acme.example", recipients=["a@elsewhere.example"]
    )
    assert b"new@acme.example" in client.get("/admin/forwards/forwardingalias/").content


def test_standby__that_is_too_far_behind_is_left_out_and_taken_back(paused: Standby, world: World) -> None:
    create_forward(
        actor=OPERATOR, context=world.contexts[24], alias="late@acme.example", recipients=["a@elsewhere.example"]
    )
    freshness.forget()
    assert "late@acme.example" in listed()
    paused.run("SELECT pg_wal_replay_resume()")
    freshness.is_fresh()
    paused.catch_up()
    with Asked() as asked:
        assert "late@acme.example" in listed()
    assert asked.standby


def test_standby__that_goes_away_is_replaced_in_the_middle_and_taken_back(there: Standby, world: World) -> None:
    client = logged_in(world)
    there.catch_up()
    assert listed()
    there.stop()
    try:
        freshness._good_until = freshness._next_look = float("inf")
        assert listed() == ["sales@acme.example"]
        freshness._good_until = freshness._next_look = float("inf")
        assert client.get("/admin/forwards/forwardingalias/").status_code == 200
    finally:
        there.start()
    there.catch_up()
    with Asked() as asked:
        listed()
    assert asked.standby


def test_transaction__reads_and_writes_here_alone(there: Standby, world: World) -> None:
    with replica.reading(None) as reads, transaction.atomic():
        assert reads
        assert User.objects.all().db == DEFAULT_DB_ALIAS
        assert list(ForwardingAlias.objects.select_for_update())
    one = replica.read(None, lambda: Administrator.objects.get(login="alpha"))
    assert one._state.db == ALIAS
    one.language = "de"
    one.save()
    assert Administrator.objects.get(login="alpha").language == "de"
    with transaction.atomic():
        replica.wrote_on_commit(one.pk)
        transaction.set_rollback(True)
    assert not LastWrite.objects.exists()
