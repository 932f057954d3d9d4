"""Configuration properties: who may set whose. Which value wins is tested with the Admin family."""

from __future__ import annotations

import pytest

from accounts.models import ConfigProperty
from accounts.services.config import MAX_VALUE, Owner, delete_property, set_property
from core.actor import Actor, Channel
from core.errors import Invalid, NotAllowed, NotFound
from tests.world import OPERATOR, World


def owner(world: World, name: str) -> Owner:
    match name.split():
        case ["server"]:
            return Owner()
        case ["reseller", which]:
            return Owner(reseller=world.resellers[which])
        case ["context", which]:
            return Owner(context=world.contexts[int(which)])
        case ["user", which]:
            return Owner(user=world.users[int(which)])
    raise ValueError(name)


@pytest.mark.parametrize(
    ("login", "allowed"),
    [
        (
            "root",
            {"server", "reseller alpha", "reseller alphakid", "reseller beta", "context 24", "user 34", "user 54"},
        ),
        ("alpha", {"reseller alphakid", "context 24", "user 34"}),
        ("alphakid", {"user 34"}),
        ("beta", set()),
        ("admin@alpha_acme", set()),
        ("portal-alpha", set()),
    ],
)
def test_set_and_delete__by_whoever_stands_above(world: World, login: str, allowed: set[str]) -> None:
    actor = Actor(world.administrators[login], Channel.WEB)
    for name in ("server", "reseller alpha", "reseller alphakid", "reseller beta", "context 24", "user 34", "user 54"):
        whose = owner(world, name)
        row = set_property(actor=OPERATOR, owner=whose, name="com.old", value="x")
        if name in allowed:
            set_property(actor=actor, owner=whose, name="com.new", value="x")
            delete_property(actor=actor, row=row)
        else:
            with pytest.raises(NotAllowed):
                set_property(actor=actor, owner=whose, name="com.new", value="x")
            with pytest.raises(NotAllowed):
                delete_property(actor=actor, row=row)
    assert ConfigProperty.objects.filter(name="com.new").count() == len(allowed)
    assert ConfigProperty.objects.filter(name="com.old").count() == 7 - len(allowed)


def test_set__replaces_the_owners_value_and_no_other(world: World) -> None:
    for name in ("server", "reseller alpha", "context 24", "context 25", "user 24"):
        for value in ("old", f"of {name}"):
            set_property(actor=OPERATOR, owner=owner(world, name), name="com.new", value=value)
    values = ConfigProperty.objects.filter(name="com.new").order_by("value").values_list("value", flat=True)
    assert list(values) == ["of context 24", "of context 25", "of reseller alpha", "of server", "of user 24"]


@pytest.mark.parametrize("value", ["", "two\nlines", "two\r\nlines", "ü" * MAX_VALUE])
def test_set__a_value_may_be(world: World, value: str) -> None:
    assert set_property(actor=OPERATOR, owner=Owner(), name="com.new", value=value).value == value


@pytest.mark.parametrize("value", ["\x00", "a\x1cb", "a\x0bb", "a\rb", "a\u2028b", "\ud800", "x" * (MAX_VALUE + 1)])
def test_set__a_value_may_not_be(world: World, value: str) -> None:
    with pytest.raises(Invalid):
        set_property(actor=OPERATOR, owner=Owner(), name="com.new", value=value)


@pytest.mark.parametrize("name", ["", " a", "a\n", "x" * 255])
def test_set__a_name_may_not_be(world: World, name: str) -> None:
    with pytest.raises(Invalid):
        set_property(actor=OPERATOR, owner=Owner(), name=name, value="x")


def test_delete__of_what_is_gone_is_refused(world: World) -> None:
    row = set_property(actor=OPERATOR, owner=Owner(), name="com.new", value="x")
    delete_property(actor=OPERATOR, row=ConfigProperty.objects.get(pk=row.pk))
    with pytest.raises(NotFound):
        delete_property(actor=OPERATOR, row=row)
