"""Every request has an id and a line in the log."""

from __future__ import annotations

import json
import logging
import re
from typing import Any, Final

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bulk.jobs import start_job, work_once
from bulk.models import BulkJob
from changelog.models import Change
from core import trace
from forwards.models import ForwardingAlias
from oxaas.lines import JsonFormatter, TextFormatter
from oxaas.logs import NoPathOfRequest
from tests.client import FORWARDS, Api
from tests.services.bulk import prepare
from tests.web.conftest import Enter
from tests.world import World

pytestmark = pytest.mark.django_db

NEW: Final = f"{FORWARDS}/24/new@acme.example"
ROUTE: Final = "/api/oxaas/v1/admin/forwards/<str:contextId>/<"


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log, for whoever debugs."""
    caplog.set_level(logging.DEBUG)
    return caplog


def requests(lines: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """The fields of the lines of requests."""
    return [one.__dict__["fields"] for one in lines.records if one.name == "oxaas.request"]


class TestId:
    """X-Request-ID."""

    @pytest.mark.parametrize("given", ["0a1b", "Root=1-67891233-abcdef/0:1+2._", "x" * 64])
    def test_id__of_the_caller_is_taken(self, api: Api, world: World, given: str) -> None:
        response: Any = api("POST", NEW, "alpha", {"recipient": "a@b.example"}, headers={"X-Request-ID": given})

        assert (response.status_code, response["X-Request-ID"]) == (201, given)
        assert Change.objects.latest("pk").request_id == given

    @pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"b', "a@b.example", "jürgen", "a<b", "a\tb", "[x]"])
    def test_id__that_is_none_is_replaced(self, api: Api, world: World, given: str) -> None:
        response: Any = api("GET", NEW, "alpha", headers={"X-Request-ID": given})

        assert re.fullmatch(r"[0-9a-f]{24}", response["X-Request-ID"])

    def test_id__is_another_one_each_time(self, db: None) -> None:
        assert len({Client().get("/admin/login/")["X-Request-ID"] for _ in range(5)}) == 5

    @pytest.mark.parametrize("path", ["/health/live", "/nothing", "/static/nothing.css", "/api/oxaas/no", "/admin/"])
    def test_id__is_in_every_answer(self, db: None, path: str) -> None:
        assert Client().get(path, headers={"X-Request-ID": "mine"})["X-Request-ID"] == "mine"

    def test_id__is_on_error_pages(self, enter: Enter, settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        settings.DEBUG = False
        client = enter("alpha").client
        client.raise_request_exception = False
        missing = client.get("/admin/nothing", headers={"X-Request-ID": "of-404"})
        monkeypatch.setattr("web.search_page.search_page", None)
        monkeypatch.setattr("web.urls.search_page", None)
        broken = client.get("/admin/search", headers={"X-Request-ID": "of-500"})
        foreign = Client().get("/admin/", headers={"X-Request-ID": "of-400", "host": "nobody.example"})

        assert (missing.status_code, broken.status_code, foreign.status_code) == (404, 500, 400)
        for page, number in ((missing, 404), (broken, 500), (foreign, 400)):
            assert f"<code>of-{number}</code>" in page.content.decode()

    def test_id__is_shown_and_found_in_the_change_log(self, api: Api, world: World, enter: Enter) -> None:
        api("POST", NEW, "alpha", {"recipient": "a@b.example"}, headers={"X-Request-ID": "find-me"})
        change = Change.objects.latest("pk")
        person = enter("alpha")

        found = person.get("/admin/changelog/change/?request_id=find-me")
        other = person.get("/admin/changelog/change/?request_id=another")
        shown = person.get(f"/admin/changelog/change/{change.pk}/change/")

        assert "new@acme.example" in found.content.decode()
        assert "new@acme.example" not in other.content.decode()
        assert "find-me" in shown.content.decode()

    @pytest.mark.postgres
    def test_id__is_found_by_its_index(self, world: World) -> None:
        plan = Change.objects.filter(request_id="find-me").explain()

        assert "change_of_request" in plan


class TestLine:
    """What it says."""

    def test_line__of_a_call(self, api: Api, world: World, lines: pytest.LogCaptureFixture) -> None:
        api("POST", NEW, "alpha", {"recipient": "a@b.example"})

        (line,) = requests(lines)
        assert (line["method"], line["status"], line["address"]) == ("POST", 201, "127.0.0.1")
        assert line["route"].startswith(ROUTE)
        assert (line["administrator"], line["credential"]) == (world.administrators["alpha"].pk, "password")
        assert line["statements"] > 1
        assert line["duration_ms"] >= line["database_ms"] >= 0

    def test_line__counts_what_the_database_was_asked(
        self, api: Api, world: World, lines: pytest.LogCaptureFixture
    ) -> None:
        with CaptureQueriesContext(connection) as asked:
            api("GET", NEW, "alpha")

        assert requests(lines)[-1]["statements"] == len(asked)

    def test_line__of_a_page_names_who_asked_and_asks_nothing_for_it(
        self, enter: Enter, world: World, lines: pytest.LogCaptureFixture
    ) -> None:
        enter("alpha").get("/admin/forwards/forwardingalias/")
        Client().get("/admin/login/")

        *_, page, anonymous = requests(lines)
        assert page["route"] == "/admin/forwards/forwardingalias/"
        assert page["administrator"] == world.administrators["alpha"].pk
        assert anonymous["administrator"] is None

    def test_line__of_what_is_asked_all_the_time_is_for_debugging(
        self, db: None, lines: pytest.LogCaptureFixture
    ) -> None:
        Client().get("/health")

        (record,) = [one for one in lines.records if one.name == "oxaas.request"]
        assert (record.levelno, record.__dict__["fields"]["route"]) == (logging.DEBUG, "/health")

    @pytest.mark.parametrize("path", ["/api/oxaas/anna@acme.example", "/nothing", "/%FF"])
    def test_line__of_an_unknown_path_does_not_show_it(
        self, db: None, lines: pytest.LogCaptureFixture, path: str
    ) -> None:
        Client().generic("BREW", path)

        (line,) = requests(lines)
        assert (line["method"], line["route"]) == ("OTHER", "-")

    def test_line__slow_request_and_statement_are_named(
        self,
        api: Api,
        world: World,
        settings: Any,
        lines: pytest.LogCaptureFixture,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(trace, "_slow", [0.000_000_1])
        settings.LOG_SLOW_REQUEST_MS = 0.000_1
        api("GET", NEW, "alpha", headers={"X-Request-ID": "slow-one"})

        (request,) = [one for one in lines.records if one.name == "oxaas.request"]
        assert (request.levelno, request.msg) == (logging.WARNING, "slow request")
        statements = [one.getMessage() for one in lines.records if one.name == "oxaas.statement"]
        assert any("ms for SELECT" in one or "ms for EXECUTE" in one for one in statements)
        assert not any("alpha" in one or "new@acme" in one for one in statements), "its values are not shown"

    def test_line__failed_statement_is_counted(self, db: None) -> None:
        with trace.traced("x") as one, pytest.raises(Exception, match=r"."), connection.cursor() as cursor:
            cursor.execute("SELECT nonsense FROM nowhere")

        assert (one.statements, one.database_failures) == (1, 1)


class TestWorker:
    """The worker's lines."""

    def test_job__batch_is_named_and_its_changes_have_no_request(
        self, world: World, settings: Any, lines: pytest.LogCaptureFixture
    ) -> None:
        settings.LOG_SLOW_JOB_MS = 0.000_1
        chosen = ForwardingAlias.objects.filter(context_id=24)
        job = prepare(world.administrators["alpha"], "forwards.suspend", chosen)
        while work_once():
            pass
        job = BulkJob.objects.get(pk=job.pk)
        start_job(administrator=job.administrator, job=job, typed=str(job.changed))
        while work_once():
            pass

        told = [one.__dict__["fields"] for one in lines.records if one.name == "oxaas.job"]
        assert [(one["phase"], one["state"]) for one in told] == [("previewing", "ready"), ("running", "done")]
        assert {one["batch"] for one in told} == {str(job.batch)}
        assert set(Change.objects.filter(batch=job.batch).values_list("request_id", flat=True)) == {""}


def record(message: str, *arguments: Any, **more: Any) -> logging.LogRecord:
    """A record as a logger makes it."""
    found = logging.LogRecord("oxaas.request", logging.INFO, "", 0, message, arguments, None)
    found.__dict__.update(more)
    return found


class TestFormats:
    """Text and JSON."""

    FIELDS: Final = {"route": "/a/<b>", "credential": 'API password "x"\n(k3)', "statements": 2, "address": None}

    def test_text__has_time_with_zone_id_and_quoted_fields(self) -> None:
        with trace.traced("the-id"):
            line = TextFormatter().format(record("request", fields=self.FIELDS))

        about, said = line.split(": ", 1)
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}[+-]\d\d:\d\d INFO oxaas\.request \[the-id\]", about)
        assert said == 'request route=/a/<b> credential="API password \\"x\\"\\n(k3)" statements=2'

    def test_json__has_the_same(self) -> None:
        with trace.traced("the-id"):
            line = JsonFormatter().format(record("request", fields=self.FIELDS))

        found = json.loads(line)
        assert "\n" not in line
        assert re.search(r"[+-]\d\d:\d\d$", found.pop("time"))
        assert found == {
            "level": "INFO",
            "logger": "oxaas.request",
            "id": "the-id",
            "message": "request",
            **{name: value for name, value in self.FIELDS.items() if value is not None},
        }

    def test_text__no_second_line_is_forged(self) -> None:
        line = TextFormatter().format(record("said: %s", "a\r\n2026-01-01T00:00:00.000+00:00 INFO x: y"))

        assert len(line.splitlines()) == 1

    @pytest.mark.parametrize("formatter", [TextFormatter(), JsonFormatter()])
    def test_failure__of_the_database_does_not_show_the_row(self, formatter: logging.Formatter) -> None:
        sentence = "new row violates check\nDETAIL:  Failing row contains (1, argon2$hash,\n\nmore).\n"
        try:
            raise ValueError(sentence) from RuntimeError(sentence)
        except ValueError as error:
            info: Any = (type(error), error, error.__traceback__)
        line = formatter.format(record("refused: %s", sentence, exc_info=info))

        assert "new row violates check" in line
        assert "The above exception" in line
        assert "argon2" not in line
        assert "more)" not in line

    def test_django__tells_failures_of_the_code_by_their_route(self, rf: Any) -> None:
        request = rf.get("/admin/login/forgotten/7/secret-token")
        request.resolver_match = None
        refused = record("Not Found: %s", request.path, request=request, status_code=404, name="django.request")
        failed = record("Internal: %s", request.path, request=request, status_code=500, name="django.request")
        failed.exc_info = (ValueError, ValueError("x"), None)

        assert NoPathOfRequest().filter(refused) is False
        assert NoPathOfRequest().filter(failed) is True
        assert failed.getMessage() == "failed: GET -"
