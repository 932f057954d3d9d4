"""Documents by the API: what a file for `manage.py provision` declares, within what the caller may do."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from django.contrib.auth.hashers import make_password

from accounts.models import Administrator, ApiFamily, ConfigProperty, Context, Label, LastLogin, Reseller, User
from accounts.provision.section import all_sections
from accounts.services.api_passwords import create_api_password, families_of
from accounts.services.labels import create_label
from apiv2.resources import provision
from changelog.models import Change
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from tests.apiv2.client import V2
from tests.world import OPERATOR, PASSWORD, World

# A company of alpha's child, and one of alpha's own, which is said of neither.
DOCUMENT: Final[dict[str, Any]] = {
    "resellers": [{"name": "newkid", "display_name": "New Kid"}],
    "labels": [{"name": "trial", "colour": "green"}],
    "contexts": [{"id": 901, "name": "meadow"}, {"id": 902, "name": "brook", "reseller": "alphakid", "config": []}],
    "administrators": [{"login": "admin", "role": "context", "context": 901, "password": "a long password"}],
    "domains": [{"context": 901, "domain": "meadow.example"}],
    "users": [{"context": 901, "id": 1, "uidname": "kim@meadow.example", "config": [{"name": "x.y", "value": "1"}]}],
    "forwards": [{"context": 901, "alias": "hi@meadow.example", "recipients": ["kim@meadow.example"]}],
}
MODELS: Final = (
    *(Administrator, Change, ConfigProperty, Context, ExplicitDomain, ForwardingAlias, Label, Reseller, User),
)


def everything() -> list[Any]:
    """All rows, but for what a login leaves behind."""
    found = [list(model._default_manager.order_by("pk").values()) for model in MODELS]
    for row in found[0]:
        row["last_used_at"] = row["last_used_from"] = None
    return found


def apply(v2: V2, login: str | None, document: Any, *, preview: bool = False, **how: Any) -> Any:
    return v2("POST", "/provision", login, {"document": document, "preview": preview}, **how)


def token_of(world: World, login: str, families: list[str], *, writes: bool = True, contexts: Any = ()) -> str:
    owner = world.administrators[login]
    _row, text = create_api_password(
        actor=OPERATOR, administrator=owner, name="x", families=families, may_write=writes, contexts=list(contexts)
    )
    return text


def test_sections__are_all_that_there_are() -> None:
    assert set(provision.SECTIONS) == {section.key for section in all_sections()}


def test_apply__a_reseller_makes_companies_of_its_own_and_its_children(world: World, v2: V2) -> None:
    answer = apply(v2, "alpha", DOCUMENT)
    assert answer.status_code == 200, answer.content
    assert Context.objects.get(pk=901).reseller == world.resellers["alpha"]
    assert Context.objects.get(pk=902).reseller == world.resellers["alphakid"]
    assert Reseller.objects.get(name="newkid").parent == world.resellers["alpha"]
    lines = Change.objects.filter(batch=answer.json()["batch"])
    assert {(one.actor, one.channel, one.credential) for one in lines} == {("alpha", "api", "password")}
    assert len(lines) == answer.json()["changes"] == len(answer.json()["data"]) == 9
    assert Label.objects.get().reseller == world.resellers["alpha"]
    again = apply(v2, "alpha", DOCUMENT).json()
    assert again == {"preview": False, "changes": 0, "batch": None, "data": []}


def test_apply__the_preview_is_the_plan_and_changes_nothing(world: World, v2: V2) -> None:
    before = everything()
    planned = v2("POST", "/provision", "alpha", {"document": DOCUMENT}).json()
    assert (planned["preview"], planned["changes"], planned["batch"]) == (True, 9, None)
    assert everything() == before
    assert planned["data"][2] == {
        "action": "create",
        "kind": "context",
        "label": "901 meadow",
        "context": 901,
        "line": "create context 901 meadow",
    }
    assert [one["line"] for one in apply(v2, "alpha", DOCUMENT).json()["data"]] == [
        one["line"] for one in planned["data"]
    ]


def test_apply__takes_the_text_of_a_file(world: World, v2: V2) -> None:
    text = "users:\n- {context: 24, id: 42, quota: 4096}\n"
    answer = v2("POST", "/provision", "admin@alpha_acme", {"text": text, "preview": False}).json()
    assert [one["line"] for one in answer["data"]] == [
        "update user 42 johndoe@acme.example (context alpha_acme): quota 1048576 → 4096"
    ]
    assert User.objects.get(context=24).quota == 4096


def test_apply__is_all_or_nothing_and_names_the_entries(world: World, v2: V2) -> None:
    before = everything()
    wrong = DOCUMENT | {"forwards": [{"context": 44, "alias": "a@echo.example", "recipients": ["b@c.example"]}]}
    answer = apply(v2, "alpha", wrong)
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "pointer": "#/document/forwards/0",
            "detail": "forwards[0] (context 44, alias a@echo.example): There is no context 44.",
        }
    ]
    assert everything() == before


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["#/document"]),
        ({"document": {}, "text": "users: []"}, ["#/text"]),
        ({"text": "- a"}, ["#/text"]),
        ({"text": "users: [&a 1, *a]"}, ["#/text"]),
        ({"text": "users: [{}]"}, ["#/text", "#/text"]),
        ({"document": {"users": [{}], "people": []}}, ["#/document", "#/document/users/0", "#/document/users/0"]),
        ({"document": {"users": {}}}, ["#/document"]),
        ({"document": {"users": []}, "preview": 1}, ["#/preview"]),
        ({"document": {"users": []}, "dry_run": True}, ["#/dry_run"]),
    ],
)
def test_apply__says_what_is_wrong_with_the_body(world: World, v2: V2, body: Any, pointers: list[str]) -> None:
    answer = v2("POST", "/provision", "alpha", body)
    assert answer.status_code == 422, answer.content
    assert [one["pointer"] for one in answer.json()["errors"]] == pointers


# What nobody but the master declares, and what a role may not write at all.
REFUSED: Final = [
    ("alpha", {"config": [{"name": "com.openexchange.brand", "value": "server"}]}),
    ("alpha", {"administrators": [{"login": "root", "role": "master"}]}),
    ("alpha", {"administrators": [{"login": "evil", "role": "master", "password": "a long password"}]}),
    ("alpha", {"administrators": [{"login": "beta", "role": "reseller", "reseller": "beta", "password": PASSWORD}]}),
    ("alpha", {"administrators": [{"login": "beta", "role": "reseller", "reseller": "alpha", "password": PASSWORD}]}),
    ("alpha", {"administrators": [{"login": "alpha", "role": "reseller", "reseller": "alpha", "password_hash": "x"}]}),
    ("alpha", {"administrators": [{"login": "admin", "role": "context", "context": 44, "password": PASSWORD}]}),
    ("alpha", {"labels": [{"name": "hosters", "colour": "red", "reseller": None}]}),
    ("alpha", {"labels": [{"name": "hosters", "reseller": None}]}),
    ("alpha", {"labels": [{"name": "betas", "colour": "red", "reseller": "beta"}]}),
    ("alphakid", {"labels": [{"name": "alphas", "colour": "red", "reseller": "alpha"}]}),
    ("admin@alpha_acme", {"labels": [{"name": "alphas", "colour": "red"}]}),
    ("alpha", {"users": [{"context": 24, "id": 42, "last_login": 1}]}),
    ("alpha", {"users": [{"context": 44, "id": 42, "quota": 1}]}),
    ("alpha", {"domains": [{"context": 24, "domain": "acme.example", "proven": True}]}),
    ("alpha", {"domains": [{"context": 44, "domain": "x.example"}]}),
    ("alpha", {"contexts": [{"id": 44, "name": "beta_echo"}]}),
    ("alpha", {"contexts": [{"id": 903, "name": "x", "reseller": "beta"}]}),
    ("alpha", {"contexts": [{"id": 903, "name": "x", "reseller": None}]}),
    ("alpha", {"resellers": [{"name": "alpha", "restrictions": {"Subadmin.MaxContext": 1000}}]}),
    ("alpha", {"resellers": [{"name": "fresh", "parent": "beta"}]}),
    ("alpha", {"resellers": [{"name": "fresh", "parent": None}]}),
    ("alpha", {"resellers": [{"name": "alpha", "config": [{"name": "x.y", "value": "1"}]}]}),
    ("alphakid", {"contexts": [{"id": 24, "quota": 1}]}),
    ("alphakid", {"resellers": [{"name": "fresh"}]}),
    ("admin@alpha_acme", {"contexts": [{"id": 24, "quota": 1}]}),
    ("admin@alpha_acme", {"domains": [{"context": 24, "domain": "x.example"}]}),
    ("admin@alpha_acme", {"administrators": [{"login": "admin", "role": "context", "context": 24}]}),
    ("admin@alpha_acme", {"resellers": [{"name": "alpha"}]}),
    ("admin@alpha_acme", {"users": [{"context": 25, "id": 42, "quota": 1}]}),
    ("admin@alpha_acme", {"users": [{"context": 24, "id": 42, "config": [{"name": "x.y", "value": "1"}]}]}),
    ("portal-alpha", {"users": [{"context": 24, "id": 42, "quota": 1}]}),
]


@pytest.mark.parametrize(("login", "document"), REFUSED)
@pytest.mark.parametrize("preview", [False, True])
def test_apply__what_is_not_the_caller_s_is_refused(
    world: World, v2: V2, login: str, document: Any, preview: bool
) -> None:
    for owner in (None, "alpha", "beta"):
        reseller = world.resellers[owner] if owner else None
        create_label(actor=OPERATOR, reseller=reseller, name=f"{owner or 'hoster'}s", colour="blue")
    before = everything()
    answer = apply(v2, login, document, preview=preview)
    assert answer.status_code in {403, 422}, answer.content
    assert answer.json()["detail"].endswith(".")
    assert everything() == before


def test_apply__the_master_declares_all_of_it(world: World, v2: V2) -> None:
    document = {
        "config": [{"name": "com.openexchange.brand", "value": "other"}],
        "administrators": [{"login": "root2", "role": "master", "password_hash": make_password("a long one")}],
        "users": [{"context": 44, "id": 42, "last_login": 1_700_000_000}],
    }
    answer = apply(v2, "root", document)
    assert answer.status_code == 200, answer.content
    assert LastLogin.objects.get().last_login == 1_700_000_000
    assert answer.json()["changes"] == 3


@pytest.mark.parametrize("family", [one for one in families_of("reseller") if one != ApiFamily.CHANGES])
def test_apply__an_api_password_writes_what_its_families_open(world: World, v2: V2, family: str) -> None:
    others = [one for one in families_of("reseller") if one != family]
    needed = {view.family for view in provision.SECTIONS.values()}
    before = everything()[0]
    allowed = apply(v2, None, DOCUMENT, token=token_of(world, "alpha", others)).status_code
    assert allowed == (200 if family not in needed else 403)
    assert family not in needed or everything()[0] == before


def test_apply__an_api_password_that_only_reads_declares_nothing(world: World, v2: V2) -> None:
    token = token_of(world, "alpha", families_of("reseller"), writes=False)
    assert apply(v2, None, {"users": []}, preview=True, token=token).status_code == 403


def test_apply__an_api_password_for_one_context_declares_nothing_beyond(world: World, v2: V2) -> None:
    token = token_of(world, "alpha", families_of("reseller"), contexts=["24"])
    inside = {"users": [{"context": 24, "id": 42, "quota": 1}], "domains": [{"context": 24, "domain": "x.example"}]}
    assert apply(v2, None, inside, token=token).status_code == 200
    before = everything()
    for document in (
        {"users": [{"context": 25, "id": 42, "quota": 1}]},
        {"contexts": [{"id": 903, "name": "x"}]},
        {"resellers": [{"name": "fresh"}]},
        {"administrators": [{"login": "alpha", "role": "reseller", "reseller": "alpha", "password": "a long one"}]},
        {"administrators": [{"login": "admin", "role": "context", "context": 25, "password": "a long one"}]},
    ):
        assert apply(v2, None, document, token=token).status_code in {403, 422}, document
    assert everything() == before


def test_apply__with_a_key_is_done_once(world: World, v2: V2) -> None:
    document = {"contexts": [{"id": 903, "name": "once"}]}
    first = apply(v2, "alpha", document, headers={"Idempotency-Key": "k"})
    second = apply(v2, "alpha", document, headers={"Idempotency-Key": "k"})
    assert first.json() == second.json()
    assert second.headers["Idempotency-Replayed"] == "true"
    assert first.json()["changes"] == 1


def test_apply__has_a_bound_of_entries(world: World, v2: V2, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(provision, "MAX_ENTRIES", {True: 2, False: 1})
    users = [{"context": 24, "id": one, "uidname": f"n{one}"} for one in (1, 2)]
    assert "at most 1" in apply(v2, "alpha", {"users": users}).json()["detail"]
    assert apply(v2, "root", {"users": users}).status_code == 200


def test_apply__a_body_may_be_larger_than_others(world: World, v2: V2) -> None:
    text = "# " + "x" * 2_000_000 + "\nusers: []\n"
    assert v2("POST", "/provision", "root", {"text": text}).status_code == 200
    assert "at most 256 KiB" in v2("POST", "/provision", "alpha", {"text": text}).json()["detail"]
    assert v2("POST", "/provision", "alpha", raw=json.dumps({"text": "x" * 5_000_000}).encode()).status_code == 413
