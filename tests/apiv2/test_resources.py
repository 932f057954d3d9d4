"""What is special to each resource of the second version, and that no page costs more statements than another."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from accounts.models import Administrator, ApiPassword, Context, User
from accounts.services.administrators import create_administrator
from accounts.services.api_passwords import create_api_password
from accounts.services.config import Owner, set_property
from accounts.services.contexts import create_context
from accounts.services.labels import create_label
from accounts.services.resellers import create_reseller
from accounts.services.users import create_user
from apiv2.models import KeptAnswer
from changelog.models import Change
from core.access import Role
from domains.services import add_domain
from forwards.models import ForwardingAlias
from tests.apiv2.client import V2
from tests.world import OPERATOR, World
from webhooks.models import Delivery, Webhook


def _make_without_context(world: World, resource: str, name: str) -> None:
    if resource == "labels":
        create_label(actor=OPERATOR, reseller=None, name=name, colour="red")
    else:
        create_reseller(actor=OPERATOR, name=name, parent=world.resellers["alpha"])


def _make(world: World, resource: str, number: int) -> None:
    """One more of the resource, in the charge of root."""
    match resource:
        case "resellers" | "labels":
            _make_without_context(world, resource, f"n{number}")
        case "contexts":
            create_context(actor=OPERATOR, context_id=1000 + number, name=f"n{number}", reseller=None)
        case "users":
            values: dict[str, Any] = {"context": world.contexts[24], "number": 1000 + number, "uidname": f"n{number}"}
            create_user(actor=OPERATOR, custom=[f"a{number}", f"b{number}"], **values)
        case "domains":
            add_domain(actor=OPERATOR, context=world.contexts[24], name=f"n{number}.example")
        case "administrators":
            login: dict[str, Any] = {"login": f"n{number}", "role": Role.CONTEXT, "context": world.contexts[24]}
            create_administrator(actor=OPERATOR, password="a long password", **login)
        case "api-passwords":
            owner = world.administrators["root" if number % 2 else "alpha"]
            create_api_password(actor=OPERATOR, administrator=owner, name=f"n{number}", families=["Admin"])
        case "properties":
            set_property(actor=OPERATOR, owner=Owner(user=world.users[24]), name=f"n{number}", value="x")
        case "webhooks" | "webhook-deliveries":
            values = {"name": f"n{number}", "url": "https://hooks.example/", "place": []}
            row = Webhook.objects.create(
                administrator=world.administrators["root" if number % 2 else "alpha"], **values
            )
            Delivery.objects.create(webhook=row, message="x", event="x", kind="x", key=1)
        case "changes":
            set_property(actor=OPERATOR, owner=Owner(context=world.contexts[24]), name=f"n{number}", value="x")


@pytest.mark.parametrize(
    ("resource", "include"),
    [
        ("resellers", "parent"),
        ("labels", ""),
        ("contexts", "reseller"),
        ("users", "context"),
        ("domains", "context"),
        ("administrators", ""),
        ("api-passwords", ""),
        ("properties", ""),
        ("changes", ""),
        ("webhooks", ""),
        ("webhook-deliveries", ""),
    ],
)
def test_list__takes_as_many_statements_for_1_as_for_100(
    world: World, v2: V2, resource: str, include: str, django_assert_num_queries: Any
) -> None:
    for number in range(100):
        _make(world, resource, number)
    path = f"/{resource}?sort=-id&include={include}"
    v2("GET", path, "root")
    statements = 3 if resource == "users" else 2
    for limit in (1, 100):
        with django_assert_num_queries(statements):
            assert len(v2("GET", f"{path}&limit={limit}", "root").json()["data"]) == limit


class TestUsers:
    """Users."""

    def test_post__whatever_can_be_said(self, world: World, v2: V2) -> None:
        body = {
            "context": 24, "number": 7, "uidname": "Seven@acme.example", "msisdn": "+49 30 123456",
            "custom": ["b", "a"], "quota": 5, "is_active": False,
        }  # fmt: skip
        made = v2("POST", "/users", "admin@alpha_acme", body)
        assert made.status_code == 201
        assert made.json() == {**body, "id": User.objects.get(number=7).pk, "note": None, "labels": []}

    @pytest.mark.parametrize(
        ("changes", "pointer", "status"),
        [
            ({"number": 42}, "number", 409),
            ({"number": 0}, "number", 422),
            ({"uidname": "johndoe@acme.example"}, "uidname", 409),
            ({"uidname": ""}, "uidname", 422),
            ({"msisdn": "x"}, "msisdn", 422),
            ({"custom": ["john25"]}, "custom", 422),
            ({"quota": -1}, "quota", 422),
            ({"quota": "5"}, "quota", 422),
            ({"quota": 2**63}, "quota", 422),
            ({"is_active": 1}, "is_active", 422),
        ],
    )
    def test_post__points_to_what_is_wrong(
        self, world: World, v2: V2, changes: dict[str, Any], pointer: str, status: int
    ) -> None:
        body = {"context": 24, "number": 7, "uidname": "seven@acme.example"} | changes
        refused = v2("POST", "/users", "alpha", body)
        assert refused.status_code == status
        assert [one["pointer"] for one in refused.json()["errors"]] == [f"#/{pointer}"]

    def test_put__what_is_left_out_is_as_in_a_new_one(self, world: World, v2: V2) -> None:
        key = world.users[24].pk
        put = v2("PUT", f"/users/{key}", "alpha", {"uidname": "johndoe@acme.example"}).json()
        assert (put["msisdn"], put["custom"], put["quota"]) == (None, [], None)

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("uidname=JOHNDOE@acme.example", 1),
            ("msisdn=%2B4912345624", 1),
            ("custom=john24", 1),
            ("custom=john44", 0),
            ("number=42", 4),
            ("search=doe", 4),
        ],
    )
    def test_list__finds_by_identifiers(self, world: World, v2: V2, query: str, found: int) -> None:
        assert len(v2("GET", f"/users?{query}", "alpha").json()["data"]) == found

    def test_properties__are_the_effective_ones_with_their_source(self, world: World, v2: V2) -> None:
        found = v2("GET", f"/users/{world.users[24].pk}/properties", "admin@alpha_acme").json()["data"]
        assert {one["name"]: (one["value"], one["scope"]) for one in found} == {
            "com.openexchange.brand": ("alpha_acme", "context"),
            "com.openexchange.capability.webmail": ("true", "server"),
        }


def test_contexts__their_own_administrator_is_not_told_who_sold_them(world: World, v2: V2) -> None:
    assert v2("GET", "/contexts/24", "alpha").json()["reseller"] == world.resellers["alpha"].pk
    own = v2("GET", "/contexts/24?include=reseller", "admin@alpha_acme").json()
    assert (own["reseller"], own["included"]["reseller"]) == (None, None)
    lines = v2("GET", "/changes", "admin@alpha_acme").json()["data"]
    assert {line["reseller"] for line in lines} == {None}


def test_contexts__a_resellers_own_needs_no_reseller(world: World, v2: V2) -> None:
    made = v2("POST", "/contexts", "alpha", {"id": 900, "name": "fresh"}).json()
    assert made["reseller"] == world.resellers["alpha"].pk
    assert v2("POST", "/contexts", "root", {"id": 901, "name": "own"}).json()["reseller"] is None


def test_domains__wait_for_their_proof(world: World, v2: V2, settings: Any) -> None:
    settings.DOMAIN_PROOF = "dns"
    made = v2("POST", "/domains", "alpha", {"context": 24, "name": "Fresh.example"}).json()
    assert (made["name"], made["proof"], made["is_proven"]) == ("fresh.example", "waiting", False)
    assert made["record_name"] == "_oxaas-proof.fresh.example"
    assert len(v2("GET", "/domains?proof=waiting", "alpha").json()["data"]) == 1
    assert v2("POST", f"/domains/{made['id']}/prove", "alpha").status_code == 403
    assert v2("POST", f"/domains/{made['id']}/prove", "root").json()["proof"] == "master"
    assert v2("POST", f"/domains/{made['id']}/withdraw", "root").json()["proof"] == "waiting"
    assert v2("GET", "/domains?is_proven=true&context=24", "alpha").json()["data"][0]["name"] == "acme.example"


class TestAdministrators:
    """Administrators and their API passwords: no secret is shown twice."""

    def test_post__password_is_nowhere_afterwards(self, world: World, v2: V2) -> None:
        body = {"login": "new", "role": "context", "context": 24, "password": "a long password"}
        made = v2("POST", "/administrators", "alpha", body)
        assert made.status_code == 201
        assert "password" not in made.json()
        assert v2("GET", "/contexts/24", "new@alpha_acme", password="a long password").status_code == 200
        assert "a long password" not in str(list(Change.objects.values_list("after", flat=True)))

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"password": "short"}, "password"),
            ({"role": "wizard"}, "role"),
            ({"role": "reseller"}, "role"),
            ({"context": 44}, "context"),
            ({"email": "x"}, "email"),
            ({"time_zone": "Moon/Base"}, "time_zone"),
            ({"language": "xx"}, "language"),
        ],
    )
    def test_post__points_to_what_is_wrong(self, world: World, v2: V2, changes: dict[str, Any], pointer: str) -> None:
        body = {"login": "new", "role": "context", "context": 24, "password": "a long password"} | changes
        refused = v2("POST", "/administrators", "alpha", body)
        assert refused.status_code == 422
        assert [one["pointer"] for one in refused.json()["errors"]] == [f"#/{pointer}"]

    def test_post__nobody_makes_a_master_but_a_master(self, world: World, v2: V2) -> None:
        body = {"login": "new", "role": "master", "password": "a long password"}
        assert v2("POST", "/administrators", "alpha", body).status_code == 403
        assert not Administrator.objects.filter(login="new").exists()

    def test_patch__a_new_password_works(self, world: World, v2: V2) -> None:
        key = world.administrators["admin@alpha_acme"].pk
        assert v2("PATCH", f"/administrators/{key}", "alpha", {"password": "another long one"}).status_code == 200
        assert v2("GET", "/contexts", "admin@alpha_acme").status_code == 401
        assert v2("GET", "/contexts", "admin@alpha_acme", password="another long one").status_code == 200

    def test_api_password__its_text_is_answered_once_and_sealed_for_a_repeated_call(self, world: World, v2: V2) -> None:
        body = {"name": "machine", "families": ["Forwards"], "networks": ["127.0.0.0/8"]}
        made = v2("POST", "/api-passwords", "alpha", body, headers={"Idempotency-Key": "k"})
        secret = made.json()["secret"]
        assert v2("GET", "/aliases", token=secret).status_code == 200
        assert v2("POST", "/api-passwords", "alpha", body, headers={"Idempotency-Key": "k"}).json()["secret"] == secret
        assert "secret" not in v2("GET", f"/api-passwords/{made.json()['id']}", "alpha").json()
        kept = KeptAnswer.objects.get()
        assert secret not in kept.sealed + str(kept.headers)
        assert v2("DELETE", f"/api-passwords/{made.json()['id']}", "alpha").status_code == 204
        assert v2("GET", "/aliases", token=secret).status_code == 401
        assert not ApiPassword.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"families": []}, "families"),
            ({"families": ["Mail"]}, "families"),
            ({"families": ["Magic"]}, "families/0"),
            ({"contexts": [44]}, "contexts"),
            ({"networks": ["x"]}, "networks"),
            ({"expires_at": "2001-01-01T00:00:00Z"}, "expires_at"),
            ({"expires_at": 5}, "expires_at"),
        ],
    )
    def test_api_password__points_to_what_is_wrong(
        self, world: World, v2: V2, changes: dict[str, Any], pointer: str
    ) -> None:
        refused = v2("POST", "/api-passwords", "alpha", {"name": "x", "families": ["Admin"]} | changes)
        assert refused.status_code == 422
        assert [one["pointer"] for one in refused.json()["errors"]] == [f"#/{pointer}"]


def test_properties__one_that_is_set_is_changed_and_not_made_again(world: World, v2: V2) -> None:
    body = {"name": "x.y", "value": "1", "context": 24}
    made = v2("POST", "/properties", "alpha", body)
    assert (made.status_code, made.json()["scope"]) == (201, "context")
    for value in ("1", "2"):
        assert v2("POST", "/properties", "alpha", body | {"value": value}).status_code == 409
    key = made.json()["id"]
    assert v2("GET", f"/properties/{key}", "alpha").json()["value"] == "1"
    assert v2("PATCH", f"/properties/{key}", "alpha", {"value": "3"}).json()["value"] == "3"
    both = body | {"name": "z", "user": world.users[24].pk}
    assert [one["pointer"] for one in v2("POST", "/properties", "alpha", both).json()["errors"]] == ["#/user"]


def test_changes__are_found_by_object_and_time(world: World, v2: V2) -> None:
    v2("PATCH", f"/users/{world.users[24].pk}", "alpha", {"quota": 77})
    line = v2("GET", f"/changes?kind=user&object={world.users[24].pk}&sort=-id&limit=1", "alpha").json()["data"][0]
    assert (line["actor"], line["channel"], line["after"]["quota"]) == ("alpha", "api", 77)
    assert line["at"].endswith("Z")
    later = v2("GET", f"/changes?since={line['at']}&kind=user", "alpha").json()["data"]
    assert [one["id"] for one in later] == [line["id"]]
    assert v2("GET", f"/changes?before={line['at']}&kind=user&object={line['object']}", "alpha").status_code == 200


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59", "2026-01-01T25:00:00Z", "x"]
)
def test_changes__a_moment_that_the_calendar_does_not_have_is_400(world: World, v2: V2, moment: str) -> None:
    for name in ("since", "before"):
        refused = v2("GET", f"/changes?{name}={moment}", "alpha")
        assert [one["parameter"] for one in refused.json()["errors"]] == [name]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "2026-01-01T00:00:00"])
def test_changes__a_cursor_that_is_none_of_ours_is_400(world: World, v2: V2, moment: str) -> None:
    cursor = base64.urlsafe_b64encode(json.dumps(["at,pk", moment, 1]).encode()).decode().rstrip("=")
    refused = v2("GET", f"/changes?sort=at&cursor={cursor}", "alpha")
    assert [one["parameter"] for one in refused.json()["errors"]] == ["cursor"]


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/users", {"\ud800": 1}, "#/\\ud800"),
        ("/jobs", {"edit": "users.set_quota", "params": {"\ud800": 1}, "ids": [1]}, "#/params/\\ud800"),
        ("/jobs", {"edit": "users.delete", "params": {"leads": "\ud800"}, "ids": [1]}, "#/params/leads"),
        ("/jobs", {"edit": "users.suspend", "filter": {"\ud800": "x"}}, "#/filter/\\ud800"),
    ],
)
def test_problem__names_half_a_character(world: World, v2: V2, path: str, body: Any, where: str) -> None:
    refused = v2("POST", path, "alpha", body)
    assert refused.status_code == 422
    assert where in [one["pointer"] for one in refused.json()["errors"]]


def test_v2__marks_a_company_and_hides_it_from_its_own_administrators(world: World, v2: V2) -> None:
    create_label(actor=OPERATOR, reseller=world.resellers["alpha"], name="vip", colour="red")
    changed = v2("PATCH", "/contexts/24", "alpha", {"note": "late", "labels": ["vip"]})
    assert (changed.json()["note"], changed.json()["labels"]) == ("late", ["vip"])
    hidden = v2("GET", "/contexts/24", "admin@alpha_acme").json()
    assert (hidden["note"], hidden["labels"]) == (None, [])
    key = world.users[24].pk
    assert v2("PATCH", f"/users/{key}", "alpha", {"labels": ["vip"]}).json()["labels"] == ["vip"]
    assert [one["id"] for one in v2("GET", "/users?label=vip", "alpha").json()["data"]] == [key]
    assert v2("PATCH", f"/users/{key}", "admin@alpha_acme", {"labels": []}).status_code == 403


@pytest.mark.parametrize(
    ("resource", "sort"),
    [
        ("users", "quota"),
        ("contexts", "quota"),
        ("contexts", "max_user"),
        ("api-passwords", "expires_at"),
        ("api-passwords", "last_used_at"),
        ("jobs", "finished_at"),
    ],
)
def test_list__of_every_resource_can_be_sorted_by_what_may_be_empty(
    world: World, v2: V2, resource: str, sort: str
) -> None:
    Context.objects.filter(pk=25).update(quota=5, max_user=7)
    Context.objects.filter(pk=34).update(quota=3, max_user=9)
    User.objects.filter(context=34).update(quota=8)
    body: dict[str, Any]
    for number, moment in enumerate((None, "2030-01-01T00:00:00Z", None, "2029-01-01T00:00:00.5Z")):
        body = {"name": f"machine {number}", "families": ["Admin"], "expires_at": moment}
        assert v2("POST", "/api-passwords", "root", body).status_code == 201
        body = {"edit": "forwards.suspend", "filter": {"context": "24"}}
        assert v2("POST", "/jobs", "root", body | {"preview": number % 2 == 0}).status_code == 201
    for sign in ("", "-"):
        whole = v2("GET", f"/{resource}?sort={sign}{sort}", "root").json()["data"]
        seen, reference = [], f"/api/v2/{resource}?sort={sign}{sort}&limit=1"
        while reference:
            page = v2("GET", reference.removeprefix("/api/v2"), "root").json()
            seen += page["data"]
            reference = page["next"]
        assert [one["id"] for one in seen] == [one["id"] for one in whole]
        values = [one[sort] for one in whole]
        known = [value for value in values if value is not None]
        assert values == sorted(known, reverse=bool(sign)) + [None] * (len(values) - len(known))


@pytest.mark.parametrize("field", [{"note": "late"}, {"labels": ["vip"]}, {"quota": 5}, {"quota": 6, "note": "x"}])
@pytest.mark.parametrize("resource", ["contexts", "users", "aliases"])
def test_etag__changes_with_the_note_and_the_labels(world: World, v2: V2, resource: str, field: dict[str, Any]) -> None:
    """A context's are lines of their own kind in the change log; to the caller they are fields as the others."""
    create_label(actor=OPERATOR, reseller=world.resellers["alpha"], name="vip", colour="red")
    if resource == "aliases" and "quota" in field:
        field = {"is_active": False}
    key = {"contexts": 24, "users": world.users[24].pk, "aliases": ForwardingAlias.objects.get(context=24).pk}[resource]
    path = f"/{resource}/{key}"
    old = v2("GET", path, "alpha").headers["ETag"]

    changed = v2("PATCH", path, "alpha", field, headers={"If-Match": old})
    assert changed.status_code == 200, changed.json()
    new = changed.headers["ETag"]
    assert new != old
    assert v2("GET", path, "alpha").headers["ETag"] == new
    before = Change.objects.count()
    for body in ({"note": "mine"}, field):
        assert v2("PATCH", path, "alpha", body, headers={"If-Match": old}).status_code == 412
    assert Change.objects.count() == before
    assert v2("PATCH", path, "alpha", {"note": "mine"}, headers={"If-Match": new}).status_code == 200
