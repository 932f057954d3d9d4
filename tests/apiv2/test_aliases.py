"""Aliases by the second version of the API."""

from __future__ import annotations

import base64
import json
from datetime import date
from typing import Any

import pytest

from changelog.models import Change
from forwards.models import ForwardingAlias
from tests.apiv2.client import V2
from tests.world import World

NEW = {"context": 24, "address": "Info@acme.example", "recipients": ["a@remote.example", "johndoe@acme.example"]}


def _sales(domain: str = "acme.example") -> int:
    return ForwardingAlias.objects.get(normalized=f"sales@{domain}").pk


def test_post__creates_and_says_where(world: World, v2: V2) -> None:
    made = v2("POST", "/aliases", "alpha", NEW)

    assert made.status_code == 201
    body = made.json()
    assert made.headers["Location"] == f"/api/v2/aliases/{body['id']}"
    assert body == {**NEW, "id": body["id"], "is_active": True, "expires_on": None, "note": None, "labels": []}
    again = v2("GET", f"/aliases/{body['id']}", "alpha")
    assert again.json() == body
    assert again.headers["ETag"] == made.headers["ETag"]
    line = Change.objects.latest("pk")
    assert (line.channel, line.kind, line.actor, line.action) == ("api", "forward", "alpha", "create")


def test_get__shows_the_same_by_either_way(world: World, v2: V2) -> None:
    key = _sales()
    short = v2("GET", f"/aliases/{key}", "alpha")
    long = v2("GET", f"/aliases/{key}?include=context", "alpha")

    assert short.status_code == 200
    assert short.headers["ETag"] == long.headers["ETag"]
    body = long.json()
    assert body.pop("included")["context"]["name"] == "alpha_acme"
    assert body == short.json()
    assert short.json()["recipients"] == ["johndoe@acme.example", "outside@elsewhere.example"]


def test_get__fields_leaves_out_the_others(world: World, v2: V2) -> None:
    body = v2("GET", f"/aliases/{_sales()}?fields=id,address", "alpha").json()
    assert body == {"id": _sales(), "address": "sales@acme.example"}


def test_put__replaces_and_takes_back_what_was_read(world: World, v2: V2) -> None:
    key = _sales()
    read = v2("GET", f"/aliases/{key}", "alpha").json()
    put = v2("PUT", f"/aliases/{key}", "alpha", read | {"recipients": ["new@remote.example"]})

    assert put.status_code == 200
    assert put.json()["recipients"] == ["new@remote.example"]


def test_patch__changes_what_is_given(world: World, v2: V2) -> None:
    key = _sales()
    patched = v2("PATCH", f"/aliases/{key}", "alpha", {"is_active": False}, content_type="application/merge-patch+json")

    assert patched.status_code == 200
    assert patched.json()["is_active"] is False
    assert len(patched.json()["recipients"]) == 2


def test_patch__moves_to_another_context(world: World, v2: V2) -> None:
    v2("POST", "/aliases", "alpha", NEW | {"address": "x@free.example"})
    key = ForwardingAlias.objects.get(normalized="x@free.example").pk

    assert v2("PATCH", f"/aliases/{key}", "alpha", {"context": 25}).json()["context"] == 25
    refused = v2("PATCH", f"/aliases/{key}", "alpha", {"context": 44})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "#/context"


def test_delete__and_then_there_is_none(world: World, v2: V2) -> None:
    key = _sales()
    assert v2("DELETE", f"/aliases/{key}", "alpha").status_code == 204
    assert v2("GET", f"/aliases/{key}", "alpha").status_code == 404
    assert v2("DELETE", f"/aliases/{key}", "alpha").status_code == 404


class TestVersions:
    """ETag and If-Match."""

    def test_if_match__what_was_changed_meanwhile_is_412(self, world: World, v2: V2) -> None:
        key = _sales()
        old = v2("GET", f"/aliases/{key}", "alpha").headers["ETag"]
        new = v2("PATCH", f"/aliases/{key}", "alpha", {"is_active": False}, headers={"If-Match": old})
        assert new.status_code == 200

        before = Change.objects.count()
        for method, body in (("PATCH", {"is_active": True}), ("PUT", {**NEW}), ("DELETE", None)):
            stale = v2(method, f"/aliases/{key}", "alpha", body, headers={"If-Match": old})
            assert stale.status_code in {412, 422}, method
        stale = v2("PATCH", f"/aliases/{key}", "alpha", {"is_active": True}, headers={"If-Match": old})
        assert stale.json()["type"] == "urn:oxaas:problem:precondition-failed"
        assert Change.objects.count() == before
        fresh = {"If-Match": f'"x", {new.headers["ETag"]}'}
        assert v2("DELETE", f"/aliases/{key}", "alpha", headers=fresh).status_code == 204

    @pytest.mark.parametrize("tag", ["x", '"x"', 'W/"1"', '"999999999999999999999"', '""'])
    def test_if_match__what_is_no_tag_matches_nothing(self, world: World, v2: V2, tag: str) -> None:
        refused = v2("DELETE", f"/aliases/{_sales()}", "alpha", headers={"If-Match": tag})
        assert refused.status_code == 412

    def test_if_match__a_star_matches_whatever_is_there(self, world: World, v2: V2) -> None:
        assert v2("DELETE", f"/aliases/{_sales()}", "alpha", headers={"If-Match": "*"}).status_code == 204


class TestRepeated:
    """Idempotency-Key."""

    def _post(self, v2: V2, body: Any, key: str = "k1", login: str = "alpha") -> Any:
        return v2("POST", "/aliases", login, body, headers={"Idempotency-Key": key})

    def test_key__the_same_call_is_answered_as_the_first_time(self, world: World, v2: V2) -> None:
        first = self._post(v2, NEW)
        before = Change.objects.count()
        second = self._post(v2, NEW)

        assert (first.status_code, second.status_code) == (201, 201)
        assert second.content == first.content
        for name in ("ETag", "Location", "Content-Type"):
            assert second.headers[name] == first.headers[name]
        assert "Idempotency-Replayed" not in first.headers
        assert second.headers["Idempotency-Replayed"] == "true"
        assert Change.objects.count() == before

    def test_key__for_another_body_is_refused(self, world: World, v2: V2) -> None:
        self._post(v2, NEW)
        refused = self._post(v2, NEW | {"address": "other@acme.example"})
        assert refused.status_code == 422
        assert refused.json()["type"] == "urn:oxaas:problem:key-reused"

    def test_key__what_is_refused_is_not_kept(self, world: World, v2: V2) -> None:
        assert self._post(v2, NEW | {"recipients": ["nonsense"]}).status_code == 422
        assert self._post(v2, NEW).status_code == 201

    def test_key__is_each_administrators_own(self, world: World, v2: V2) -> None:
        self._post(v2, NEW)
        assert self._post(v2, NEW, login="root").status_code == 409

    @pytest.mark.parametrize("key", ["", "x" * 256, "schlüssel"])
    def test_key__of_odd_characters_is_400(self, world: World, v2: V2, key: str) -> None:
        assert self._post(v2, NEW, key=key).status_code == 400


class TestCollection:
    """Pages, filters, order."""

    def test_list__is_what_the_caller_sees(self, world: World, v2: V2) -> None:
        for login, contexts in {"root": 7, "alpha": 4, "alphakid": 2, "beta": 2, "admin@alpha_acme": 1}.items():
            body = v2("GET", "/aliases?total=true", login).json()
            assert (len(body["data"]), body["total"], body["next"]) == (contexts, contexts, None), login

    @pytest.mark.parametrize("sort", ["", "id", "-id", "address", "-address", "context,-address", "-context"])
    def test_list__pages_have_every_object_once_and_in_order(self, world: World, v2: V2, sort: str) -> None:
        whole = v2("GET", f"/aliases?sort={sort}", "root").json()["data"]
        seen, reference = [], f"/api/v2/aliases?sort={sort}&limit=2"
        while reference:
            page = v2("GET", reference.removeprefix("/api/v2"), "root")
            seen += page.json()["data"]
            reference = page.json()["next"]
            assert page.headers.get("Link") == (f'<{reference}>; rel="next"' if reference else None)
        assert seen == whole
        assert len(whole) == 7

    @pytest.mark.parametrize(
        "sort", ["expires_on", "-expires_on", "-expires_on,-id", "context,expires_on", "expires_on,-address"]
    )
    @pytest.mark.parametrize("limit", [1, 2, 3])
    def test_list__what_is_empty_comes_last_and_once(self, world: World, v2: V2, sort: str, limit: int) -> None:
        for context, day in ((24, 5), (34, 2), (44, 5), (54, 9)):
            ForwardingAlias.objects.filter(context=context).update(expires_on=date(2027, 1, day))
        whole = v2("GET", f"/aliases?sort={sort}", "root").json()["data"]
        seen, reference = [], f"/api/v2/aliases?sort={sort}&limit={limit}"
        while reference:
            page = v2("GET", reference.removeprefix("/api/v2"), "root").json()
            seen += page["data"]
            reference = page["next"]
        assert seen == whole
        days = [one["expires_on"] for one in whole]
        assert len(days) == 7
        if "context" not in sort:
            known = [day for day in days if day is not None]
            assert days == sorted(known, reverse=sort.startswith("-")) + [None] * 3

    def test_list__a_cursor_with_nothing_where_something_must_be_is_400(self, world: World, v2: V2) -> None:
        for sort, order, values in (
            ("address", "normalized,pk", [None, 1]),
            ("id", "pk", [None]),
            ("expires_on", "expires_on,pk", [5, 1]),
            ("expires_on", "expires_on,pk", ["2027-02-30", 1]),
        ):
            text = json.dumps([order, *values]).encode()
            cursor = base64.urlsafe_b64encode(text).decode().rstrip("=")
            refused = v2("GET", f"/aliases?sort={sort}&cursor={cursor}", "root")
            assert [one["parameter"] for one in refused.json()["errors"]] == ["cursor"], values

    @pytest.mark.parametrize(
        ("query", "found"),
        [
            ("context=24", 1),
            ("context=44", 0),
            ("address=SALES@acme.example", 1),
            ("domain=bolt.EXAMPLE", 1),
            ("recipient=outside@elsewhere.example", 4),
            ("recipient=johndoe@cafe.example", 1),
            ("is_active=false", 0),
            ("search=acme", 1),
            ("search=outside", 4),
            ("search=nothing", 0),
        ],
    )
    def test_list__filters(self, world: World, v2: V2, query: str, found: int) -> None:
        assert len(v2("GET", f"/aliases?{query}", "alpha").json()["data"]) == found

    @pytest.mark.parametrize(
        ("query", "parameter"),
        [
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("limit=x", "limit"),
            ("sort=recipients", "sort"),
            ("fields=id,color", "fields"),
            ("include=reseller", "include"),
            ("cursor=x", "cursor"),
            ("cursor=WyJwayIsIngiXQ", "cursor"),
            ("cursor=WyItcGsiLDFd", "cursor"),
            ("cursor=WzFd", "cursor"),
            ("total=yes", "total"),
            ("context=x", "context"),
            ("context=-1", "context"),
            ("context=99999999999999999999", "context"),
            ("colour=red", "colour"),
            ("context=24&context=25", "context"),
            ("search=%00", "search"),
            ("is_active=maybe", "is_active"),
        ],
    )
    def test_list__says_which_parameter_is_wrong(self, world: World, v2: V2, query: str, parameter: str) -> None:
        refused = v2("GET", f"/aliases?{query}", "alpha")
        assert refused.status_code == 400
        assert refused.json()["type"] == "urn:oxaas:problem:invalid-parameter"
        assert [one["parameter"] for one in refused.json()["errors"]] == [parameter]


class TestErrors:
    """Each wrong field has its pointer."""

    @pytest.mark.parametrize(
        ("body", "pointers"),
        [
            ({}, ["#/address", "#/context", "#/recipients"]),
            (NEW | {"address": 5, "recipients": "a@b.example"}, ["#/address", "#/recipients"]),
            (NEW | {"recipients": ["a@b.example", 7]}, ["#/recipients/1"]),
            (NEW | {"recipients": []}, ["#/recipients"]),
            (NEW | {"recipients": ["nonsense"]}, ["#/recipients"]),
            (NEW | {"recipients": ["info@acme.example"]}, ["#/recipients"]),
            (NEW | {"address": "nonsense"}, ["#/address"]),
            (NEW | {"context": 44}, ["#/context"]),
            (NEW | {"context": "24"}, ["#/context"]),
            (NEW | {"context": 999}, ["#/context"]),
            (NEW | {"id": 5, "a/b~c": 1}, ["#/a~1b~0c", "#/id"]),
            (NEW | {"is_active": "yes"}, ["#/is_active"]),
        ],
    )
    def test_post__points_to_every_wrong_field(self, world: World, v2: V2, body: Any, pointers: list[str]) -> None:
        before = Change.objects.count()
        refused = v2("POST", "/aliases", "alpha", body)
        assert refused.status_code == 422, refused.content
        assert sorted(one["pointer"] for one in refused.json()["errors"]) == pointers
        assert Change.objects.count() == before

    def test_post__of_one_that_is_there_is_409(self, world: World, v2: V2) -> None:
        refused = v2("POST", "/aliases", "alpha", NEW | {"address": "sales@acme.example"})
        assert refused.status_code == 409

    def test_put__says_what_cannot_be_changed(self, world: World, v2: V2) -> None:
        read = v2("GET", f"/aliases/{_sales()}", "alpha").json()
        refused = v2("PUT", f"/aliases/{_sales()}", "alpha", read | {"address": "else@acme.example", "id": 99})
        assert [one["pointer"] for one in refused.json()["errors"]] == ["#/id", "#/address"]

    @pytest.mark.parametrize(
        ("raw", "content_type", "status"),
        [
            (b"", "application/json", 400),
            (b"{", "application/json", 400),
            (b"[]", "application/json", 400),
            (b"\xff", "application/json", 400),
            (b'{"context": NaN}', "application/json", 400),
            (b"{}", "text/plain", 415),
            (b"{}", "application/x-www-form-urlencoded", 415),
            (b'{"a": "%s"}' % (b"x" * 2**20), "application/json", 413),
        ],
    )
    def test_post__bodies_that_cannot_be_read(
        self, world: World, v2: V2, raw: bytes, content_type: str, status: int
    ) -> None:
        assert v2("POST", "/aliases", "alpha", raw=raw, content_type=content_type).status_code == status

    def test_others__are_problems_too(self, world: World, v2: V2) -> None:
        assert v2("GET", "/aliases", "alpha", headers={"Accept": "text/html"}).status_code == 406
        assert v2("GET", "/aliases", "alpha", headers={"Accept": "text/html, */*;q=0.1"}).status_code == 200
        refused = v2("DELETE", "/aliases", "alpha")
        assert (refused.status_code, refused.headers["Allow"]) == (405, "GET, HEAD, POST")
        for path in ("/nothing", "/aliases/", "", "/"):
            assert v2("GET", path, "alpha").status_code == 404, path
        for key in ("x", "0", "-1", "9" * 30, "1.0"):
            assert v2("GET", f"/aliases/{key}", "alpha").status_code == 404, key


@pytest.mark.parametrize("count", [1, 100])
def test_list__statements_do_not_grow(
    world: World, v2: V2, count: int, django_assert_num_queries: Any, settings: Any
) -> None:
    for number in range(count):
        v2("POST", "/aliases", "alpha", NEW | {"address": f"n{number}@acme.example"})
    with django_assert_num_queries(3):
        assert len(v2("GET", f"/aliases?context=24&include=context&limit={count}", "alpha").json()["data"]) == count


def test_get__takes_two_statements(world: World, v2: V2, django_assert_num_queries: Any) -> None:
    key = _sales()
    v2("GET", f"/aliases/{key}", "alpha")
    with django_assert_num_queries(2):
        v2("GET", f"/aliases/{key}", "alpha")
