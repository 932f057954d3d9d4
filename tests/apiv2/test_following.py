"""`GET /changes?after=…`: the change log as a feed, with and without waiting."""

from __future__ import annotations

import base64
import http.client
import json
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any, Final

import pytest

from changelog.models import Feed
from core.waiting import Wait
from forwards.services import create_forward, delete_forward
from oxaas.lobby import SEATS, SEATS_OF_CALLER, Lobby
from tests.apiv2.client import V2
from tests.client import FORWARDS, basic
from tests.contract.test_overload import Calls, ask, until
from tests.serving import serving
from tests.world import OPERATOR, World

CHANGES: Final = "/changes"


@pytest.mark.sqlite
class TestCalls:
    """On SQLite a test's own transaction is settled."""

    def test_after_now__is_nothing_and_a_place(self, v2: V2, world: World) -> None:
        body = v2("GET", f"{CHANGES}?after=now", "alpha").json()
        assert body["data"] == []
        assert body["next"].endswith(f"?after={body['after']}")

    def test_after_a_place__is_what_was_done_since(self, v2: V2, world: World) -> None:
        after = v2("GET", f"{CHANGES}?after=now", "alpha").json()["after"]
        for context, name in ((44, "hidden@echo.example"), (24, "shown@acme.example"), (24, "too@acme.example")):
            create_forward(actor=OPERATOR, context=world.contexts[context], alias=name, recipients=["a@b.example"])
        first = v2("GET", f"{CHANGES}?after={after}&limit=1&fields=label,kind", "alpha").json()
        assert first["data"] == [{"kind": "forward", "label": "shown@acme.example"}]
        second = v2("GET", first["next"].removeprefix("/api/v2"), "alpha").json()
        assert [one["label"] for one in second["data"]] == ["too@acme.example"]
        assert v2("GET", second["next"].removeprefix("/api/v2"), "alpha").json()["data"] == []

    def test_after_first__is_all_that_is_kept_page_by_page(self, v2: V2, world: World) -> None:
        whole = [one["id"] for one in v2("GET", f"{CHANGES}?limit=1000", "root").json()["data"]]
        found: list[int] = []
        path = f"{CHANGES}?after=first&limit=7"
        while data := (body := v2("GET", path, "root").json())["data"]:
            found += [one["id"] for one in data]
            path = body["next"].removeprefix("/api/v2")
        assert found == whole

    def test_filters__hold_and_what_does_not_match_is_passed_by(self, v2: V2, world: World) -> None:
        after = v2("GET", f"{CHANGES}?after=now", "root").json()["after"]
        create_forward(actor=OPERATOR, context=world.contexts[24], alias="x@acme.example", recipients=["a@b.example"])
        delete_forward(actor=OPERATOR, context=world.contexts[24], alias="x@acme.example")
        body = v2("GET", f"{CHANGES}?after={after}&action=delete&context=24", "root").json()
        assert [one["action"] for one in body["data"]] == ["delete"]
        assert v2("GET", f"{CHANGES}?after={after}&kind=domain", "root").json()["after"] != after

    @pytest.mark.parametrize(
        "query",
        [
            "after=",
            "after=yesterday",
            "after=now&cursor=abc",
            "after=now&sort=-id",
            "after=now&total=true",
            "after=now&after=now",
            "after=now&wait=26",
            "after=now&wait=-1",
            "after=now&wait=long",
            "after=now&limit=0",
            "wait=5",
        ],
    )
    def test_parameters_that_cannot_be__are_refused(self, v2: V2, world: World, query: str) -> None:
        response = v2("GET", f"{CHANGES}?{query}", "alpha")
        assert response.status_code == 400
        assert response.json()["type"] == "urn:oxaas:problem:invalid-parameter"

    @pytest.mark.parametrize(
        "values",
        [
            "epoch",
            [],
            ["e", 1, 2],
            ["e", 1, 2, "3"],
            ["e", True, 2, 3],
            ["e", -1, 2, 3],
            ["e", 2**63, 2, 3],
            ["e", 1, 2, 2**60],
            [1, 1, 2, 3],
            {"e": 1},
        ],
    )
    def test_places_made_up__are_refused(self, v2: V2, world: World, values: Any) -> None:
        after = base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")
        assert v2("GET", f"{CHANGES}?after={after}", "alpha").status_code == 400

    def test_place_behind_which_lines_were_deleted__is_410(self, v2: V2, world: World) -> None:
        after = v2("GET", f"{CHANGES}?after=now", "alpha").json()["after"]
        Feed.objects.update(deleted_key=2**40)
        response = v2("GET", f"{CHANGES}?after={after}", "alpha")
        assert (response.status_code, response.json()["type"]) == (410, "urn:oxaas:problem:forgotten")

    def test_statements__are_as_many_for_one_line_as_for_many(
        self, v2: V2, world: World, django_assert_max_num_queries: Any
    ) -> None:
        v2("GET", f"{CHANGES}?after=now", "root")
        for limit in (1, 100):
            with django_assert_max_num_queries(6):
                v2("GET", f"{CHANGES}?after=first&limit={limit}", "root")


class TestLobby:
    """Who may wait."""

    def test_seats__are_few_and_for_one_caller_fewer(self) -> None:
        lobby = Lobby(lambda look: look())
        with ExitStack() as stack:
            given = [stack.enter_context(lobby.seat(1)) for _ in range(SEATS_OF_CALLER + 1)]
            others = [stack.enter_context(lobby.seat(caller)) for caller in range(2, SEATS + 2)]
        assert given == [True] * SEATS_OF_CALLER + [False]
        assert others.count(True) == SEATS - SEATS_OF_CALLER

    def test_seat__is_free_again_afterwards(self) -> None:
        lobby = Lobby(lambda look: look())
        for _ in range(SEATS + 1):
            with lobby.seat(1) as has_seat:
                assert has_seat

    def test_news__are_looked_for_once_for_all_who_wait(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("oxaas.lobby.LOOK_SECONDS", 0.01)
        news = iter([1, 1, 2])
        lobby = Lobby(lambda look: look())
        assert lobby.has_news(Wait(5, 1, 1, lambda: next(news)), float("inf"))
        assert next(news, None) is None


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """The production server."""
    with serving(tmp_path_factory.mktemp("feed"), DEBUG="true") as number:
        yield number


@pytest.mark.sqlite
class TestWaiting:
    """Against the production server."""

    def test_wait__ends_with_the_change(self, port: int) -> None:
        after = ask(port, "/api/v2/changes?after=now", "alpha")[1]["after"]
        with Calls(1, lambda: ask(port, f"/api/v2/changes?after={after}&wait=25", "alpha")) as calls:
            assert _post(port, "waited@acme.example") == 201
        ((status, body),) = calls.answers
        assert status == 200
        assert [one["label"] for one in body["data"]] == ["waited@acme.example"]

    def test_wait__of_others_changes_alone_ends_with_nothing(self, port: int) -> None:
        after = ask(port, "/api/v2/changes?after=now", "beta")[1]["after"]
        with Calls(1, lambda: ask(port, f"/api/v2/changes?after={after}&wait=2", "beta")) as calls:
            assert _post(port, "others@acme.example") == 201
        ((status, body),) = calls.answers
        assert (status, body["data"]) == (200, [])
        assert body["after"] != after

    def test_many_who_wait__keep_nobody_from_working(self, port: int) -> None:
        after = ask(port, "/api/v2/changes?after=now", "alpha")[1]["after"]
        with Calls(40, lambda: ask(port, f"/api/v2/changes?after={after}&wait=25", "alpha")) as calls:
            until(lambda: calls.under_way == SEATS_OF_CALLER, "those who have no seat are answered")
            for _ in range(20):
                assert ask(port, "/api/v2/contexts/24", "alpha")[0] == 200
            assert calls.under_way == SEATS_OF_CALLER
            assert _post(port, "ends@acme.example") == 201
        assert {status for status, _body in calls.answers} == {200}
        assert [len(body["data"]) for _status, body in calls.answers].count(1) == SEATS_OF_CALLER


def _post(port: int, alias: str) -> int:
    """Make an alias."""
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"Authorization": basic("alpha"), "Content-Type": "application/json"}
    with closing(caller):
        caller.request("POST", f"{FORWARDS}/24/{alias}", json.dumps(["a@remote.example"]), headers)
        response = caller.getresponse()
        response.read()
        return response.status
