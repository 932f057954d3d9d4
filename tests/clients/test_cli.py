"""oxaas-cli against the running server, and what it says when it cannot."""

from __future__ import annotations

import io
import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest

from oxaas_client.cli import commands, output, profiles
from oxaas_client.cli.main import main
from oxaas_client.client import Client
from tests.clients.conftest import Running
from tests.serving import free_port
from tests.world import PASSWORD

pytestmark = [pytest.mark.sqlite, pytest.mark.xdist_group("clients")]


class Done(NamedTuple):
    """What a command came to."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer's value."""
        return json.loads(self.out)


Run = Callable[..., Done]


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Nothing of whoever runs the tests is read; where the profiles will be."""
    for name in ("OXAAS_URL", "OXAAS_TOKEN", "OXAAS_LOGIN", "OXAAS_PASSWORD", "OXAAS_PROFILE", "OXAAS_CA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    return tmp_path / "config/oxaas/cli.json"


@pytest.fixture
def anybody(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command of somebody without a profile."""

    def run(*words: str) -> Done:
        try:
            status = main(words)
        except SystemExit as error:
            status = int(str(error.code))
        return Done(status, *capsys.readouterr())

    return run


@pytest.fixture
def cli(anybody: Run, running: Running, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command of alpha's machine."""
    monkeypatch.setenv("OXAAS_URL", running.url)
    monkeypatch.setenv("OXAAS_TOKEN", running.token)
    return anybody


class TestLogin:
    """Profiles and the environment."""

    def test_login__is_tried_and_kept_for_its_owner_alone(
        self, anybody: Run, running: Running, config: Path, tmp_path: Path
    ) -> None:
        (tmp_path / "password").write_text(f"{PASSWORD}\n")
        words = ["login", running.url, "--login", "alpha", "--password-file", str(tmp_path / "password")]
        done = anybody(*words)
        assert (done.status, done.out) == (0, "")
        assert stat.S_IMODE(config.stat().st_mode) == 0o600
        assert PASSWORD not in done.err
        assert [one["id"] for one in anybody("list", "contexts", "--json").json] == [24, 25, 34, 35]
        assert anybody(*words, "--profile", "other").status == 0
        assert json.loads(config.read_text()).keys() == {"default", "other"}
        assert anybody("logout").status == 0
        assert anybody("list", "contexts").status == 2
        assert anybody("list", "contexts", "--profile", "other").status == 0

    def test_login__by_an_api_password_that_is_typed(
        self, anybody: Run, running: Running, monkeypatch: pytest.MonkeyPatch, config: Path
    ) -> None:
        monkeypatch.setattr(profiles, "asked_for", lambda prompt: running.token)
        assert anybody("login", running.url).status == 0
        assert json.loads(config.read_text())["default"] == {"url": running.url, "token": running.token}

    def test_login__a_wrong_one_is_not_kept(self, anybody: Run, running: Running, tmp_path: Path, config: Path) -> None:
        (tmp_path / "password").write_text("wrong")
        done = anybody("login", running.url, "--login", "alpha", "--password-file", str(tmp_path / "password"))
        assert (done.status, done.err.splitlines()[0]) == (3, "The credentials are wrong.")
        assert not config.exists()

    def test_profile__that_others_can_read_is_refused(self, anybody: Run, config: Path) -> None:
        profiles.write({"default": {"url": "https://x.example", "token": "t"}})
        config.chmod(0o644)
        done = anybody("list", "contexts")
        assert (done.status, done.out) == (2, "")
        assert "chmod 600" in done.err

    @pytest.mark.parametrize("content", ["", "[]", '{"default": 1}', '{"default": {"token": "t"}}', '{"default": {'])
    def test_profile__that_is_none_is_said(self, anybody: Run, config: Path, content: str) -> None:
        profiles.write({})
        config.write_text(content)
        assert anybody("list", "contexts").status == 2

    def test_environment__needs_a_password_that_nobody_sees(
        self, anybody: Run, monkeypatch: pytest.MonkeyPatch, running: Running
    ) -> None:
        monkeypatch.setenv("OXAAS_URL", running.url)
        assert anybody("list", "contexts").status == 2
        monkeypatch.setenv("OXAAS_LOGIN", "admin@alpha_acme")
        monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD))
        assert "There is no password" in anybody("list", "contexts").err
        monkeypatch.setenv("OXAAS_PASSWORD", PASSWORD)
        assert [one["id"] for one in anybody("list", "contexts", "--json").json] == [24]

    @pytest.mark.parametrize("url", ["http://mail.example", "mail.example", "https://a:b@mail.example"])
    def test_login__goes_only_a_safe_way(self, anybody: Run, tmp_path: Path, url: str) -> None:
        (tmp_path / "password").write_text("x")
        assert anybody("login", url, "--password-file", str(tmp_path / "password")).status == 2

    def test_help__has_no_option_for_a_password(self, anybody: Run) -> None:
        assert anybody("login", "https://x.example", "--password", "x").status == 2
        done = anybody("--help")
        assert done.status == 0
        assert all(f"\n  {status}  " in done.out for status in range(6))


class TestObjects:
    """Listing, showing, making, changing, deleting."""

    def test_list__as_a_table(self, cli: Run) -> None:
        done = cli("list", "users", "context=24", "--fields", "number,uidname,custom,msisdn")
        assert done == (
            0,
            "NUMBER  UIDNAME               CUSTOM         MSISDN\n"
            "42      johndoe@acme.example  john24, doe24  +49.1234.5624\n",
            "",
        )

    def test_list__as_csv_and_lines(self, cli: Run) -> None:
        words = ["list", "contexts", "--fields", "id,name", "--sort=-id", "--limit", "2"]
        assert cli(*words, "-o", "csv").out == "id,name\n35,kid_dock\n34,kid_cafe\n"
        assert cli(*words, "-o", "ndjson").out == '{"id": 35, "name": "kid_dock"}\n{"id": 34, "name": "kid_cafe"}\n'
        assert cli("list", "users", "uidname=nobody", "--json").out == "[]\n"
        assert cli("list", "users", "uidname=nobody").out == ""

    def test_list__finds_and_includes(self, cli: Run) -> None:
        (found,) = cli("list", "users", "--search", "bolt", "--include", "context", "--json").json
        assert found["included"]["context"]["name"] == "alpha_bolt"

    def test_object__is_made_shown_changed_and_deleted(self, cli: Run, tmp_path: Path) -> None:
        (tmp_path / "alias.json").write_text(
            '{"context": 24, "address": "x@acme.example", "recipients": ["a@b.example"]}'
        )
        made = cli(
            "create", "aliases", "--file", str(tmp_path / "alias.json"), "address=cli@acme.example", "--json"
        ).json
        assert made["address"] == "cli@acme.example"
        key = str(made["id"])
        shown = cli("get", "aliases", key)
        assert "address     cli@acme.example\n" in shown.out
        tag = shown.err.removeprefix("ETag: ").strip()
        assert cli("update", "aliases", key, "is_active:=false", "--if-match", tag, "--json").json["is_active"] is False
        assert cli("update", "aliases", key, "is_active:=true", "--if-match", tag).status == 1
        assert cli("delete", "aliases", key, "--yes") == (0, "", "")
        assert cli("get", "aliases", key).status == 4

    def test_get__what_hangs_on_an_object(self, cli: Run) -> None:
        user = str(cli("list", "users", "context=24", "--json").json[0]["id"])
        assert cli("get", "users", user, "properties").out.startswith("NAME")
        assert cli("get", "users", user, "mail", "--json").json["quota"] == 1_048_576

    def test_delete__asks(self, cli: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        assert "say --yes" in cli("delete", "aliases", "1").err
        answers = io.StringIO("no\n")
        monkeypatch.setattr(answers, "isatty", lambda: True)
        monkeypatch.setattr("sys.stdin", answers)
        done = cli("delete", "aliases", "1")
        assert (done.status, "Nothing was deleted." in done.err) == (2, True)

    @pytest.mark.parametrize(
        "words",
        [
            (),
            ("list",),
            ("list", "users", "context"),
            ("list", "users", "--limit", "-1"),
            ("create", "users"),
            ("create", "users", "=x"),
            ("create", "users", "number:=x"),
            ("create", "users", "--file", "/nowhere"),
            ("list", "users", "-o", "xml"),
            ("jobs", "--watch"),
            ("jobs", "1", "--start", "--undo"),
            ("apply", "/nowhere"),
            ("nothing",),
        ],
    )
    def test_misuse__is_2(self, cli: Run, words: tuple[str, ...]) -> None:
        done = cli(*words)
        assert (done.status, done.out) == (2, "")
        assert done.err


class TestRefusals:
    """Exit statuses and sentences."""

    def test_invalid__says_each_value(self, cli: Run) -> None:
        done = cli("create", "aliases", "context:=24", "address=x", "recipients:=1", "colour=red")
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith("colour: There is no such field.\nrecipients: ")
        assert "(request " in done.err

    def test_invalid__as_json(self, cli: Run) -> None:
        done = cli("list", "aliases", "colour=red", "--json")
        problem = json.loads(done.err)
        assert (done.status, problem["status"], problem["type"]) == (1, 400, "urn:oxaas:problem:invalid-parameter")
        assert problem["errors"] == [{"parameter": "colour", "detail": "There is no such parameter."}]

    def test_status__of_each_kind(self, cli: Run, running: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        assert cli("get", "users", "4711").status == 4
        assert cli("list", "nothing").status == 4
        monkeypatch.setenv("OXAAS_TOKEN", "wrong")
        assert cli("list", "users").status == 3
        monkeypatch.setenv("OXAAS_URL", f"http://127.0.0.1:{free_port()}")
        monkeypatch.setattr("oxaas_client.retries.sleep", lambda _seconds: None)
        done = cli("list", "users")
        assert (done.status, done.out) == (5, "")
        assert "does not answer" in done.err


class TestApply:
    """A provision file."""

    FILE = """
users:
- {context: 35, id: 42, quota: 5000}
forwards:
- {context: 35, alias: cli@dock.example, recipients: [a@b.example]}
"""
    PLAN = (
        "update user 42 johndoe@dock.example (context kid_dock): quota 1048576 → 5000\n"
        "create forward cli@dock.example (context kid_dock)\n"
    )

    def test_apply__shows_the_plan_then_does_it(
        self, cli: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "world.yaml").write_text(self.FILE)
        file = str(tmp_path / "world.yaml")
        assert cli("apply", file, "--dry-run") == (0, f"{self.PLAN}2 changes would be made.\n", "")
        assert cli("apply", file) == (0, "2 changes made.\n", "")
        assert cli("apply", file, "--json").json["changes"] == 0
        stdin = io.TextIOWrapper(io.BytesIO(self.FILE.encode()))
        monkeypatch.setattr("sys.stdin", stdin)
        assert cli("apply", "-") == (0, "0 changes made.\n", "")

    def test_apply__is_refused_beyond_the_scope(self, cli: Run, tmp_path: Path) -> None:
        (tmp_path / "world.yaml").write_text("users: [{context: 44, id: 42, quota: 1}]")
        done = cli("apply", str(tmp_path / "world.yaml"))
        assert done == (1, "", "users[0] (context 44, user 42): There is no context 44.\nNothing was changed.\n")
        (tmp_path / "world.yaml").write_text("config: [{name: x.y, value: '1'}]")
        done = cli("apply", str(tmp_path / "world.yaml"))
        assert (done.status, done.out) == (3, "")
        assert done.err.startswith("Only a master administrator sets the server's configuration.\n")

    def test_apply__of_what_is_no_such_file(self, cli: Run, tmp_path: Path) -> None:
        (tmp_path / "world.yaml").write_text("users: [{context: 24}]")
        done = cli("apply", str(tmp_path / "world.yaml"))
        assert done == (1, "", "users[0] (context 24): id is missing.\nNothing was changed.\n")
        (tmp_path / "world.yaml").write_bytes(b"\xff")
        assert cli("apply", str(tmp_path / "world.yaml")).status == 2


class TestTrace:
    """The way of mail."""

    def test_trace__is_indented_by_the_way(self, cli: Run) -> None:
        assert cli("trace", "sales@bolt.example").out == (
            "sales@bolt.example: forwarding alias in context 25\n"
            "  johndoe@bolt.example: mailbox in context 25\n"
            "  outside@elsewhere.example: none of your addresses: the mail goes on to whoever has it\n"
        )
        assert next(one["found"] for one in cli("trace", "sales@bolt.example", "--json").json) == "alias"
        assert cli("trace", "nothing").status == 1


class TestFollow:
    """The change log as it grows."""

    def test_follow__goes_on_where_it_was(self, cli: Run, tmp_path: Path) -> None:
        words = ["follow", "context=34", "kind=forward", "--once", "--place", str(tmp_path / "place"), "-o", "ndjson"]
        assert cli(*words) == (0, "", "")
        (alias,) = cli("list", "aliases", "context=34", "--json").json
        for flag in ("false", "true"):
            assert cli("update", "aliases", str(alias["id"]), f"is_active:={flag}").status == 0
        lines = [json.loads(one) for one in cli(*words).out.splitlines()]
        assert [(one["object"], one["after"]["is_active"]) for one in lines] == [
            (alias["id"], False),
            (alias["id"], True),
        ]
        assert cli(*words).out == ""
        first = cli("follow", "context=34", "kind=forward", "--once", "--after", "first")
        assert first.out.splitlines()[-1].endswith("alpha update forward sales@cafe.example")

    def test_follow__says_what_is_no_place(self, cli: Run, tmp_path: Path) -> None:
        assert cli("follow", "--after", "nowhere", "--once").status == 1
        assert cli("follow", "--place", str(tmp_path / "no/place"), "--once").status == 2


class TestJobs:
    """Bulk edits."""

    def test_job__is_started_watched_and_undone(self, cli: Run) -> None:
        made = cli("create", "jobs", "edit=forwards.suspend", 'filter:={"context": "25"}', "--json").json
        key = str(made["id"])
        done = cli("jobs", key, "--start", "--json")
        assert (done.status, done.json["state"], done.json["changed"]) == (0, "done", 1)
        assert done.err == "done: 1 of 1\n"
        assert cli("jobs").out.splitlines()[1].split()[:3] == [key, "forwards.suspend", "done"]
        undoing = cli("jobs", key, "--undo", "--json").json
        assert undoing["state"] == "ready"
        assert cli("jobs", str(undoing["id"]), "--cancel", "--json").json["state"] == "cancelled"
        assert cli("jobs", str(undoing["id"]), "--watch").status == 1


class TestOutput:
    """Text from outside does nothing to a terminal."""

    HOSTILE = "a\x1b[2J\x07\u202eb\x9bc\nd"

    def served(self, monkeypatch: pytest.MonkeyPatch, status: int, body: Any) -> None:
        def client(_profile: Any, _timeout: float) -> Client:
            transport = httpx.MockTransport(lambda _request: httpx.Response(status, json=body))
            return Client("https://x.example", token="t", transport=transport)

        monkeypatch.setattr(commands, "client_of", client)
        monkeypatch.setattr(profiles, "chosen", lambda _name: {})

    @pytest.mark.parametrize("form", ["table", "json", "ndjson"])
    @pytest.mark.parametrize("words", [("list", "users"), ("get", "users", "1")])
    def test_answer__is_harmless(
        self, anybody: Run, monkeypatch: pytest.MonkeyPatch, form: str, words: tuple[str, ...]
    ) -> None:
        row = {"name": self.HOSTILE, self.HOSTILE: [self.HOSTILE]}
        self.served(monkeypatch, 200, {"data": [row], "next": None} if words[0] == "list" else row)
        done = anybody(*words, "-o", form)
        assert done.status == 0
        assert [char for char in done.out if not char.isprintable() and char != "\n"] == []
        if form == "ndjson":
            assert json.loads(done.out) == row

    @pytest.mark.parametrize("form", ["table", "json"])
    def test_refusal__is_harmless(self, anybody: Run, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
        errors = [{"pointer": f"#/{self.HOSTILE}", "detail": self.HOSTILE + "!"}]
        self.served(monkeypatch, 422, {"detail": self.HOSTILE, "errors": errors})
        done = anybody("get", "users", "1", "-o", form)
        assert done.status == 1
        assert [char for char in done.err if not char.isprintable() and char != "\n"] == []

    def test_trace_and_plan__are_harmless(self, anybody: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        step = {
            "depth": 0,
            "address": self.HOSTILE,
            "detail": "x",
            "notes": [self.HOSTILE],
            "again": True,
            "context": 1,
        }
        self.served(monkeypatch, 200, {"data": [step]})
        (tmp_path / "x").write_text("")
        traced = anybody("trace", "a@b.example").out
        self.served(monkeypatch, 200, {"data": [{"line": self.HOSTILE}], "changes": 1})
        planned = anybody("apply", str(tmp_path / "x"), "--dry-run").out
        assert [char for char in traced + planned if not char.isprintable() and char != "\n"] == []

    def test_cell__of_every_type(self) -> None:
        values = [None, "x", 5, True, [], ["a", 1], [{"a": 1}], {"b": None}]
        assert [output.cell(one) for one in values] == ["", "x", "5", "true", "", "a, 1", '[{"a": 1}]', '{"b": null}']
