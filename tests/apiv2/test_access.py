"""Who may do what in the second version: every resource and action x every role x own, child, sibling, foreign."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest
from django.db import connection, transaction

from accounts.models import Administrator, ApiFamily
from accounts.services.api_passwords import create_api_password, families_of
from apiv2.table import ACTIONS
from changelog.models import Change
from core import access
from tests import estate
from tests.apiv2.calls import METHODS, RESELLERS, SUCCESS, Things
from tests.apiv2.client import V2
from tests.test_access import LOG_OF_LOGINS, REFUSED
from tests.world import OPERATOR, World

# + it happens   - "your role may not" (403)   ? "there is none" (404; 422 where a body names it)
# ! "you may not" of the service (403)
#
# The places: 24 and 25 are alpha's own contexts, 34 its child alphakid's, 44 the rival beta's, 54 the master's own.
PLACES: Final = "24 25 34 44 54"
# v(iew), a(dd), c(hange), d(elete), r(otate), t(est), s(end again); the actions of a letter answer alike.
RULES: Final = """
contexts        v       root              +  +  +  +  +
contexts        v       alpha             +  +  +  ?  ?
contexts        v       alphakid          ?  ?  +  ?  ?
contexts        v       admin@alpha_acme  +  ?  ?  ?  ?
contexts        cd      root              +  +  +  +  +
contexts        cd      alpha             +  +  +  ?  ?
contexts        cd      alphakid          ?  ?  +  ?  ?
contexts        cd      admin@alpha_acme  -  -  -  -  -

users           vacd    root              +  +  +  +  +
users           vacd    alpha             +  +  +  ?  ?
users           vacd    alphakid          ?  ?  +  ?  ?
users           vacd    admin@alpha_acme  +  ?  ?  ?  ?

aliases         vacd    root              +  +  +  +  +
aliases         vacd    alpha             +  +  +  ?  ?
aliases         vacd    alphakid          ?  ?  +  ?  ?
aliases         vacd    admin@alpha_acme  +  ?  ?  ?  ?

domains         vad     root              +  +  +  +  +
domains         vad     alpha             +  +  +  ?  ?
domains         vad     alphakid          ?  ?  +  ?  ?
domains         vadc    admin@alpha_acme  -  -  -  -  -

administrators  vacd    root              +  +  +  +  +
administrators  vacd    alpha             +  +  +  ?  ?
administrators  vacd    alphakid          ?  ?  +  ?  ?
administrators  v       admin@alpha_acme  +  ?  ?  ?  ?
administrators  acd     admin@alpha_acme  -  -  -  -  -

api-passwords   vad     root              +  +  +  +  +
api-passwords   vad     alpha             +  +  +  ?  ?
api-passwords   vad     alphakid          ?  ?  +  ?  ?
api-passwords   vad     admin@alpha_acme  +  ?  ?  ?  ?

properties      vacd    root              +  +  +  +  +
properties      vacd    alpha             +  +  +  ?  ?
properties      vacd    alphakid          ?  ?  +  ?  ?
properties      v       admin@alpha_acme  +  ?  ?  ?  ?
properties      acd     admin@alpha_acme  -  -  -  -  -

webhooks        vacdrt  root              +  +  +  +  +
webhooks        vacdrt  alpha             +  +  +  ?  ?
webhooks        vacdrt  alphakid          ?  ?  +  ?  ?
webhooks        vacdrt  admin@alpha_acme  +  ?  ?  ?  ?
webhook-deliveries  vs  root              +  +  +  +  +
webhook-deliveries  vs  alpha             +  +  +  ?  ?
webhook-deliveries  vs  alphakid          ?  ?  +  ?  ?
webhook-deliveries  vs  admin@alpha_acme  +  ?  ?  ?  ?

changes         v       root              +  +  +  +  +
changes         v       alpha             +  +  +  ?  ?
changes         v       alphakid          ?  ?  +  ?  ?
changes         v       admin@alpha_acme  +  ?  ?  ?  ?
"""
# The same for what hangs on resellers.
OF_RESELLERS: Final = """
resellers       v       root              +  +  +
resellers       v       alpha             +  +  ?
resellers       v       alphakid          ?  +  ?
resellers       vacd    admin@alpha_acme  -  -  -
resellers       c       root              +  +  +
resellers       c       alpha             +  +  ?
resellers       c       alphakid          ?  +  ?
labels          vacd    root              +  +  +
labels          vacd    alpha             +  +  ?
labels          vacd    alphakid          ?  +  ?
labels          vacd    admin@alpha_acme  -  -  -
contexts        a       root              +  +  +
contexts        a       alpha             +  +  ?
contexts        a       alphakid          ?  +  ?
contexts        a       admin@alpha_acme  -  -  -
properties      vcd     root              +  +  +
properties      v       alpha             +  +  ?
properties      cd      alpha             !  +  ?
properties      v       alphakid          ?  +  ?
properties      cd      alphakid          ?  !  ?
properties      v       admin@alpha_acme  ?  ?  ?
properties      cd      admin@alpha_acme  -  -  -
administrators  vcd     root              +  +  +
administrators  vcd     alpha             +  +  ?
administrators  vcd     alphakid          ?  +  ?
webhooks        vcdrt   root              +  +  +
webhooks        vcdrt   alpha             +  +  ?
webhooks        vcdrt   alphakid          ?  +  ?
webhooks        vcdrt   admin@alpha_acme  ?  ?  ?
api-passwords   vd      root              +  +  +
api-passwords   vd      alpha             +  +  ?
api-passwords   vd      alphakid          ?  +  ?
api-passwords   vd      admin@alpha_acme  ?  ?  ?
"""
LETTERS: Final = {
    "v": ("retrieve",),
    "a": ("create",),
    "c": ("update", "partial_update"),
    "d": ("destroy",),
    "r": ("rotate",),
    "t": ("test",),
    "s": ("again",),
}
ITEMS: Final = ("retrieve", "create", "update", "partial_update", "destroy")


def _rules() -> Iterator[Any]:
    """One test for each resource and role: the actions, each with its sign at each place."""
    found: dict[tuple[str, str], list[tuple[str, dict[str, str]]]] = {}
    for table, places in ((RULES, PLACES.split()), (OF_RESELLERS, list(RESELLERS))):
        for line in filter(None, table.strip().splitlines()):
            resource, letters, login, *signs = line.split()
            actions = [one for letter in letters for one in LETTERS[letter] if one in ACTIONS[resource]]
            at = dict(zip(places, signs, strict=True))
            found.setdefault((resource, login), []).extend((action, at) for action in actions)
    for (resource, login), rules in found.items():
        yield pytest.param(resource, login, rules, id=f"{resource}-{login}")


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: Any) -> Iterator[Things]:
    """What there is, made once for this module and rolled back with it."""
    with django_db_blocker.unblock(), transaction.atomic():
        estate.build()
        yield Things(World.load())
        transaction.set_rollback(True)


@pytest.fixture
def things(built: Things, db: None) -> Things:
    """What there is."""
    return built


@pytest.fixture(autouse=True)
def unlocked(built: Things, settings: Any, tmp_path: Any) -> None:
    """Failures come from one address here."""
    settings.LOGIN_FAILURE_LIMIT = 0
    settings.MAIL_STORE = f"maildir://{tmp_path}"


class Writes:
    """Notes what is written to the database, but for the traces of logins."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def __call__(self, execute: Any, sql: str, *rest: Any) -> Any:
        verb = sql.split(maxsplit=1)[0].upper()
        if verb in {"INSERT", "UPDATE", "DELETE", "REPLACE"} and not any(one in sql for one in LOG_OF_LOGINS):
            self.found.append(sql)
        return execute(sql, *rest)


def answer_of(v2: V2, call: Any, login: str | None = None, **more: Any) -> tuple[int, list[str]]:
    """The call's status, and what it wrote, which is rolled back."""
    writes = Writes()
    with connection.execute_wrapper(writes), transaction.atomic():
        lines = Change.objects.count()
        response = v2(call.method, call.path, login, call.body, **more)
        # Rows are also inserted by prepared statements, which do not say what they are.
        writes.found += ["a line of the change log"] * (Change.objects.count() - lines)
        transaction.set_rollback(True)
    return response.status_code, writes.found


@pytest.mark.parametrize(("resource", "login", "rules"), list(_rules()))
def test_resource__answers_each_role_at_each_place_as_the_table_says(
    things: Things, v2: V2, resource: str, login: str, rules: list[tuple[str, dict[str, str]]]
) -> None:
    wrong = []
    for action, signs in rules:
        for place, sign in signs.items():
            call = things.call(resource, action, place)
            status, written = answer_of(v2, call, login)
            missing = 422 if action == "create" else 404
            expected = {"+": SUCCESS.get(action, 200), "-": 403, "?": missing, "!": 403}[sign]
            writes = sign == "+" and call.method != "GET"
            if status != expected or (bool(written) is not writes and sign != "!"):
                wrong.append(f"{call.method} {call.path} at {place} as {login}: {status}, not {expected}; {written}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("resource", [name for name, actions in ACTIONS.items() if "list" in actions])
def test_list__of_every_role_is_what_the_table_lets_it_retrieve(things: Things, v2: V2, resource: str) -> None:
    for login in ("root", "alpha", "alphakid", "beta", "admin@alpha_acme", "admin@own_gold"):
        response = v2("GET", f"/{resource}?limit=1000", login)
        if response.status_code == 403:
            continue
        listed = {one["id"] for one in response.json()["data"]}
        for key in things.ids.get(resource, {}).values():
            assert (v2("GET", f"/{resource}/{key}", login).status_code == 200) is (key in listed), (login, key)


@pytest.mark.parametrize("resource", [*ACTIONS])
def test_tenants__have_mail_alone(things: Things, v2: V2, resource: str) -> None:
    place = next(iter(things.ids[resource])) if resource in things.ids else "24"
    for action in ACTIONS[resource]:
        if resource not in things.ids or action in {"mail", "batch"}:
            continue
        status, written = answer_of(v2, things.call(resource, action, place), "portal-alpha")
        assert (status, written) == (403, []), action


def test_mail__of_their_users_alone(things: Things, v2: V2) -> None:
    found = {
        login: [v2("GET", f"/users/{things.ids['users'][place]}/mail", login).status_code for place in PLACES.split()]
        for login in ("root", "alpha", "alphakid", "admin@alpha_acme", "portal-alpha", "portal-beta")
    }
    assert found == {
        "root": [200, 200, 200, 200, 200],
        "alpha": [200, 200, 200, 404, 404],
        "alphakid": [404, 404, 200, 404, 404],
        "admin@alpha_acme": [200, 404, 404, 404, 404],
        "portal-alpha": [200, 200, 200, 404, 404],
        "portal-beta": [404, 404, 404, 200, 404],
    }


def test_nobody__whoever_may_not_log_in_is_refused(things: Things, v2: V2) -> None:
    for place, (who, (login, password, _home)) in enumerate(REFUSED.items()):
        # A context's admin gives the long form here: the short one is nobody's.
        resource = list(things.ids)[place % len(things.ids)]
        for action in set(ITEMS) & ACTIONS[resource].keys():
            at = "alpha" if resource in {"resellers", "labels"} else "24"
            call = things.call(resource, action, "alpha" if (resource, action) == ("contexts", "create") else at)
            assert answer_of(v2, call, login, password=password) == (401, []), who
    refused = v2("GET", "/aliases")
    assert "Bearer" in refused.headers["WWW-Authenticate"]
    assert refused.json()["type"] == "urn:oxaas:problem:unauthorized"


FAMILIES: Final = {
    "resellers": ApiFamily.CONTEXTS,
    "labels": ApiFamily.CONTEXTS,
    "contexts": ApiFamily.CONTEXTS,
    "users": ApiFamily.ADMIN,
    "aliases": ApiFamily.FORWARDS,
    "domains": ApiFamily.EXPLICIT_DOMAINS,
    "administrators": ApiFamily.ADMINISTRATORS,
    "api-passwords": ApiFamily.ADMINISTRATORS,
    "properties": ApiFamily.ADMIN,
    "changes": ApiFamily.CHANGES,
    "webhooks": ApiFamily.CHANGES,
}


def _token(owner: Administrator, families: list[str], *, writes: bool, contexts: list[str] | None = None) -> str:
    _row, text = create_api_password(
        actor=OPERATOR,
        administrator=owner,
        name=f"{len(families)} {families[0]} {writes} {contexts}",
        families=families,
        may_write=writes,
        contexts=contexts or [],
    )
    return text


@pytest.mark.parametrize("resource", FAMILIES)
def test_api_password__opens_its_families_alone(things: Things, v2: V2, resource: str) -> None:
    owner, family = things.world.administrators["root"], FAMILIES[resource]
    own = _token(owner, [family], writes=True)
    reading = _token(owner, [family], writes=False)
    others = _token(owner, [one for one in families_of("master") if one != family], writes=True)
    place = "alphakid" if resource in {"resellers", "labels"} else "24"
    for action in [one for one in ITEMS if one in ACTIONS[resource]]:
        at = {"contexts": "alpha", "resellers": "alpha"}.get(resource, place) if action == "create" else place
        call = things.call(resource, action, at)
        if (resource, action) == ("resellers", "destroy"):
            continue
        reads = METHODS[action] == "GET"
        done = SUCCESS.get(action, 200)
        assert answer_of(v2, call, token=own)[0] == done, action
        assert answer_of(v2, call, token=reading) == ((done, []) if reads else (403, [])), action
        assert answer_of(v2, call, token=others) == (403, []), action
        # The same by HTTP Basic.
        assert answer_of(v2, call, "root", password=own)[0] == done, action


def test_api_password__limited_to_contexts_sees_those_alone(things: Things, v2: V2) -> None:
    token = _token(things.world.administrators["alpha"], families_of("reseller"), writes=True, contexts=["24"])
    for resource in ("contexts", "users", "aliases", "domains"):
        listed = v2("GET", f"/{resource}?total=true", token=token).json()
        assert listed["total"] == 1, resource
        assert answer_of(v2, things.call(resource, "retrieve", "24"), token=token)[0] == 200
        assert answer_of(v2, things.call(resource, "retrieve", "25"), token=token)[0] == 404
        if resource != "contexts":
            assert answer_of(v2, things.call(resource, "create", "25"), token=token) == (422, [])
            assert answer_of(v2, things.call(resource, "create", "24"), token=token)[0] == 201
    for resource in ("resellers", "labels", "administrators", "api-passwords", "changes", "properties", "webhooks"):
        assert v2("GET", f"/{resource}", token=token).json()["data"] == [], resource
    assert answer_of(v2, things.call("contexts", "create", "alpha"), token=token)[0] in {403, 422}
    body = {"name": "mine", "families": ["Admin"]}
    refused = v2("POST", "/api-passwords", None, body, token=token)
    assert refused.status_code == 403
    body = {"name": "mine", "url": "https://hooks.example/"}
    assert v2("POST", "/webhooks", None, body, token=token).status_code == 403


def test_api_password__undoes_only_what_it_could_have_changed(things: Things, v2: V2) -> None:
    owner, user = things.world.administrators["alpha"], things.world.users[24].pk
    assert v2("PATCH", f"/users/{user}", "alpha", {"quota": 4711}).status_code == 200
    line = Change.objects.order_by("-pk")[0]
    undo = {"edit": "changes.undo", "ids": [line.pk]}
    prepared = v2("POST", "/jobs", "alpha", undo).json()["id"]
    log_alone = _token(owner, [ApiFamily.CHANGES, ApiFamily.FORWARDS], writes=True)
    both = _token(owner, [ApiFamily.ADMIN, ApiFamily.CHANGES], writes=True)

    assert v2("POST", "/jobs", None, undo, token=log_alone).status_code == 403
    assert v2("POST", "/jobs", None, undo | {"preview": False}, token=log_alone).status_code == 403
    assert v2("POST", f"/jobs/{prepared}/start", None, {}, token=log_alone).status_code == 403
    assert v2("GET", f"/users/{user}", "alpha").json()["quota"] == 4711
    assert v2("POST", "/jobs", None, undo | {"preview": False}, token=both).json()["changed"] == 1
    assert v2("GET", f"/users/{user}", "alpha").json()["quota"] != 4711


def test_api_password__of_users_leads_no_mail_elsewhere(things: Things, v2: V2) -> None:
    owner = things.world.administrators["alpha"]
    params = {"mailbox": "suspended", "leads": "hand_over", "address": "thief@attacker.example"}
    body = {"edit": "users.leave", "params": params, "ids": [things.world.users[24].pk], "anyway": True}
    users_alone = _token(owner, [ApiFamily.ADMIN], writes=True)
    both = _token(owner, [ApiFamily.FORWARDS, ApiFamily.ADMIN], writes=True)
    prepared = v2("POST", "/jobs", None, body, token=both)

    assert prepared.status_code == 201, prepared.content
    assert v2("POST", "/jobs", None, body, token=users_alone).status_code == 403
    assert v2("POST", f"/jobs/{prepared.json()['id']}/start", None, {}, token=users_alone).status_code == 403
    body["params"] = {"mailbox": "suspended", "leads": "leave"}
    assert v2("POST", "/jobs", None, body, token=users_alone).status_code == 201


@pytest.mark.parametrize(("resource", "family"), [("aliases", ApiFamily.FORWARDS), ("users", ApiFamily.ADMIN)])
def test_api_password__includes_no_context_that_it_does_not_open(
    things: Things, v2: V2, resource: str, family: ApiFamily
) -> None:
    owner = things.world.administrators["alpha"]
    narrow = _token(owner, [family], writes=False)
    both = _token(owner, [family, ApiFamily.CONTEXTS], writes=False)
    for token, seen in ((narrow, {None}), (both, {24})):
        listed = v2("GET", f"/{resource}?context=24&include=context", token=token).json()["data"]
        assert {(one["included"]["context"] or {"id": None})["id"] for one in listed} == seen


@pytest.mark.parametrize("token", ["", "x", "oxaas_aaaaaaaaaaaa_" + "a" * 40])
def test_bearer__what_is_no_api_password_is_401(things: Things, v2: V2, token: str) -> None:
    assert v2("GET", "/aliases", token=token).status_code == 401


def test_bearer__a_wrong_secret_of_a_known_identifier_is_401_and_counts(things: Things, v2: V2, settings: Any) -> None:
    settings.LOGIN_FAILURE_LIMIT = 3
    token = _token(things.world.administrators["alpha"], ["Forwards"], writes=True)
    wrong = token[:-1] + ("a" if token[-1] != "a" else "b")
    assert [v2("GET", "/aliases", token=wrong).status_code for _ in range(4)] == [401, 401, 401, 429]
    locked = v2("GET", "/aliases", token=wrong)
    assert locked.headers["RateLimit"] == f'"failed-logins";r=0;t={locked.headers["Retry-After"]}'
    assert locked.headers["RateLimit-Policy"] == '"failed-logins";q=3;w=300'
    # Nobody guesses one, so the right one is taken.
    assert v2("GET", "/aliases", token=token).status_code == 200


def test_browsers__another_sites_page_may_not_use_the_browsers_credentials(things: Things, v2: V2) -> None:
    refused = v2("GET", "/aliases", "alpha", headers={"Sec-Fetch-Site": "cross-site"})
    assert refused.status_code == 401


def test_table__names_permissions_that_there_are() -> None:
    assert access.api_actions() == ACTIONS
    for resource, actions in ACTIONS.items():
        for action in actions:
            for role in access.Role:
                assert access.may_call(role, resource, action) in {True, False}
    with pytest.raises(KeyError):
        access.may_call("master", "users", "fly")
    with pytest.raises(KeyError):
        access.may_call("master", "wizards", "list")
    with pytest.raises(ValueError, match="wizard"):
        access.may_call("wizard", "users", "list")
