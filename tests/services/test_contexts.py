"""Contexts: names, ids, who makes them for whom, and what goes with one."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Administrator, ConfigProperty, Context, LastLogin, User
from accounts.services.contexts import create_context, delete_context, update_context
from core.actor import Actor, Channel
from core.errors import Conflict, DomainError, Invalid, NotAllowed, NotFound
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from tests.world import OPERATOR, World


@pytest.mark.parametrize("name", ["a", "alpha_new", "Söhne & Co", "x" * 128, "24a", "1.5", "٢٤"])
def test_create__a_name_may_be(world: World, name: str) -> None:
    assert create_context(actor=OPERATOR, context_id=77, name=name, reseller=None).name == name


@pytest.mark.parametrize(
    "name", ["", "24", "0", " a", "a ", "a\n", "a\x00", "x" * 129, "a/b", "a:b", "a@b", "a\\b", "a\u2028b", "\ud800"]
)
def test_create__a_name_may_not_be(world: World, name: str) -> None:
    with pytest.raises(Invalid):
        create_context(actor=OPERATOR, context_id=77, name=name, reseller=None)
    with pytest.raises(Invalid):
        update_context(actor=OPERATOR, context=world.contexts[24], name=name)
    assert Context.objects.get(pk=24).name == "alpha_acme"


@pytest.mark.parametrize("number", [0, -1, 2**63])
def test_create__an_id_is_a_positive_number_that_fits(world: World, number: int) -> None:
    with pytest.raises(Invalid, match="positive number"):
        create_context(actor=OPERATOR, context_id=number, name="new", reseller=None)


def test_create__id_and_name_are_unique(world: World) -> None:
    with pytest.raises(Conflict, match="id 24 is taken"):
        create_context(actor=OPERATOR, context_id=24, name="new", reseller=None)
    with pytest.raises(Conflict, match="name beta_echo is taken"):
        create_context(actor=OPERATOR, context_id=77, name="beta_echo", reseller=None)
    with pytest.raises(Conflict):
        create_context(actor=OPERATOR, context_id=77, name="BETA_ECHO", reseller=None)


@pytest.mark.parametrize("fields", [{"quota": -1}, {"quota": 2**63}, {"max_user": -1}, {"max_user": 2**31}], ids=str)
def test_limits__that_do_not_fit_are_refused(world: World, fields: dict[str, Any]) -> None:
    with pytest.raises(Invalid):
        create_context(actor=OPERATOR, context_id=77, name="new", reseller=None, **fields)
    with pytest.raises(Invalid):
        update_context(actor=OPERATOR, context=world.contexts[24], **fields)


@pytest.mark.parametrize(
    ("login", "reseller", "allowed"),
    [
        ("root", None, True),
        ("root", "beta", True),
        ("alpha", "alpha", True),
        ("alpha", "alphakid", True),
        ("alpha", "beta", False),
        ("alpha", None, False),
        ("alphakid", "alphakid", True),
        ("alphakid", "alpha", False),
        ("admin@alpha_acme", "alpha", False),
        ("admin@own_gold", None, False),
        ("portal-alpha", "alpha", False),
    ],
)
def test_create__for_the_own_reseller_or_its_children(
    world: World, login: str, reseller: str | None, allowed: bool
) -> None:
    actor = Actor(world.administrators[login], Channel.WEB)
    owner = world.resellers[reseller] if reseller else None
    if allowed:
        create_context(actor=actor, context_id=77, name="new", reseller=owner)
    else:
        with pytest.raises(NotAllowed):
            create_context(actor=actor, context_id=77, name="new", reseller=owner)
    assert Context.objects.filter(pk=77).exists() == allowed


def test_update__all_of_it_or_nothing(world: World) -> None:
    with pytest.raises(DomainError):
        update_context(actor=OPERATOR, context=world.contexts[24], quota=5, is_active=False, name="beta_echo")
    row = Context.objects.get(pk=24)
    assert (row.quota, row.is_active, row.name) == (None, True, "alpha_acme")


def test_delete__takes_everything_in_it_along_and_nothing_else(world: World) -> None:
    LastLogin.objects.create(username="johndoe@acme.example", last_login=5)
    LastLogin.objects.create(username="johndoe@echo.example", last_login=5)
    delete_context(actor=OPERATOR, context=world.contexts[24])
    others = len(world.contexts) - 1
    for rows in (
        Context.objects.all(),
        User.objects.all(),
        ForwardingAlias.objects.all(),
        ExplicitDomain.objects.all(),
        Administrator.objects.filter(role="context"),
        ConfigProperty.objects.exclude(context=None),
    ):
        assert rows.count() == others
    assert Recipient.objects.count() == 2 * others
    assert list(LastLogin.objects.values_list("username", flat=True)) == ["johndoe@echo.example"]


def test_deleted__cannot_be_changed_or_deleted_again(world: World) -> None:
    context = Context.objects.get(pk=24)
    delete_context(actor=OPERATOR, context=world.contexts[24])
    with pytest.raises(NotFound):
        update_context(actor=OPERATOR, context=context, quota=5)
    with pytest.raises(NotFound):
        delete_context(actor=OPERATOR, context=context)
