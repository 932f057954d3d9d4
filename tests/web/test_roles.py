"""A clerk's flows by role: offered to whoever may, neither offered to nor done for anybody else."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any, Final

import pytest

from accounts.models import Administrator, ApiPassword, Context, User
from bulk.models import BulkJob
from changelog.models import Change
from tests.browser.roles import LANGUAGES, MAY, ROLES, THEMES, WIDTHS, Who, covering, every
from tests.web.person import Person, page
from tests.world import World

LEAVE: Final = "users.leave"
HAND_OVER: Final = "contexts.hand_over"


def person_of(world: World, role: str) -> tuple[Person, Who]:
    who = ROLES[role]
    return Person(world.administrators[who.login]), who


def action(person: Person, model: type[Any], name: str, key: int) -> int:
    """The status of what a list answers to this action of a row."""
    data = {"action": name, "_selected_action": str(key), "select_across": "0"}
    status: int = person.client.post(page(model), data).status_code
    return status


def colleague(world: World, who: Who) -> Administrator:
    """The administrator of the company, or somebody else there for the one who is that themselves."""
    found = world.administrators[f"admin@{who.company}"]
    return found if found != world.administrators[who.login] else world.administrators["admin@alpha_bolt"]


# Flow -> where it is offered, and by which words.
OFFERED: Final[dict[str, tuple[Callable[[World, Who], str], Callable[[World, Who], str]]]] = {
    "company": (lambda _world, _who: page(Context), lambda _world, _who: 'href="/admin/onboarding"'),
    "spreadsheet": (lambda _world, _who: page(User), lambda _world, _who: 'href="/admin/people'),
    "leaves": (lambda world, who: page(world.users[who.context], "change"), lambda _world, _who: f'value="{LEAVE}"'),
    "handover": (
        lambda world, who: page(world.contexts[who.context], "change"),
        lambda _world, _who: f'value="{HAND_OVER}"',
    ),
    "quota": (lambda _world, _who: page(User), lambda _world, _who: "column-use_column"),
    "reset": (lambda _world, _who: page(Administrator), lambda _world, _who: '/password"'),
    "history": (
        lambda world, who: page(world.users[who.context], "change"),
        lambda world, who: page(world.users[who.context], "history"),
    ),
    "undo": (lambda _world, _who: "/admin/", lambda _world, _who: page(BulkJob)),
}
# Flow -> the status of whoever asks for it without ado.
ASKED: Final[dict[str, Callable[[Person, World, Who], int]]] = {
    "company": lambda person, _world, _who: person.client.get("/admin/onboarding").status_code,
    "spreadsheet": lambda person, _world, _who: person.client.get("/admin/people").status_code,
    "leaves": lambda person, world, who: action(person, User, LEAVE, world.users[who.context].pk),
    "handover": lambda person, _world, who: action(person, Context, HAND_OVER, who.context),
    "quota": lambda person, _world, _who: person.client.get(f"{page(User)}?o=-5").status_code,
    "reset": lambda person, world, who: (
        person.client.get(f"/admin/accounts/administrator/{colleague(world, who).pk}/password").status_code
    ),
    "history": lambda person, world, who: person.client.get(page(world.users[who.context], "history")).status_code,
    "undo": lambda person, _world, _who: person.client.get(page(Change)).status_code,
}


@pytest.mark.parametrize("flow", MAY)
@pytest.mark.parametrize("role", ROLES)
def test_flow__is_offered_and_done_for_whoever_may_and_nobody_else(world: World, flow: str, role: str) -> None:
    person, who = person_of(world, role)
    where, words = OFFERED[flow]
    shown = person.get(where(world, who)).content.decode()
    assert (words(world, who) in shown) is (role in MAY[flow])
    status = ASKED[flow](person, world, who)
    assert status == 200 if role in MAY[flow] else status in {403, 404}


@pytest.mark.parametrize(
    ("role", "path", "data"),
    [
        ("context", "/admin/onboarding", {"name": "x", "domain": "x.example"}),
        ("context", "/admin/accounts/administrator/{of}/password", {"way": "make"}),
        ("context", "/admin/accounts/context/", {"action": HAND_OVER, "_selected_action": "24", "bulk": "1"}),
        ("child", "/admin/accounts/context/", {"action": HAND_OVER, "_selected_action": "34", "bulk": "1"}),
        ("child", "/admin/accounts/context/", {"action": HAND_OVER, "select_across": "1", "index": "0"}),
        ("reseller", "/admin/accounts/context/", {"action": ["", "delete_selected"], "_selected_action": "24"}),
    ],
)
def test_form__that_was_not_offered_is_refused_and_changes_nothing(
    world: World, role: str, path: str, data: dict[str, Any]
) -> None:
    person, who = person_of(world, role)
    before = Change.objects.count()
    status = person.client.post(path.format(of=colleague(world, who).pk), data).status_code
    assert status in {403, 404}
    assert (Change.objects.count(), BulkJob.objects.count(), ApiPassword.objects.count()) == (before, 0, 0)


@pytest.mark.sqlite
def test_looks__every_flow_and_every_role_meets_each() -> None:
    met = {pair for run in covering() if run.scripts for pair in run.pairs}
    assert met >= set(product([*MAY, *ROLES], [*LANGUAGES, *THEMES, *WIDTHS]))
    assert {run.flow for run in covering() if not run.scripts} == set(MAY)
    allowed = {(flow, role) for flow, roles in MAY.items() for role in roles}
    assert {(run.flow, run.role) for run in covering() if run.scripts} == allowed
    assert set(covering()) <= set(every())
