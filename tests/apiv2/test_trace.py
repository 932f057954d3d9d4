"""Tracing an address by the API: as the page does, within what the caller sees."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import ApiFamily
from accounts.services.api_passwords import create_api_password
from forwards.models import ForwardingAlias
from forwards.services import create_forward
from tests.apiv2.client import V2
from tests.world import OPERATOR, World


def found(answer: Any) -> list[tuple[int, str, str]]:
    assert answer.status_code == 200, answer.content
    return [(one["depth"], one["address"], one["found"]) for one in answer.json()["data"]]


def test_follow__shows_every_step_with_what_it_is(world: World, v2: V2) -> None:
    create_forward(
        actor=OPERATOR,
        context=world.contexts[24],
        alias="all@acme.example",
        recipients=["Sales@acme.example", "nobody@acme.example", "sales@acme.example"],
    )
    answer = v2("GET", "/trace?address=ALL@Acme.example", "alpha")
    assert found(answer) == [
        (0, "ALL@Acme.example", "alias"),
        (1, "Sales@acme.example", "alias"),
        (2, "johndoe@acme.example", "mailbox"),
        (2, "outside@elsewhere.example", "outside"),
        (1, "nobody@acme.example", "nowhere"),
    ]
    first, _sales, mailbox, outside, nowhere = answer.json()["data"]
    alias = ForwardingAlias.objects.get(address="all@acme.example").pk
    assert (first["context"], first["alias"], first["user"]) == (24, alias, None)
    assert (mailbox["context"], mailbox["alias"], mailbox["user"]) == (24, None, world.users[24].pk)
    assert (outside["context"], outside["accepted"], nowhere["accepted"]) == (None, True, False)
    assert nowhere["detail"] == "nothing here has this address: the mail is refused"


@pytest.mark.parametrize(
    ("login", "inside"),
    [("root", True), ("alpha", True), ("alphakid", False), ("beta", False), ("admin@alpha_acme", True)],
)
def test_follow__what_is_somebody_else_s_is_outside(world: World, v2: V2, login: str, inside: bool) -> None:
    first = found(v2("GET", "/trace?address=sales@acme.example", login))[0]
    assert first == (0, "sales@acme.example", "alias" if inside else "outside")


def test_follow__tenants_and_nobody_are_refused(world: World, v2: V2) -> None:
    assert v2("GET", "/trace?address=sales@acme.example", "portal-alpha").status_code == 403
    assert v2("GET", "/trace?address=sales@acme.example").status_code == 401


@pytest.mark.parametrize(
    ("families", "status"),
    [
        ([ApiFamily.FORWARDS, ApiFamily.ADMIN], 200),
        ([ApiFamily.FORWARDS], 403),
        ([ApiFamily.ADMIN], 403),
        ([ApiFamily.CONTEXTS, ApiFamily.CHANGES], 403),
    ],
)
def test_follow__takes_what_opens_aliases_and_users(world: World, v2: V2, families: list[str], status: int) -> None:
    owner = world.administrators["alpha"]
    _row, token = create_api_password(actor=OPERATOR, administrator=owner, name="x", families=families)
    assert v2("GET", "/trace?address=sales@acme.example", token=token).status_code == status


def test_follow__of_an_api_password_for_one_context_ends_at_the_others(world: World, v2: V2) -> None:
    families = [ApiFamily.FORWARDS, ApiFamily.ADMIN]
    owner = world.administrators["alpha"]
    _row, token = create_api_password(actor=OPERATOR, administrator=owner, name="x", families=families, contexts=["25"])
    assert found(v2("GET", "/trace?address=sales@bolt.example", token=token))[0][2] == "alias"
    assert found(v2("GET", "/trace?address=sales@acme.example", token=token)) == [(0, "sales@acme.example", "outside")]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("", "address"),
        ("?address=", "address"),
        ("?address=nothing", "address"),
        ("?address=a@b.example&address=c@d.example", "address"),
        ("?address=a@b.example&fields=found", "fields"),
    ],
)
def test_follow__says_what_is_wrong_with_the_question(world: World, v2: V2, query: str, parameter: str) -> None:
    answer = v2("GET", f"/trace{query}", "alpha")
    assert answer.status_code == 400
    assert [one["parameter"] for one in answer.json()["errors"]] == [parameter]
