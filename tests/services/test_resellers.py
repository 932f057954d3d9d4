"""Resellers: who may change what of whom, and what keeps one from being deleted."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Administrator, ConfigProperty, Reseller
from accounts.services.config import Owner, set_property
from accounts.services.contexts import create_context, delete_context
from accounts.services.resellers import RESTRICTIONS, create_reseller, delete_reseller, update_reseller
from core.actor import Actor, Channel
from core.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.world import OPERATOR, World

LIMITS = [{column: (column == "can_create_subadmin") or 7} for column in RESTRICTIONS.values()]


def staff(world: World, login: str) -> Actor:
    return Actor(world.administrators[login], Channel.WEB)


@pytest.mark.parametrize("fields", [*LIMITS, {"is_active": False}], ids=str)
@pytest.mark.parametrize(
    ("login", "target"), [("alphakid", "alpha"), ("beta", "alpha"), ("alphakid", "alphakid"), ("beta", "alphakid")]
)
def test_update__nobody_edits_their_own_their_parents_or_a_strangers_limits(
    world: World, login: str, target: str, fields: dict[str, Any]
) -> None:
    reseller = world.resellers[target]
    if fields == {"can_create_subadmin": True}:
        fields = {"can_create_subadmin": not reseller.can_create_subadmin}
    before = list(Reseller.objects.values())
    with pytest.raises(NotAllowed):
        update_reseller(actor=staff(world, login), reseller=reseller, **fields)
    assert list(Reseller.objects.values()) == before


def test_update__own_staff_change_the_look_and_not_the_limits(world: World) -> None:
    alpha = world.resellers["alpha"]
    changed = update_reseller(
        actor=staff(world, "alpha"), reseller=alpha, display_name="Alpha!", product_name="Mail", colour="#12ab9f"
    )
    assert (changed.display_name, changed.colour) == ("Alpha!", "#12ab9f")
    with pytest.raises(NotAllowed):
        update_reseller(actor=staff(world, "alpha"), reseller=alpha, display_name="x", max_context=100)
    # Giving the value that a limit has is no edit.
    update_reseller(actor=staff(world, "alpha"), reseller=alpha, max_context=alpha.max_context)


@pytest.mark.parametrize("login", ["root", "alpha"])
def test_update__who_stands_above_sets_limits_and_suspends(world: World, login: str) -> None:
    changed = update_reseller(
        actor=staff(world, login), reseller=world.resellers["alphakid"], max_context=9, is_active=False
    )
    assert (changed.max_context, changed.is_active) == (9, False)


@pytest.mark.parametrize("login", ["admin@alpha_acme", "portal-alpha"])
def test_reseller__is_no_business_of_context_admins_and_tenants(world: World, login: str) -> None:
    child = world.resellers["alphakid"]
    with pytest.raises(NotAllowed):
        update_reseller(actor=staff(world, login), reseller=child, display_name="x")
    with pytest.raises(NotAllowed):
        create_reseller(actor=staff(world, login), name="new", parent=world.resellers["alpha"])
    with pytest.raises(NotAllowed):
        delete_reseller(actor=staff(world, login), reseller=child)


@pytest.mark.parametrize("parent", [None, "beta", "alphakid"])
def test_create__a_resellers_staff_make_children_of_their_own_reseller_only(world: World, parent: str | None) -> None:
    with pytest.raises(NotAllowed, match="child of your own"):
        create_reseller(actor=staff(world, "alpha"), name="new", parent=world.resellers[parent] if parent else None)


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"name": ""}, Invalid),
        ({"name": " alpha2"}, Invalid),
        ({"name": "x" * 129}, Invalid),
        ({"name": "a\x00b"}, Invalid),
        ({"name": "alpha"}, Conflict),
        ({"name": "new", "colour": "red"}, Invalid),
        ({"name": "new", "colour": "#12AB9F"}, Invalid),
        ({"name": "new", "display_name": "x" * 255}, Invalid),
        ({"name": "new", "is_active": "yes"}, Invalid),
        ({"name": "new", "parent_id": 1}, Invalid),
        ({"name": "new", "id": 1}, Invalid),
    ],
)
def test_create__bad_values_are_refused(world: World, fields: dict[str, Any], error: type[Exception]) -> None:
    count = Reseller.objects.count()
    with pytest.raises(error):
        create_reseller(actor=OPERATOR, **fields)
    assert Reseller.objects.count() == count


def test_delete__with_contexts_or_children_is_refused(world: World) -> None:
    for name in ("alpha", "alphakid", "beta"):
        with pytest.raises(Conflict):
            delete_reseller(actor=OPERATOR, reseller=world.resellers[name])


def test_delete__takes_its_administrators_and_configuration_along(world: World) -> None:
    beta = world.resellers["beta"]
    set_property(actor=OPERATOR, owner=Owner(reseller=beta), name="com.new", value="x")
    for number in (44, 45):
        delete_context(actor=OPERATOR, context=world.contexts[number])
    delete_reseller(actor=OPERATOR, reseller=beta)
    assert not Administrator.objects.filter(login__endswith="beta").exists()
    assert not ConfigProperty.objects.filter(name="com.new").exists()
    with pytest.raises(NotFound):
        delete_reseller(actor=OPERATOR, reseller=beta)
    with pytest.raises(NotFound):
        update_reseller(actor=OPERATOR, reseller=beta, display_name="x")
    with pytest.raises(NotFound):
        create_context(actor=OPERATOR, context_id=77, name="new", reseller=beta)


def test_delete__nobody_deletes_their_own_reseller(world: World) -> None:
    with pytest.raises(NotAllowed):
        delete_reseller(actor=staff(world, "alphakid"), reseller=world.resellers["alphakid"])
