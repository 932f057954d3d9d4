"""The Python client against the running server, and against one that answers as it is told."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from oxaas_client import (
    Client,
    Conflict,
    Confused,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    Problem,
    TooMany,
    Unauthorized,
    Unavailable,
    Unreachable,
)
from oxaas_client.generated.api.forwards import list_forwards
from oxaas_client.generated.api.v2_aliases import v2_aliases_create, v2_aliases_list, v2_aliases_retrieve
from oxaas_client.generated.api.v2_users import v2_users_mail, v2_users_retrieve
from oxaas_client.generated.errors import UnexpectedStatus
from oxaas_client.generated.models import V2Alias, V2NewAlias
from oxaas_client.problems import seconds_until
from tests.clients.conftest import Running
from tests.serving import free_port
from tests.world import PASSWORD

pytestmark = [pytest.mark.sqlite, pytest.mark.xdist_group("clients")]


@pytest.fixture
def alpha(running: Running) -> Iterator[Client]:
    """A reseller's machine, by its API password."""
    with Client(running.url, token=running.token) as client:
        yield client


class TestServer:
    """Against the running server."""

    def test_typed__a_page_an_object_and_its_version(self, alpha: Client) -> None:
        made = alpha.call(
            v2_aliases_create.sync_detailed,
            body=V2NewAlias(context=25, address="typed@bolt.example", recipients=["johndoe@bolt.example"]),
            idempotency_key="typed",
        )
        assert isinstance(made.parsed, V2Alias)
        found = alpha.call(v2_aliases_retrieve.sync, made.parsed.id)
        assert (found.address, found.recipients, found.is_active) == (
            "typed@bolt.example",
            ["johndoe@bolt.example"],
            True,
        )
        listed = list(alpha.every(v2_aliases_list.sync, context=25, limit=1, sort="-address"))
        assert [one.address for one in listed] == ["typed@bolt.example", "sales@bolt.example"]
        alpha.delete("aliases", made.parsed.id, if_match=made.headers["ETag"])

    def test_typed__what_is_refused_is_raised(self, alpha: Client) -> None:
        with pytest.raises(NotFound):
            alpha.call(v2_users_retrieve.sync, 4711)

    def test_typed__the_published_operations_are_there_too(self, running: Running) -> None:
        with Client(running.url, login="admin", password=PASSWORD) as admin:
            found = admin.call(list_forwards.sync, "24")
            assert "sales@acme.example" in found.to_dict()
            with pytest.raises(Forbidden, match=r"Authorization error\."):
                admin.call(list_forwards.sync, "4711")

    def test_typed__mail_in_figures(self, alpha: Client) -> None:
        user = next(alpha.list("users", context=24))
        assert alpha.call(v2_users_mail.sync, user["id"]).quota == 1_048_576

    def test_typed__awaited_ones_are_not_repeated_but_answer(self, alpha: Client, running: Running) -> None:
        async def ask(client: Client, key: int) -> Any:
            async with client:
                return await v2_users_retrieve.asyncio(key, client=client)

        user = next(alpha.list("users", context=24))
        found = asyncio.run(ask(Client(running.url, token=running.token), user["id"]))
        assert found.uidname == "johndoe@acme.example"
        with pytest.raises(UnexpectedStatus):
            asyncio.run(ask(Client(running.url, token=running.token), 4711))

    def test_objects__from_the_first_to_the_last_page(self, alpha: Client) -> None:
        assert [one["id"] for one in alpha.list("contexts", limit=1, fields=["id"])] == [24, 25, 34, 35]
        assert list(alpha.list("users", context=24, uidname="nobody")) == []

    def test_objects__are_made_changed_and_deleted(self, alpha: Client) -> None:
        made = alpha.create("aliases", {"context": 24, "address": "raw@acme.example", "recipients": ["a@b.example"]})
        changed = alpha.change("aliases", made["id"], {"is_active": False}, if_match=made.etag)
        assert changed["is_active"] is False
        with pytest.raises(PreconditionFailed) as refused:
            alpha.change("aliases", made["id"], {"is_active": True}, if_match=made.etag)
        assert refused.value.name == "precondition-failed"
        with pytest.raises(Conflict):
            alpha.create("aliases", {"context": 24, "address": "raw@acme.example", "recipients": ["a@b.example"]})
        values = {name: made[name] for name in ("context", "recipients")}
        replaced = alpha.replace("aliases", made["id"], values, if_match=changed.etag)
        assert replaced["is_active"] is True
        alpha.delete("aliases", made["id"], if_match=replaced.etag)
        with pytest.raises(NotFound):
            alpha.get("aliases", made["id"])

    def test_objects__with_what_hangs_on_them(self, alpha: Client) -> None:
        user = next(alpha.list("users", context=24, include="context"))
        assert user["included"]["context"]["name"] == "alpha_acme"
        names = [one["name"] for one in alpha.get("users", user["id"], "properties")["data"]]
        assert "com.openexchange.capability.webmail" in names

    def test_repeated__a_key_makes_one_of_two(self, alpha: Client) -> None:
        values = {"context": 24, "address": "once@acme.example", "recipients": ["a@b.example"]}
        first = alpha.create("aliases", values, key="once")
        assert alpha.create("aliases", values, key="once") == first

    def test_refused__says_which_values_and_the_request(self, alpha: Client) -> None:
        with pytest.raises(Invalid) as refused:
            alpha.create("aliases", {"context": 24, "address": "a@acme.example", "recipients": 1, "colour": "red"})
        problem = refused.value
        assert (problem.status, problem.type) == (422, "urn:oxaas:problem:invalid")
        assert [one.pointer for one in problem.errors] == ["#/colour", "#/recipients"]
        assert problem.request_id
        with pytest.raises(Invalid) as refused:
            list(alpha.list("aliases", colour="red"))
        assert [one.parameter for one in refused.value.errors] == ["colour"]

    def test_logins__basic_bearer_and_wrong_ones(self, running: Running) -> None:
        with Client(running.url, login="admin@alpha_acme", password=PASSWORD) as client:
            assert [one["id"] for one in client.list("contexts")] == [24]
            with pytest.raises(Forbidden):
                client.create("domains", {"context": 24, "name": "x.example"})
        with Client(running.url, login="alpha", password="wrong") as client, pytest.raises(Unauthorized):
            next(client.list("contexts"))
        with Client(running.url, token="wrong") as client, pytest.raises(Unauthorized):
            next(client.list("contexts"))

    def test_batch__numbers_lines_through(self, alpha: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("oxaas_client.client.MOST_LINES", 2)
        lines = [
            {"op": "create", "context": 24, "address": f"n{one}@acme.example", "recipients": ["a@b.example"]}
            for one in (1, 2, 1)
        ]
        outcomes = list(alpha.batch("aliases", lines))
        assert [(one["line"], one["status"]) for one in outcomes] == [(1, 201), (2, 201), (3, 409)]

    def test_trace__shows_the_way(self, alpha: Client) -> None:
        steps = alpha.trace("sales@acme.example")
        assert [one["found"] for one in steps] == ["alias", "mailbox", "outside"]

    def test_provision__previews_and_applies(self, alpha: Client) -> None:
        text = "users:\n- {context: 25, id: 42, quota: 4711}\n"
        assert (alpha.provision(text)["changes"], alpha.provision(text, preview=False)["changes"]) == (1, 1)
        assert alpha.provision(text)["changes"] == 0

    def test_job__is_watched_to_its_end(self, alpha: Client) -> None:
        body = {"edit": "forwards.suspend", "filter": {"context": "35"}}
        job = alpha.create("jobs", body)
        assert [one["state"] for one in alpha.watch(job["id"])] == ["ready"]
        alpha.do("jobs", job["id"], "start", {})
        assert [one["state"] for one in alpha.watch(job["id"])] == ["done"]
        rows = alpha.get("jobs", job["id"], "rows")["data"]
        assert {one["outcome"] for one in rows} == {"changed"}


Answer = Callable[[httpx.Request], httpx.Response]


def client_of(*answers: Any, **how: Any) -> tuple[Client, list[httpx.Request]]:
    """A client whose server gives these answers, one after the other, and the calls that it got."""
    calls: list[httpx.Request] = []

    def handle(request: httpx.Request) -> httpx.Response:
        answer = answers[min(len(calls), len(answers) - 1)]
        calls.append(request)
        if isinstance(answer, Exception):
            raise answer
        return httpx.Response(answer[0], json=answer[1], headers=answer[2] if len(answer) > 2 else {})

    client = Client("https://mail.example", token="t", transport=httpx.MockTransport(handle), **how)
    return client, calls


BUSY: Any = (503, {"type": "urn:oxaas:problem:unavailable", "detail": "Not now."}, {"Retry-After": "7"})
DONE: Any = (200, {"id": 1})
SILENT = httpx.ReadTimeout("it took too long")


class TestRepeating:
    """What is sent again, and when."""

    @pytest.fixture(autouse=True)
    def pauses(self, monkeypatch: pytest.MonkeyPatch) -> list[float]:
        found: list[float] = []
        monkeypatch.setattr("oxaas_client.retries.sleep", found.append)
        return found

    def test_refused_for_the_moment__comes_again_when_it_may(self, pauses: list[float]) -> None:
        client, calls = client_of(BUSY, BUSY, DONE)
        assert client.get("users", 1) == {"id": 1}
        assert (len(calls), pauses) == (3, [7, 7])

    def test_refused_for_the_moment__is_raised_in_the_end(self, pauses: list[float]) -> None:
        client, calls = client_of(BUSY, tries=3)
        with pytest.raises(Unavailable, match=r"Not now\.") as refused:
            client.get("users", 1)
        assert (len(calls), refused.value.retry_after) == (3, 7)

    def test_refused_for_long__is_raised_at_once(self, pauses: list[float]) -> None:
        client, calls = client_of(BUSY, patience=5)
        with pytest.raises(Unavailable):
            client.get("users", 1)
        assert (len(calls), pauses) == (1, [])

    def test_too_many__waits_only_as_long_as_it_is_told(self, pauses: list[float]) -> None:
        client, calls = client_of((429, {}, {"Retry-After": "600"}))
        with pytest.raises(TooMany):
            client.get("users", 1)
        client, more = client_of((429, {}))
        with pytest.raises(TooMany):
            client.get("users", 1)
        assert len(calls) == len(more) == 1

    def test_unanswered__only_what_does_no_harm_twice(self, pauses: list[float]) -> None:
        def tries(method: str, **headers: str) -> int:
            client, calls = client_of(SILENT, DONE)
            try:
                client.request(method, "/api/v2/users/1", json={}, headers=headers)
            except Unreachable:
                return len(calls)
            return len(calls)

        assert [tries(method) for method in ("GET", "PUT", "PATCH", "POST", "DELETE")] == [2, 2, 2, 1, 1]
        assert tries("POST", **{"Idempotency-Key": "k"}) == 2
        assert tries("PATCH", **{"If-Match": '"1"'}) == 1

    def test_never_sent__comes_again_whatever_it_is(self, pauses: list[float]) -> None:
        client, calls = client_of(httpx.ConnectError("refused"), DONE)
        client.do("jobs", 1, "start", {})
        assert len(calls) == 2

    def test_made__with_the_same_key_until_the_first_one_is_through(self, pauses: list[float]) -> None:
        at_work: Any = (409, {"type": "urn:oxaas:problem:key-in-use"})
        client, calls = client_of(SILENT, at_work, (201, {"id": 1}))
        client.create("users", {"context": 24})
        assert len({one.headers["Idempotency-Key"] for one in calls}) == 1
        assert len(calls) == 3
        client, calls = client_of((409, {"type": "urn:oxaas:problem:conflict"}))
        with pytest.raises(Conflict):
            client.create("users", {"context": 24})
        assert len(calls) == 1

    def test_lines__are_sent_again_whole(self, pauses: list[float]) -> None:
        client, calls = client_of(BUSY, (200, {"line": 1, "status": 201, "id": 5}))
        assert [one["id"] for one in client.batch("aliases", [{"op": "create"}])] == [5]
        assert [one.content for one in calls] == [b'{"op": "create"}\n'] * 2

    def test_nobody_there__is_said(self) -> None:
        with Client(f"http://127.0.0.1:{free_port()}", token="t", tries=2) as client, pytest.raises(Unreachable):
            client.get("users", 1)


class TestAnswers:
    """What else a server may say."""

    @pytest.mark.parametrize("body", [b"<html>", b"[]", b"", b"\xff", b'{"detail": 5, "errors": [1, {}]}'])
    def test_refusal__of_any_form_is_a_problem(self, body: bytes) -> None:
        transport = httpx.MockTransport(lambda _request: httpx.Response(418, content=body))
        with Client("https://x.example", token="t", transport=transport) as client, pytest.raises(Problem) as refused:
            client.get("users", 1)
        assert refused.value.status == 418
        assert str(refused.value)

    @pytest.mark.parametrize("body", [b"<html>", b"[]", b""])
    def test_answer__of_another_server_is_said(self, body: bytes) -> None:
        transport = httpx.MockTransport(lambda _request: httpx.Response(200, content=body))
        with Client("https://x.example", token="t", transport=transport) as client, pytest.raises(Confused):
            client.get("users", 1)

    def test_redirection__takes_the_login_nowhere(self) -> None:
        calls: list[httpx.URL] = []

        def elsewhere(request: httpx.Request) -> httpx.Response:
            calls.append(request.url)
            return httpx.Response(302, headers={"Location": "https://attacker.example/"})

        transport = httpx.MockTransport(elsewhere)
        with Client("https://x.example", token="t", transport=transport) as client, pytest.raises(Problem):
            client.get("users", 1)
        assert [url.host for url in calls] == ["x.example"]

    def test_next__is_of_this_server_whatever_it_says(self) -> None:
        pages: list[Any] = [{"data": [{"id": 1}], "next": "https://attacker.example/api/v2/users?cursor=c&sort=-id"}]
        pages.append({"data": [{"id": 2}], "next": None})
        calls: list[httpx.URL] = []

        def answer(request: httpx.Request) -> httpx.Response:
            calls.append(request.url)
            return httpx.Response(200, content=json.dumps(pages[len(calls) - 1]))

        with Client("https://x.example/mail/", token="t", transport=httpx.MockTransport(answer)) as client:
            assert [one["id"] for one in client.list("users", sort=["-id"])] == [1, 2]
        assert [str(url) for url in calls] == [
            "https://x.example/mail/api/v2/users?sort=-id",
            "https://x.example/mail/api/v2/users?cursor=c&sort=-id",
        ]

    @pytest.mark.parametrize(
        "wrong",
        [
            {},
            {"token": "t", "login": "l"},
            {"login": "l"},
            {"password": "p"},
            {"url": "http://mail.example", "token": "t"},
            {"url": "mail.example", "token": "t"},
            {"url": "https://user:secret@mail.example", "token": "t"},
            {"url": "ftp://mail.example", "token": "t"},
        ],
    )
    def test_client__refuses_half_a_login_and_a_way_that_is_not_safe(self, wrong: dict[str, Any]) -> None:
        with pytest.raises(ValueError, match=r"\w"):
            Client(**{"url": "https://mail.example"} | wrong)

    def test_client__is_shown_without_its_credentials(self) -> None:
        with Client("https://mail.example/", login="alpha", password="secret") as client:
            assert f"{client} {client!r}" == "Client('https://mail.example') Client('https://mail.example')"

    def test_client__sends_in_clear_where_that_is_said_to_be_safe(self) -> None:
        Client("http://mail.example", token="t", plain_http=True).get_httpx_client().close()

    @pytest.mark.parametrize(
        ("text", "seconds"),
        [("7", 7.0), (" 0 ", 0.0), ("", None), ("soon", None), ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0), ("-1", None)],
    )
    def test_retry_after__is_a_number_or_a_date(self, text: str, seconds: float | None) -> None:
        assert seconds_until(text) == seconds
