"""The conformance kit: our server keeps every ruling that it asks about, and a server that does not is told so."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

import pytest

from conformance.__main__ import main, run
from conformance.catalogue import QUESTIONS
from conformance.contract import document, operations
from conformance.questions import load
from conformance.server import NOBODY, Server
from conformance.target import Target, TargetError, read
from tests.serving import DEMO, serving

pytestmark = pytest.mark.sqlite

FILE: Final = Path(__file__).parents[2] / "conformance" / "demo.toml"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Target]:
    """The demo behind the production server, with the override."""
    with serving(tmp_path_factory.mktemp("demo"), world=DEMO) as port:
        yield replace(read(FILE, f"http://127.0.0.1:{port}"), override=True)


@contextmanager
def liar(status: int, body: bytes) -> Iterator[Target]:
    """A server that answers everything alike."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = answer  # noqa: N815 - as the base class looks for them

        def log_message(self, *_arguments: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield replace(read(FILE, f"http://127.0.0.1:{server.server_port}"), override=True)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_kit__finds_nothing_wrong_with_our_server(demo: Target) -> None:
    results = run(demo)
    assert [f"{one.question.name}: {one.why}" for one in results if one.outcome != "passed"] == []


def test_kit__asks_every_operation(demo: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: set[str] = set()
    ask = Server.ask

    def noted(self: Server, operation: str, *values: object, login: str = NOBODY, **how: object) -> object:
        answer = ask(self, operation, *values, login=login, **how)  # type: ignore[arg-type]
        if answer.status < 300:
            asked.add(operation)
        return answer

    monkeypatch.setattr(Server, "ask", noted)
    run(demo)
    assert asked == {one["operationId"] for _path, _method, one in operations(document())}


def test_kit__leaves_the_server_as_it_was(demo: Target) -> None:
    server, own = Server(demo), demo.own

    def state() -> list[object]:
        return [
            server.ask("listForwards", own.id, login="reseller").json,
            server.ask("listDomains", own.id, login="reseller").json,
            server.ask("searchUser", login="reseller", query={"search": own.uidname}).json,
            server.ask("getCustom", own.id, own.user, login="admin").status,
        ]

    before = state()
    run(demo)
    assert state() == before


@pytest.mark.parametrize(
    ("status", "body"),
    [(200, b"{}"), (404, b'{"error": "No."}'), (500, b"<html>"), (204, b""), (403, b'{"error": "No."}')],
)
def test_kit__passes_no_question_of_a_server_that_answers_all_alike(status: int, body: bytes) -> None:
    with liar(status, body) as target:
        assert [one.question.name for one in run(target) if one.outcome != "failed"] == []


def test_kit__reports_in_three_forms(demo: Target, capsys: pytest.CaptureFixture[str]) -> None:
    words = [str(FILE), "--url", demo.url, "--only", "putMsisdn"]
    load()
    asked = [one for one in QUESTIONS if one.operation == "putMsisdn"]
    assert main(words) == 0
    assert f"{len(asked)} passed, 0 failed, 0 not asked." in capsys.readouterr().out
    assert main([*words, "--format", "markdown"]) == 0
    assert f"| putMsisdn | {len(asked)} | 0 | 0 |" in capsys.readouterr().out
    assert main([*words, "--format", "json"]) == 0
    assert [one["ruling"] for one in json.loads(capsys.readouterr().out)] == [one.ruling for one in asked]


def test_kit__ends_with_1_where_a_ruling_is_broken(capsys: pytest.CaptureFixture[str]) -> None:
    with liar(200, b"{}") as target:
        assert main([str(FILE), "--url", target.url, "--only", "msisdn"]) == 1
    assert "✗ A number has a plus" in capsys.readouterr().out


def test_kit__ends_with_2_where_there_is_no_server(capsys: pytest.CaptureFixture[str]) -> None:
    with liar(200, b"{}") as target:
        url = target.url
    assert main([str(FILE), "--url", url]) == 2
    assert "refused" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("", "url is missing"),
        ("url =", "nvalid"),
        ('url = "http://x"\n[logins]\nadmin = {login = "a", password = "b"}', "reseller, rival"),
        (FILE.read_text().replace("rival =", "stranger ="), "rival"),
        (FILE.read_text().replace("user = 3", "person = 3"), "person"),
    ],
)
def test_target__says_what_is_wrong(tmp_path: Path, text: str, missing: str) -> None:
    (tmp_path / "target.toml").write_text(text)
    with pytest.raises(TargetError, match=missing):
        read(tmp_path / "target.toml")
