"""What Prometheus is told, to whom, and that the rules and the board ask for nothing else."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from django.db import Error, OperationalError, connection, transaction
from django.test import Client
from prometheus_client import values
from prometheus_client.parser import text_string_to_metric_families

from bulk import heartbeat
from bulk.jobs import work_once
from bulk.management.commands.worker import _Chores
from core import trace
from forwards.models import ForwardingAlias
from mailstats.guard import FAILURES
from oxaas import metrics
from tests.client import FORWARDS, MAIL, Api
from tests.mail.imap_server import FakeServer
from tests.services.bulk import prepare
from tests.world import World

pytestmark = pytest.mark.django_db

TOKEN: Final = "a-token-for-prometheus"
DEPLOY: Final = Path(__file__).parents[2] / "deploy"
JOHN: Final = "johndoe@acme.example"
NAME: Final = re.compile(r"oxaas_[a-z_]+")
VARIABLE: Final = re.compile(r"\$\{?(\w+)")
Figures = dict[str, float]


@pytest.fixture
def measuring(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """This process measures, into a folder of the test's own."""
    settings.METRICS_TOKEN, settings.METRICS_FOLDER = TOKEN, str(tmp_path / "metrics")
    monkeypatch.setattr(values, "ValueClass", values.ValueClass)
    monkeypatch.setattr(trace, "_meters", [])
    taken: list[Any] = []
    monkeypatch.setattr(metrics, "_taken", taken)
    monkeypatch.delenv("PROMETHEUS_MULTIPROC_DIR", raising=False)
    metrics.begin()
    yield tmp_path / "metrics"
    values.close_all_multiprocess_files()
    for lock in taken:
        lock.close()


def ask(token: str = TOKEN) -> Any:
    return Client().get("/metrics", headers={"authorization": f"Bearer {token}", "host": "10.1.2.3"})


def figures() -> Figures:
    """Every sample, by its name with its labels."""
    found = {}
    for family in text_string_to_metric_families(ask().content.decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}"] = sample.value
    return found


def everything_happens(world: World, api: Api, settings: Any) -> None:
    """At least once whatever there is a figure of."""
    api("POST", f"{FORWARDS}/24/new@acme.example", "alpha", {"recipient": "a@b.example"})
    api("GET", f"{FORWARDS}/24/new@acme.example", "alpha", password="wrong")
    with FakeServer() as server:
        settings.MAIL_STORE = server.url
        api("GET", f"{MAIL}/{JOHN}/quota", "portal-alpha")
    for _ in range(FAILURES + 1):
        api("GET", f"{MAIL}/{JOHN}/quota", "portal-alpha")
    with trace.traced("x") as one:
        with pytest.raises(Error), transaction.atomic():
            connection.cursor().execute("SELECT nonsense FROM nowhere")
        trace.measure_database(one)
    prepare(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.filter(context_id=24))
    while work_once():
        pass
    prepare(world.administrators["alpha"], "forwards.suspend", ForwardingAlias.objects.filter(context_id=24))
    heartbeat.beat()
    _Chores().do_due()


@pytest.mark.parametrize("token", ["", "x", f"{TOKEN}x", "ü"])
def test_metrics__another_token_is_told_nothing(measuring: Path, token: str) -> None:
    answer = ask(token)
    assert (answer.status_code, answer.content) == (404, b"")


def test_metrics__without_the_setting_there_are_none(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trace, "_meters", [])
    metrics.begin()
    assert ask("").status_code == ask().status_code == 404
    assert trace._meters == []


def test_metrics__count_what_happens(measuring: Path, world: World, api: Api, settings: Any) -> None:
    settings.LOGIN_FAILURE_LIMIT = 1
    everything_happens(world, api, settings)
    found = figures()
    route = "/api/oxaas/v1/admin/forwards/<str:contextId>/<address:alias>"

    assert found[f"oxaas_requests_total{{method=POST,route={route},status=201}}"] == 1
    assert found[f"oxaas_request_seconds_count{{route={route}}}"] == 2
    assert found["oxaas_statements_total{}"] > 10
    assert found["oxaas_database_seconds_total{}"] > 0
    assert found["oxaas_database_failures_total{}"] == 1
    assert found["oxaas_logins_total{channel=api,outcome=wrong}"] == 1
    assert found["oxaas_locked_out{}"] == 1
    assert found["oxaas_mail_store_calls_total{outcome=answered}"] == 1
    assert found["oxaas_mail_store_calls_total{outcome=store failed}"] == FAILURES
    assert found["oxaas_mail_store_calls_total{outcome=refused}"] == 1
    assert found["oxaas_mail_store_left_alone{}"] == 1
    rows = ForwardingAlias.objects.filter(context_id=24).count()
    assert found["oxaas_job_rows_total{edit=forwards.suspend,phase=previewing}"] == rows
    assert found["oxaas_job_rows_waiting{}"] == rows
    assert (found["oxaas_jobs{state=previewing}"], found["oxaas_jobs{state=ready}"]) == (1, 1)
    assert found["oxaas_job_oldest_seconds{}"] > 0
    assert found["oxaas_worker_seen_seconds{}"] >= 0
    assert found["oxaas_chore_seconds_count{chore=heartbeat}"] == 1
    assert found["oxaas_database_up{}"] == 1
    assert found["oxaas_table_rows{table=changelog_change}"] >= 0


def test_metrics__no_label_is_a_clients_to_choose(measuring: Path, api: Api, world: World) -> None:
    for number in range(3):
        Client().generic(f"BREW{number}", f"/nothing/{number}")
        api("GET", f"{FORWARDS}/24/name{number}@acme.example", f"who{number}")
    text = ask().content.decode()
    assert not re.search(r"BREW|nothing|name\d|who\d|acme", text)
    assert 'method="OTHER",route="-",status="404"} 3.0' in text


def test_metrics__say_that_the_database_is_away(measuring: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: Any, **_named: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(connection, "cursor", fail)
    found = figures()
    assert found["oxaas_database_up{}"] == 0
    assert not [name for name in found if "oxaas_jobs" in name]


def test_process__has_a_number_of_its_own_and_the_next_one_goes_on_counting(measuring: Path) -> None:
    """What stood so in a process that is gone is so no more."""
    calls = "oxaas_mail_store_calls_total{outcome=x}"
    trace.count("mail_calls", 5, outcome="x")
    trace.stands("mail_store_left_alone", 1)
    assert (figures()[calls], figures()["oxaas_mail_store_left_alone{}"]) == (5, 1)
    other = metrics.Recorder(measuring, metrics._take_number(measuring))
    other.count("mail_calls", 2, outcome="x")
    assert figures()[calls] == 7
    assert sorted(one.name for one in measuring.glob("*.lock")) == ["1.lock", "2.lock"]

    metrics._taken.pop(0).close()
    assert figures()["oxaas_mail_store_left_alone{}"] == 0
    again = metrics.Recorder(measuring, metrics._take_number(measuring))
    again.count("mail_calls", 1, outcome="x")
    assert figures()[calls] == 8
    assert sorted(one.name for one in measuring.glob("*.lock")) == ["1.lock", "2.lock"]


def test_folder__that_cannot_be_written_stops_nothing(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    settings.METRICS_TOKEN, settings.METRICS_FOLDER = TOKEN, str(tmp_path / "file" / "metrics")
    monkeypatch.setattr(trace, "_meters", [])
    metrics.begin()
    assert "nothing is measured" in caplog.text
    assert ask().status_code == 200


def promtool(*arguments: str, told: str = "") -> None:
    done = subprocess.run(["promtool", *arguments], check=False, input=told, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_metrics__are_what_prometheus_expects(measuring: Path, world: World, api: Api, settings: Any) -> None:
    everything_happens(world, api, settings)
    promtool("check", "metrics", told=ask().content.decode())


def test_rules__are_valid() -> None:
    promtool("check", "rules", str(DEPLOY / "prometheus/oxaas.rules.yml"))


def test_rules__go_off_when_they_should_and_not_before() -> None:
    """Each of them has a case in the file beside it."""
    rules = yaml.safe_load((DEPLOY / "prometheus/oxaas.rules.yml").read_text())["groups"][0]["rules"]
    cases = yaml.safe_load((DEPLOY / "prometheus/oxaas.tests.yml").read_text())["tests"]
    going_off = {one["alertname"] for case in cases for one in case["alert_rule_test"] if one["exp_alerts"]}
    assert going_off == {one["alert"] for one in rules}
    promtool("test", "rules", str(DEPLOY / "prometheus/oxaas.tests.yml"))


def test_configuration__is_valid(tmp_path: Path) -> None:
    text = (DEPLOY / "prometheus/prometheus.yml").read_text()
    (tmp_path / "token").touch()
    for shipped, here in {
        "/etc/prometheus/oxaas.rules.yml": str(DEPLOY / "prometheus/oxaas.rules.yml"),
        "/etc/prometheus/oxaas.token": str(tmp_path / "token"),
    }.items():
        assert shipped in text
        text = text.replace(shipped, here)
    (tmp_path / "prometheus.yml").write_text(text)
    promtool("check", "config", str(tmp_path / "prometheus.yml"))


BOARD: Final = json.loads((DEPLOY / "grafana/oxaas.json").read_text())
# What Grafana puts in the place of its own variables, and of those that it asks the data source for.
GRAFANA: Final = {"$__rate_interval": "1m", "$job": "oxaas"}
PANELS: Final = {"timeseries", "stat"}
"""Kinds of panels that come with Grafana itself: nothing has to be installed."""


def asked_by_the_board() -> list[tuple[str, str]]:
    """The title of the panel, and what it asks, as Prometheus gets it."""
    found = []
    for panel in BOARD["panels"]:
        for target in panel["targets"]:
            text = target["expr"]
            for name, value in GRAFANA.items():
                text = text.replace(name, value)
            found.append((panel["title"], text))
    return found


def test_board__can_be_imported_and_found_again() -> None:
    assert BOARD["title"]
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,40}", BOARD["uid"])
    assert BOARD["schemaVersion"] >= 36, "data sources are named by type and uid since then"
    assert "id" not in BOARD or BOARD["id"] is None, "an id is of one Grafana's database"
    assert {"from", "to"} <= BOARD["time"].keys()


def test_board__panels_are_told_apart_and_stand_side_by_side() -> None:
    ids = [panel["id"] for panel in BOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert all(isinstance(one, int) and one > 0 for one in ids)
    assert {panel["type"] for panel in BOARD["panels"]} <= PANELS
    taken: set[tuple[int, int]] = set()
    for panel in BOARD["panels"]:
        place = panel["gridPos"]
        assert panel["title"]
        assert panel["targets"]
        assert place["x"] >= 0
        assert place["x"] + place["w"] <= 24
        assert place["h"] > 0
        cells = {(place["x"] + x, place["y"] + y) for x in range(place["w"]) for y in range(place["h"])}
        assert not cells & taken, panel["title"]
        taken |= cells


def test_board__asks_the_data_source_that_was_chosen() -> None:
    variables = {one["name"]: one for one in BOARD["templating"]["list"]}
    assert (variables["source"]["type"], variables["source"]["query"]) == ("datasource", "prometheus")
    chosen = {"type": "prometheus", "uid": "${source}"}
    assert variables["job"]["datasource"] == chosen
    for panel in BOARD["panels"]:
        references = [target["refId"] for target in panel["targets"]]
        assert len(set(references)) == len(references), panel["title"]
        assert [panel["datasource"], *(one["datasource"] for one in panel["targets"])] == [chosen] * (
            len(references) + 1
        )
    used = {name for panel in BOARD["panels"] for one in panel["targets"] for name in VARIABLE.findall(one["expr"])}
    assert used - {"__rate_interval"} <= variables.keys()


def test_board__asks_what_prometheus_understands(tmp_path: Path) -> None:
    """Each expression as a recording rule, which promtool parses as Prometheus would."""
    asked = asked_by_the_board()
    assert not [text for _title, text in asked if "$" in text]
    rules = [{"record": f"panel:{number}", "expr": text} for number, (_title, text) in enumerate(asked)]
    (tmp_path / "board.yml").write_text(yaml.safe_dump({"groups": [{"name": "board", "rules": rules}]}))
    promtool("check", "rules", str(tmp_path / "board.yml"))


@pytest.mark.postgres
def test_board__every_label_by_which_it_sums_is_there(measuring: Path, world: World, api: Api, settings: Any) -> None:
    everything_happens(world, api, settings)
    # Prometheus adds these itself.
    has: dict[str, set[str]] = {}
    for name in figures():
        bare, _, labels = name.partition("{")
        has.setdefault(bare, {"job", "instance"}).update(re.findall(r"(\w+)=", labels))
    for title, text in asked_by_the_board():
        grouped = {one.strip() for group in re.findall(r"\bby \(([^)]*)\)", text) for one in group.split(",")}
        matched = set(re.findall(r"[{,] ?(\w+)=", text))
        for name in NAME.findall(text):
            assert grouped | matched <= has[name], (title, name)


@pytest.mark.postgres
def test_rules_board_and_chapter__name_what_there_is(measuring: Path, world: World, api: Api, settings: Any) -> None:
    everything_happens(world, api, settings)
    there_is = {name.partition("{")[0] for name in figures()}
    rules = yaml.safe_load((DEPLOY / "prometheus/oxaas.rules.yml").read_text())["groups"][0]["rules"]
    asked = [one["expr"] for one in rules] + [one["expr"] for panel in BOARD["panels"] for one in panel["targets"]]
    asked.append(BOARD["templating"]["list"][1]["query"]["query"])
    chapter = (DEPLOY.parent / "docs/monitoring.md").read_text()

    named = set(NAME.findall("\n".join(asked)))
    assert named <= there_is
    families = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in there_is}
    assert families == set(NAME.findall(chapter)), "docs/monitoring.md says what each figure is"
    assert {one["alert"] for one in rules} == set(re.findall(r"`(Oxaas\w+)`", chapter))
