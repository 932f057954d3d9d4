"""Bulk edits by the second version of the API."""

from __future__ import annotations

from typing import Any

import pytest
from django.db.models import Q

from accounts.models import User
from accounts.services.api_passwords import create_api_password
from bulk.jobs import work_once
from bulk.models import BulkJob
from changelog.models import Change
from forwards.models import ForwardingAlias
from tests.apiv2.client import V2
from tests.world import OPERATOR, World


def _post(v2: V2, login: str = "alpha", **body: Any) -> Any:
    return v2("POST", "/jobs", login, body)


def _active() -> int:
    return ForwardingAlias.objects.filter(is_active=True).count()


def test_job__is_previewed_started_and_undone(world: World, v2: V2) -> None:
    before = _active()
    made = _post(v2, edit="forwards.suspend", filter={"context": "24"}, preview=True)
    job = made.json()
    assert made.status_code == 201
    assert made.headers["Location"] == f"/api/v2/jobs/{job['id']}"
    assert (job["state"], job["total"], job["changed"], job["has_run"]) == ("ready", 1, 1, False)
    assert _active() == before

    rows = v2("GET", f"/jobs/{job['id']}/rows", "alpha").json()["data"]
    assert [(row["label"], row["outcome"]) for row in rows] == [("sales@acme.example", "changed")]
    started = v2("POST", f"/jobs/{job['id']}/start", "alpha", {}).json()
    assert (started["state"], started["has_run"], started["changed"]) == ("done", True, 1)
    assert _active() == before - 1
    line = Change.objects.latest("pk")
    assert (line.channel, line.actor, str(line.batch)) == ("api", "alpha", job["batch"])

    undone = v2("POST", f"/jobs/{job['id']}/undo", "alpha", {"preview": False}).json()
    assert (undone["edit"], undone["state"], undone["changed"]) == ("changes.undo", "done", 1)
    assert _active() == before


def test_job__without_preview_runs_when_the_worker_comes_to_it(world: World, v2: V2, settings: Any) -> None:
    settings.BULK_REQUEST_ROWS = 0
    job = _post(v2, edit="users.set_quota", params={"quota": 4096}, filter={}, preview=False).json()
    assert job["state"] == "previewing"
    while work_once():
        pass
    job = v2("GET", f"/jobs/{job['id']}", "alpha").json()
    assert (job["state"], job["changed"]) == ("done", 4)
    assert User.objects.filter(quota=4096).count() == 4


def test_job__of_ids_touches_those_that_the_caller_sees(world: World, v2: V2) -> None:
    ids = list(ForwardingAlias.objects.filter(context__in=[24, 44]).values_list("pk", flat=True))
    job = _post(v2, edit="forwards.suspend", ids=ids, preview=False).json()
    assert (job["total"], job["changed"]) == (1, 1)
    assert not ForwardingAlias.objects.get(context=24).is_active
    assert ForwardingAlias.objects.get(context=44).is_active


def test_job__is_cancelled(world: World, v2: V2) -> None:
    key = _post(v2, edit="forwards.suspend", filter={}).json()["id"]
    assert v2("POST", f"/jobs/{key}/cancel", "alpha").json()["state"] == "cancelled"
    refused = v2("POST", f"/jobs/{key}/start", "alpha", {})
    assert refused.status_code == 422


def test_job__many_rows_are_confirmed(world: World, v2: V2, settings: Any) -> None:
    settings.BULK_CONFIRM_ABOVE = 1
    job = _post(v2, edit="forwards.suspend", filter={}).json()
    assert job["confirm"] == "4"
    assert v2("POST", f"/jobs/{job['id']}/start", "alpha", {}).status_code == 422
    assert v2("POST", f"/jobs/{job['id']}/start", "alpha", {"confirm": "4"}).json()["state"] == "done"


def test_job__deleting_contexts_is_always_previewed(world: World, v2: V2) -> None:
    refused = _post(v2, edit="contexts.delete", ids=[24], preview=False)
    assert [one["pointer"] for one in refused.json()["errors"]] == ["#/preview"]
    job = _post(v2, edit="contexts.delete", ids=[24]).json()
    assert job["confirm"] == "alpha_acme"


def test_job__what_looks_like_a_mistake_is_asked_about(world: World, v2: V2) -> None:
    params = {"recipient": "nobody@acme.example"}
    wish: dict[str, Any] = {"edit": "forwards.add_recipient", "filter": {}, "params": params}
    refused = _post(v2, **wish)
    assert refused.status_code == 422
    assert [one["pointer"] for one in refused.json()["errors"]] == ["#/anyway"]
    assert _post(v2, **wish, anyway=True).status_code == 201


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["#/edit"]),
        ({"edit": "forwards.fly", "ids": [1]}, ["#/edit"]),
        ({"edit": "import.users", "ids": [1]}, ["#/edit"]),
        ({"edit": "forwards.suspend"}, ["#/ids"]),
        ({"edit": "forwards.suspend", "ids": [1], "filter": {}}, ["#/filter"]),
        ({"edit": "forwards.suspend", "filter": {"colour": "red"}}, ["#/filter/colour"]),
        ({"edit": "forwards.suspend", "filter": {"context": "x"}}, ["#/filter/context"]),
        ({"edit": "forwards.suspend", "filter": {"limit": "5"}}, ["#/filter/limit"]),
        ({"edit": "forwards.suspend", "ids": [1], "params": {"x": 1}}, ["#/params/x"]),
        ({"edit": "forwards.add_recipient", "ids": [1], "params": {"recipient": "x"}}, ["#/params/recipient"]),
        ({"edit": "forwards.add_recipient", "ids": [1], "params": {"recipient": []}}, ["#/params/recipient"]),
        ({"edit": "forwards.add_recipient", "ids": [1]}, ["#/params/recipient"]),
        ({"edit": "users.set_quota", "ids": [1]}, ["#/params"]),
        ({"edit": "forwards.move", "ids": [1], "params": {"context": 44}}, ["#/params/context"]),
        ({"edit": "users.suspend", "filter": {"context": "24"}}, ["#/params/leads"]),
    ],
)
def test_post__points_to_what_is_wrong(world: World, v2: V2, body: Any, pointers: list[str]) -> None:
    refused = v2("POST", "/jobs", "alpha", body)
    assert refused.status_code == 422, refused.content
    assert [one["pointer"] for one in refused.json()["errors"]] == pointers
    assert not BulkJob.objects.exists()


def test_post__nothing_selected_is_422(world: World, v2: V2) -> None:
    assert _post(v2, edit="forwards.suspend", filter={"context": "44"}).status_code == 422


def test_jobs__are_ones_own(world: World, v2: V2) -> None:
    key = _post(v2, edit="forwards.suspend", filter={}).json()["id"]
    for login, status in {"alpha": 200, "root": 200, "alphakid": 404, "beta": 404, "admin@alpha_acme": 404}.items():
        assert v2("GET", f"/jobs/{key}", login).status_code == status, login
        assert v2("GET", f"/jobs/{key}/rows", login).status_code == status, login
        assert len(v2("GET", "/jobs", login).json()["data"]) == (status == 200)
    for action in ("start", "cancel", "undo"):
        assert v2("POST", f"/jobs/{key}/{action}", "beta", {}).status_code == 404, action
    # The master sees it, but only who prepared it starts it.
    assert v2("POST", f"/jobs/{key}/start", "root", {}).status_code == 403
    assert v2("GET", "/jobs", "portal-alpha").status_code == 403


def test_edits__of_other_roles_are_refused(world: World, v2: V2) -> None:
    for edit in ("contexts.suspend", "domains.delete", "administrators.delete", "config.delete", "resellers.delete"):
        assert _post(v2, "admin@alpha_acme", edit=edit, filter={}).status_code == 403, edit
    assert _post(v2, "admin@alpha_acme", edit="forwards.suspend", filter={}).json()["total"] == 1


def _token(world: World, families: list[str], *, writes: bool = True, contexts: list[str] | None = None) -> str:
    owner = world.administrators["alpha"]
    name = f"{families} {writes} {contexts}"
    _row, text = create_api_password(
        actor=OPERATOR, administrator=owner, name=name, families=families, may_write=writes, contexts=contexts or []
    )
    return text


def test_api_password__makes_and_sees_jobs_of_its_families(world: World, v2: V2) -> None:
    forwards, admin = _token(world, ["Forwards"]), _token(world, ["Admin"])
    body = {"edit": "forwards.suspend", "filter": {}}
    assert v2("POST", "/jobs", body=body, token=admin).status_code == 403
    assert v2("POST", "/jobs", body=body, token=_token(world, ["Forwards"], writes=False)).status_code == 403
    key = v2("POST", "/jobs", body=body, token=forwards).json()["id"]
    assert v2("GET", f"/jobs/{key}", token=forwards).status_code == 200
    assert v2("GET", f"/jobs/{key}", token=admin).status_code == 404
    assert v2("POST", f"/jobs/{key}/start", body={}, token=admin).status_code == 404
    assert v2("POST", f"/jobs/{key}/start", body={}, token=forwards).json()["state"] == "done"
    assert Change.objects.latest("pk").credential.startswith("API password")


def test_api_password__opens_all_that_an_edit_writes_or_none_of_it(world: World, v2: V2) -> None:
    params = {"old": "acme.example", "new": "acme-new.example", "old_addresses": "keep"}
    body = {"edit": "users.move_domain", "ids": [world.users[24].pk], "params": params, "preview": False}
    assert v2("POST", "/jobs", body=body, token=_token(world, ["Admin"])).status_code == 403
    assert v2("POST", "/jobs", body=body, token=_token(world, ["Admin", "Forwards"])).json()["state"] == "done"
    sets = {"edit": "contexts.set_property", "ids": [24], "preview": False}
    sets["params"] = {"name": "a.b", "value": "1", "where": "everywhere"}
    assert v2("POST", "/jobs", body=sets, token=_token(world, ["Contexts"])).status_code == 403
    assert v2("POST", "/jobs", body=sets, token=_token(world, ["Contexts", "Admin"])).json()["changed"] == 1


def test_job__changes_several_fields(world: World, v2: V2) -> None:
    params = {"quota": 4096, "status": "active", "no_msisdn": True}
    job = _post(v2, edit="users.change", params=params, ids=[world.users[24].pk], preview=False).json()
    assert (job["state"], job["changed"]) == ("done", 1)
    assert User.objects.get(pk=world.users[24].pk).msisdn is None
    assert _post(v2, edit="users.change", params={}, ids=[world.users[24].pk]).status_code == 422


def test_api_password__limited_to_contexts_edits_those_alone(world: World, v2: V2) -> None:
    everywhere = _post(v2, edit="forwards.suspend", filter={}).json()["id"]
    token = _token(world, ["Forwards"], contexts=["24"])
    job = v2("POST", "/jobs", body={"edit": "forwards.suspend", "filter": {}, "preview": False}, token=token).json()
    assert (job["total"], job["state"]) == (1, "done")
    assert not ForwardingAlias.objects.filter(~Q(context=24), is_active=False).exists()
    assert v2("GET", f"/jobs/{everywhere}", token=token).status_code == 404
    assert [one["id"] for one in v2("GET", "/jobs", token=token).json()["data"]] == [job["id"]]


@pytest.mark.parametrize("count", [1, 100])
def test_rows__statements_do_not_grow(world: World, v2: V2, count: int, django_assert_num_queries: Any) -> None:
    for number in range(count):
        body = {"context": 24, "address": f"n{number}@acme.example", "recipients": ["a@remote.example"]}
        v2("POST", "/aliases", "alpha", body)
    key = _post(v2, edit="forwards.suspend", filter={}).json()["id"]
    with django_assert_num_queries(3):
        assert len(v2("GET", f"/jobs/{key}/rows?limit={count}", "alpha").json()["data"]) == count
