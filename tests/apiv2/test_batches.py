"""Many creates and changes in one call."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import User
from apiv2.models import KeptAnswer
from changelog.models import Change
from forwards.models import ForwardingAlias
from tests.apiv2.client import V2
from tests.world import World

ALIAS = {"op": "create", "context": 24, "recipients": ["a@remote.example"]}


def _batch(v2: V2, resource: str, lines: list[Any], login: str = "alpha", **headers: str) -> Any:
    raw = b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in lines)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return v2("POST", f"/{resource}/batch", login, raw=raw, content_type="application/x-ndjson", headers=named)


def _outcomes(response: Any) -> list[dict[str, Any]]:
    assert response.status_code == 200, response.content
    assert response.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(line) for line in response.content.splitlines()]


def test_aliases__each_line_has_its_own_outcome(world: World, v2: V2) -> None:
    sales = ForwardingAlias.objects.get(normalized="sales@acme.example").pk
    foreign = ForwardingAlias.objects.get(normalized="sales@echo.example").pk
    response = _batch(
        v2,
        "aliases",
        [
            ALIAS | {"address": "one@acme.example"},
            ALIAS | {"address": "sales@acme.example"},
            b"{",
            ALIAS | {"address": "two@acme.example", "context": 44},
            ALIAS | {"address": "nonsense"},
            {"op": "update", "id": sales, "recipients": ["new@remote.example"]},
            {"op": "update", "id": foreign, "is_active": False},
            {"op": "update", "id": sales, "is_active": False},
            {"op": "fly"},
            {"op": "create", "colour": "red"},
            b"",
            ALIAS | {"address": "one@acme.example"},
            {"op": "delete", "id": sales},
        ],
    )
    found = _outcomes(response)

    assert [one["line"] for one in found] == list(range(1, 13))
    assert [one["status"] for one in found] == [201, 409, 400, 422, 422, 200, 404, 200, 422, 422, 409, 204]
    assert found[0]["id"] == ForwardingAlias.objects.get(normalized="one@acme.example").pk
    assert [one["pointer"] for one in found[3]["problem"]["errors"]] == ["#/context"]
    assert [one["pointer"] for one in found[4]["problem"]["errors"]] == ["#/address"]
    assert not ForwardingAlias.objects.filter(pk=sales).exists()
    assert ForwardingAlias.objects.get(pk=foreign).is_active
    lines = Change.objects.order_by("-pk")[:4]
    (batch,) = {line.batch for line in lines}
    assert {line.channel for line in lines} == {"api"}
    assert response.headers["Link"] == f'</api/v2/changes?batch={batch}>; rel="related"'


def test_users__are_created_changed_and_deleted(world: World, v2: V2) -> None:
    john = world.users[24].pk
    found = _outcomes(
        _batch(
            v2,
            "users",
            [
                {"op": "create", "context": 24, "number": 7, "uidname": "seven@acme.example", "quota": 1024},
                {"op": "create", "context": 25, "number": 7, "uidname": "seven@acme.example"},
                {"op": "update", "id": john, "quota": None, "custom": ["x1"]},
                {"op": "update", "id": world.users[44].pk, "quota": 5},
                {"op": "update", "id": john, "custom": ["john25"]},
                {"op": "delete", "id": john},
            ],
        )
    )
    assert [one["status"] for one in found] == [201, 409, 200, 404, 422, 204]
    made = User.objects.get(pk=found[0]["id"])
    assert (made.number, made.uidname, made.quota) == (7, "seven@acme.example", 1024)
    assert not User.objects.filter(pk=john).exists()


@pytest.mark.parametrize("resource", ["aliases", "users"])
def test_batch__update_of_nothing_changes_nothing(world: World, v2: V2, resource: str) -> None:
    rows = {"aliases": ForwardingAlias.objects.filter(context=24), "users": User.objects.filter(context=24)}[resource]
    key, lines = rows.values_list("pk", flat=True)[0], Change.objects.count()
    (outcome,) = _outcomes(_batch(v2, resource, [{"op": "update", "id": key}]))

    assert outcome == {"line": 1, "status": 200, "id": key}
    assert rows.filter(pk=key).exists()
    assert Change.objects.count() == lines


@pytest.mark.parametrize("op", [[], {}, None, 1, True])
def test_batch__op_of_another_type_is_that_lines_own_mistake(world: World, v2: V2, op: Any) -> None:
    lines = [{"op": op, "id": 1}, ALIAS | {"address": "one@acme.example"}]
    assert [one["status"] for one in _outcomes(_batch(v2, "aliases", lines))] == [422, 201]


def test_batch__is_undone_as_one(world: World, v2: V2) -> None:
    response = _batch(v2, "aliases", [ALIAS | {"address": f"n{number}@acme.example"} for number in range(5)])
    (batch,) = set(Change.objects.order_by("-pk")[:5].values_list("batch", flat=True))
    body = {"edit": "changes.undo", "filter": {"batch": str(batch)}, "preview": False}
    undone = v2("POST", "/jobs", "alpha", body).json()

    assert len(_outcomes(response)) == 5
    assert (undone["state"], undone["changed"]) == ("done", 5)
    assert not ForwardingAlias.objects.filter(normalized="n1@acme.example").exists()


def test_batch__that_comes_again_is_answered_as_the_first_time(world: World, v2: V2) -> None:
    lines = [ALIAS | {"address": "one@acme.example"}]
    first = _batch(v2, "aliases", lines, Idempotency_Key="b1")
    second = _batch(v2, "aliases", lines, Idempotency_Key="b1")

    assert _outcomes(first)[0]["status"] == 201
    assert second.content == first.content
    assert second.headers["Idempotency-Replayed"] == "true"


def test_batch__of_which_one_is_still_at_work_is_409(world: World, v2: V2) -> None:
    KeptAnswer.objects.create(administrator=world.administrators["alpha"], key="b1", fingerprint="x")
    refused = _batch(v2, "aliases", [ALIAS | {"address": "one@acme.example"}], Idempotency_Key="b1")
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:oxaas:problem:key-in-use")


def test_batch__that_was_killed_can_come_again(world: World, v2: V2) -> None:
    before = timezone.now() - timedelta(hours=2)
    KeptAnswer.objects.create(administrator=world.administrators["alpha"], key="b1", fingerprint="x", created_at=before)
    again = _batch(v2, "aliases", [ALIAS | {"address": "one@acme.example"}], Idempotency_Key="b1")
    assert [one["status"] for one in _outcomes(again)] == [201]


@pytest.mark.parametrize(("count", "status"), [(0, 400), (10_001, 422)])
def test_batch__of_nothing_or_too_much_is_refused(world: World, v2: V2, count: int, status: int) -> None:
    assert _batch(v2, "aliases", [b"{}"] * count).status_code == status


def test_batch__that_names_one_object_too_often_is_refused_whole(world: World, v2: V2) -> None:
    lines = [{"op": "update", "id": world.users[24].pk, "quota": number} for number in range(101)]
    assert _batch(v2, "users", lines, Idempotency_Key="often").status_code == 422
    assert User.objects.get(pk=world.users[24].pk).quota == world.users[24].quota
    assert {one["status"] for one in _outcomes(_batch(v2, "users", lines[:3], Idempotency_Key="often"))} == {200}


def test_batch__of_another_type_is_415(world: World, v2: V2) -> None:
    assert v2("POST", "/aliases/batch", "alpha", {"op": "create"}).status_code == 415
    assert v2("POST", "/aliases", "alpha", raw=b"{}", content_type="application/x-ndjson").status_code == 415


@pytest.mark.parametrize("resource", ["aliases", "users"])
def test_batch__statements_do_not_grow(world: World, v2: V2, resource: str, django_assert_max_num_queries: Any) -> None:
    def line(number: int) -> dict[str, Any]:
        if resource == "aliases":
            return ALIAS | {"address": f"n{number}@acme.example"}
        return {"op": "create", "context": 24, "number": number, "uidname": f"n{number}@acme.example"}

    with django_assert_max_num_queries(30):
        assert {one["status"] for one in _outcomes(_batch(v2, resource, [line(n) for n in range(100, 400)]))} == {201}
