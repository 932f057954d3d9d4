"""OX's reseller limits and the context's own, one creation after the other; `test_races` has them at one moment."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Context, Reseller
from accounts.services.contexts import create_context, update_context
from accounts.services.resellers import create_reseller, delete_reseller, update_reseller
from accounts.services.users import create_user, delete_user
from core.actor import Actor, Channel
from core.errors import Invalid, NotAllowed
from tests.world import OPERATOR, World


def new_context(reseller: Reseller | None, number: int, **fields: Any) -> Context:
    return create_context(actor=OPERATOR, context_id=number, name=f"context_{number}", reseller=reseller, **fields)


def new_user(context: Context, number: int) -> None:
    create_user(actor=OPERATOR, context=context, number=number, uidname=f"user{number}@context{context.pk}.example")


def limit(reseller: Reseller, **fields: Any) -> None:
    update_reseller(actor=OPERATOR, reseller=reseller, **fields)


def test_max_context__counts_the_childrens_contexts_too(world: World) -> None:
    alpha, child = world.resellers["alpha"], world.resellers["alphakid"]
    limit(alpha, max_context=6)  # it has two, and its child two
    new_context(alpha, 1001)
    new_context(child, 1002)
    for reseller in (alpha, child):
        with pytest.raises(NotAllowed, match="reseller alpha has reached its limit of 6 contexts"):
            new_context(reseller, 1003)
    new_context(world.resellers["beta"], 1003)


def test_max_context__of_a_child_does_not_bind_its_parent(world: World) -> None:
    limit(world.resellers["alphakid"], max_context=2)
    with pytest.raises(NotAllowed, match="alphakid"):
        new_context(world.resellers["alphakid"], 1001)
    new_context(world.resellers["alpha"], 1001)


def test_max_overall_user__counts_users_of_all_contexts_and_children(world: World) -> None:
    limit(world.resellers["alpha"], max_overall_user=5)
    new_user(world.contexts[35], 7)
    with pytest.raises(NotAllowed, match="alpha has reached its limit of 5 users"):
        new_user(world.contexts[24], 7)
    delete_user(actor=OPERATOR, user=world.users[25])
    new_user(world.contexts[24], 7)


@pytest.mark.parametrize(
    ("of_context", "of_reseller", "of_parent", "most"),
    [(3, None, None, 3), (5, 3, None, 3), (3, 5, 5, 3), (None, 5, 3, 3)],
)
def test_max_user_of_a_context__the_narrowest_of_its_own_and_its_resellers(
    world: World, of_context: int | None, of_reseller: int | None, of_parent: int | None, most: int
) -> None:
    context = world.contexts[34]
    update_context(actor=OPERATOR, context=context, max_user=of_context)
    limit(world.resellers["alphakid"], max_user_per_context=of_reseller)
    limit(world.resellers["alpha"], max_user_per_context=of_parent)
    for number in range(1, most):
        new_user(context, number)
    with pytest.raises(NotAllowed, match=f"kid_cafe has reached its limit of {most} users"):
        new_user(context, most)


def test_max_overall_context_quota__is_the_sum_over_all_contexts(world: World) -> None:
    beta = world.resellers["beta"]
    limit(beta, max_overall_context_quota=100)
    made = new_context(beta, 1001, quota=60)
    new_context(beta, 1002, quota=40)
    with pytest.raises(NotAllowed, match="100 bytes of quota together"):
        new_context(beta, 1003, quota=1)
    with pytest.raises(NotAllowed, match="together"):
        update_context(actor=OPERATOR, context=made, quota=61)
    update_context(actor=OPERATOR, context=made, quota=59)
    new_context(beta, 1003, quota=1)
    new_context(beta, 1004, quota=0)


def test_max_overall_context_quota__leaves_no_room_for_unlimited_contexts(world: World) -> None:
    limit(world.resellers["beta"], max_overall_context_quota=100)
    with pytest.raises(NotAllowed, match="each of its contexts needs one"):
        new_context(world.resellers["beta"], 1001)


def test_max_overall_context_quota__does_not_keep_other_fields_from_being_changed(world: World) -> None:
    limit(world.resellers["beta"], max_overall_context_quota=100)
    changed = update_context(actor=OPERATOR, context=world.contexts[44], quota=None, is_active=False)
    assert (changed.quota, changed.is_active) == (None, False)


def test_max_subadmin__counts_children(world: World) -> None:
    alpha = world.resellers["alpha"]
    limit(alpha, max_subadmin=2)
    second = create_reseller(actor=OPERATOR, name="kid2", parent=alpha)
    with pytest.raises(NotAllowed, match="alpha has reached its limit of 2 children"):
        create_reseller(actor=OPERATOR, name="kid3", parent=alpha)
    delete_reseller(actor=OPERATOR, reseller=second)
    create_reseller(actor=OPERATOR, name="kid3", parent=alpha)


def test_can_create_subadmin__is_needed_for_children_and_not_for_a_child(world: World) -> None:
    beta, child = world.resellers["beta"], world.resellers["alphakid"]
    limit(beta, can_create_subadmin=False)
    with pytest.raises(NotAllowed, match="CanCreateSubadmin"):
        create_reseller(actor=OPERATOR, name="new", parent=beta)
    with pytest.raises(NotAllowed, match="one level"):
        create_reseller(actor=OPERATOR, name="new", parent=child)
    with pytest.raises(NotAllowed, match="one level"):
        limit(child, can_create_subadmin=True)


@pytest.mark.parametrize("value", [-1, 1.5, "3", True, 2**31])
def test_limits__are_whole_numbers_that_fit(world: World, value: Any) -> None:
    with pytest.raises(Invalid, match="whole number"):
        limit(world.resellers["alpha"], max_context=value)


def test_limits__zero_is_none_at_all_and_null_is_no_limit(world: World) -> None:
    alpha = world.resellers["alpha"]
    limit(alpha, max_context=0)
    with pytest.raises(NotAllowed):
        new_context(alpha, 1001)
    limit(alpha, max_context=None)
    new_context(alpha, 1001)


def test_limits__do_not_bind_the_masters_own_contexts(world: World) -> None:
    for number in range(3):
        new_user(world.contexts[54], number + 1)
    new_context(None, 1001)


@pytest.mark.parametrize("who", ["alphakid", "admin@kid_cafe"])
def test_limit_of_users__of_a_reseller_above_is_not_told(world: World, who: str) -> None:
    limit(world.resellers["alpha"], max_overall_user=4)
    actor = Actor(world.administrators[who], Channel.WEB)
    with pytest.raises(NotAllowed) as refusal:
        create_user(actor=actor, context=world.contexts[34], number=7, uidname="new@cafe.example")
    assert str(refusal.value) == "A limit that is set above you has been reached. Ask your reseller."


def test_limits_of_contexts__of_a_reseller_above_are_not_told(world: World) -> None:
    alpha, child = world.resellers["alpha"], world.resellers["alphakid"]
    actor = Actor(world.administrators["alphakid"], Channel.WEB)
    limit(alpha, max_context=4)
    with pytest.raises(NotAllowed, match="limit that is set above you"):
        create_context(actor=actor, context_id=1001, name="new", reseller=child)
    limit(alpha, max_context=None, max_overall_context_quota=10)
    with pytest.raises(NotAllowed, match="limit that is set above you"):
        create_context(actor=actor, context_id=1001, name="new", reseller=child, quota=11)
    with pytest.raises(NotAllowed, match="There is a limit on quota, so each context needs one"):
        create_context(actor=actor, context_id=1001, name="new", reseller=child)


@pytest.mark.parametrize("who", ["root", "alpha"])
def test_limit__is_told_to_who_manages_the_reseller(world: World, who: str) -> None:
    limit(world.resellers["alpha"], max_overall_user=4)
    with pytest.raises(NotAllowed, match="alpha has reached its limit of 4 users"):
        create_user(
            actor=Actor(world.administrators[who], Channel.WEB),
            context=world.contexts[34],
            number=7,
            uidname="new@cafe.example",
        )
