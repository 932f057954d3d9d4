"""A context goes to another reseller: who may do it, which limits hold, who reads of it, and the way back."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Administrator, Context, Reseller, User
from accounts.services.handover import hand_over
from accounts.services.resellers import update_reseller
from accounts.services.users import create_user, update_user
from changelog.models import Change
from changelog.undo import undo_change, why_not_undoable
from core.actor import Actor, Channel
from core.errors import NotAllowed
from tests.services.bulk import details, outcomes, preview, run
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db


def by(world: World, login: str) -> Actor:
    return Actor(world.administrators[login], Channel.WEB)


def owner(number: int) -> str | None:
    return Context.objects.values_list("reseller__name", flat=True).get(pk=number)


def lines(world: World, login: str) -> list[tuple[str, Any, Any]]:
    """Action, and both values of the reseller, of the lines about context 24 or 34 since the world was made."""
    found = Change.objects.visible_to(world.administrators[login]).filter(kind="context", key__in=[24, 34])
    return [
        (one.action, (one.before or {}).get("reseller"), (one.after or {}).get("reseller"))
        for one in found.exclude(action="create")
    ]


@pytest.mark.parametrize(("who", "number", "to"), [("root", 24, "beta"), ("root", 24, None), ("root", 54, "beta")])
def test_master__hands_any_context_to_anybody(world: World, who: str, number: int, to: str | None) -> None:
    taking = world.resellers[to] if to else None
    assert hand_over(actor=by(world, who), context=world.contexts[number], reseller=taking).reseller == taking
    assert owner(number) == to


@pytest.mark.parametrize(("number", "to"), [(24, "alphakid"), (34, "alpha")])
def test_reseller__gives_to_its_child_and_takes_back(world: World, number: int, to: str) -> None:
    hand_over(actor=by(world, "alpha"), context=world.contexts[number], reseller=world.resellers[to])
    assert owner(number) == to


@pytest.mark.parametrize(
    ("who", "number", "to"),
    [
        ("alpha", 24, "beta"),
        ("alpha", 24, None),
        ("alpha", 44, "alpha"),
        ("alphakid", 34, "alpha"),
        ("alphakid", 34, None),
        ("beta", 24, "beta"),
        ("admin@alpha_acme", 24, "alphakid"),
        ("portal-alpha", 24, "alphakid"),
    ],
)
def test_everybody_else__is_refused(world: World, who: str, number: int, to: str | None) -> None:
    before = owner(number)
    with pytest.raises(NotAllowed):
        hand_over(actor=by(world, who), context=world.contexts[number], reseller=world.resellers[to] if to else None)
    assert owner(number) == before


def test_everything_in_it__goes_along(world: World) -> None:
    beta, alpha = world.administrators["beta"], world.administrators["alpha"]
    assert not User.objects.visible_to(beta).filter(context=24).exists()
    hand_over(actor=OPERATOR, context=world.contexts[24], reseller=world.resellers["beta"])
    for model in (User, Administrator):
        assert model.objects.visible_to(beta).filter(context=24).exists()
        assert not model.objects.visible_to(alpha).filter(context=24).exists()
    assert world.administrators["admin@alpha_acme"].may_act


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        ({"max_context": 2}, "beta has reached its limit of 2 contexts"),
        ({"max_overall_user": 3}, "beta may have 3 users; with this context it would have 4"),
        ({"max_user_per_context": 1}, "A context of the reseller beta may have 1 users; alpha_acme has 2"),
        ({"max_overall_context_quota": 10}, "each of its contexts needs one"),
    ],
)
def test_limits_of_the_new_reseller__hold(world: World, limits: dict[str, int], sentence: str) -> None:
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="anna@acme.example")
    update_reseller(actor=OPERATOR, reseller=world.resellers["beta"], **limits)
    with pytest.raises(NotAllowed, match=sentence):
        hand_over(actor=OPERATOR, context=world.contexts[24], reseller=world.resellers["beta"])
    assert owner(24) == "alpha"


def test_limits_of_the_parent__do_not_count_a_context_that_stays_below_it(world: World) -> None:
    update_reseller(actor=OPERATOR, reseller=world.resellers["alpha"], max_context=4, max_overall_user=4)
    hand_over(actor=by(world, "alpha"), context=world.contexts[24], reseller=world.resellers["alphakid"])
    assert owner(24) == "alphakid"


def test_log__within_a_family__is_read_by_the_parent_and_names_it_to_nobody_else(world: World) -> None:
    hand_over(actor=by(world, "alpha"), context=world.contexts[34], reseller=world.resellers["alpha"])
    assert lines(world, "alpha") == [("update", "alphakid", "alpha")]
    assert lines(world, "alphakid") == [("handover", None, None)]


def test_log__between_strangers__names_neither_to_the_other(world: World) -> None:
    hand_over(actor=by(world, "root"), context=world.contexts[34], reseller=world.resellers["beta"])
    assert ("update", "alphakid", "beta") in lines(world, "root")
    for login in ("alpha", "alphakid", "beta"):
        assert lines(world, login) == [("handover", None, None)]


def test_log__what_was_before_stays_with_whom_it_was(world: World) -> None:
    update_user(actor=by(world, "alpha"), user=world.users[24], quota=5)
    hand_over(actor=OPERATOR, context=world.contexts[24], reseller=world.resellers["beta"])
    seen = Change.objects.visible_to(world.administrators["beta"]).filter(context_id=24)
    assert {one.action for one in seen} == {"handover"}
    change = Change.objects.visible_to(world.administrators["alpha"]).get(kind="user", context_id=24, action="update")
    with pytest.raises(NotAllowed):
        undo_change(actor=by(world, "alpha"), change=change)
    assert User.objects.get(pk=world.users[24].pk).quota == 5


def test_undo__gives_it_back(world: World) -> None:
    hand_over(actor=by(world, "alpha"), context=world.contexts[24], reseller=world.resellers["alphakid"])
    change = Change.objects.get(kind="context", key=24, action="update")
    undo_change(actor=by(world, "alpha"), change=change)
    assert owner(24) == "alpha"
    side = Change.objects.filter(action="handover").first()
    assert side is not None
    assert why_not_undoable(side, world.administrators["root"]) == "That cannot be undone."


def test_undo__of_a_strangers_handover_is_the_masters(world: World) -> None:
    hand_over(actor=by(world, "root"), context=world.contexts[24], reseller=world.resellers["beta"])
    change = Change.objects.get(kind="context", key=24, action="update")
    for login in ("alpha", "beta"):
        assert not Change.objects.visible_to(world.administrators[login]).filter(pk=change.pk).exists()
        with pytest.raises(NotAllowed):
            undo_change(actor=by(world, login), change=change)
    undo_change(actor=by(world, "root"), change=change)
    assert owner(24) == "alpha"


def test_the_same_reseller__changes_nothing(world: World) -> None:
    before = Change.objects.count()
    hand_over(actor=OPERATOR, context=world.contexts[24], reseller=world.resellers["alpha"])
    assert Change.objects.count() == before


def test_bulk__preview_says_what_goes_along_and_how_much_room_is_left(world: World) -> None:
    update_reseller(actor=OPERATOR, reseller=world.resellers["alphakid"], max_context=3, max_overall_user=9)
    chosen = Context.objects.filter(pk__in=[24, 25, 34])
    job = preview(world.administrators["alpha"], "contexts.hand_over", chosen, **to(world, "alphakid"))
    assert outcomes(job) == {"alpha_acme": "changed", "alpha_bolt": "refused", "kid_cafe": "unchanged"}
    assert details(job) == {
        "alpha_acme": "goes along: 1 user, 1 alias, 1 domain, 1 administrator; alphakid: contexts 3 of 3, users 3 of 9",
        "alpha_bolt": "The reseller alphakid has reached its limit of 3 contexts.",
    }
    assert list(job.items.filter(label="alpha_acme").values_list("before", "after")) == [("alpha", "alphakid")]
    assert owner(24) == "alpha"
    run(job)
    assert (owner(24), owner(25)) == ("alphakid", "alpha")


def test_bulk__a_reseller_out_of_sight_is_refused(world: World) -> None:
    chosen = Context.objects.filter(pk=24)
    job = preview(world.administrators["alpha"], "contexts.hand_over", chosen, **to(world, "beta"))
    assert details(job) == {"alpha_acme": "The reseller does not exist any more."}


def to(world: World, name: str) -> dict[str, Any]:
    reseller: Reseller = world.resellers[name]
    return {"reseller": reseller.pk, "name": name}
