"""Users: what the API does not have. Their identifiers' rules are tested with the Admin family."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import ConfigProperty, CustomId, LastLogin, User
from accounts.services.config import Owner, set_property
from accounts.services.contexts import delete_context
from accounts.services.users import create_user, delete_user, set_uids, update_user
from core.errors import Conflict, DomainError, Invalid, NotFound
from tests.world import OPERATOR, World


@pytest.mark.parametrize("number", [0, -1, 2**63])
def test_create__an_id_is_a_positive_number_that_fits(world: World, number: int) -> None:
    with pytest.raises(Invalid, match="positive number"):
        create_user(actor=OPERATOR, context=world.contexts[24], number=number, uidname="new")


def test_create__an_id_is_unique_in_its_context_only(world: World) -> None:
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="one")
    create_user(actor=OPERATOR, context=world.contexts[25], number=7, uidname="two")
    with pytest.raises(Conflict, match="has a user 7 already"):
        create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="three")


@pytest.mark.parametrize("quota", [-1, 2**63])
def test_quota__is_a_number_of_bytes_that_fits(world: World, quota: int) -> None:
    with pytest.raises(Invalid, match="quota"):
        create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname="new", quota=quota)
    with pytest.raises(Invalid, match="quota"):
        update_user(actor=OPERATOR, user=world.users[24], quota=quota)


@pytest.mark.parametrize(
    "fields",
    [
        {"uidname": "johndoe@echo.example"},
        {"uidname": "new@echo.example"},
        {"uidname": "sales@echo.example"},
        {"uidname": "new", "msisdn": "+49.1234.5644"},
        {"uidname": "new", "msisdn": "nonsense"},
        {"uidname": "new", "custom": ["a", "JOHN44"]},
        {"uidname": "new", "custom": ["a", "a"]},
        {"uidname": ""},
    ],
    ids=str,
)
def test_create__what_is_anothers_or_bad_makes_no_user(world: World, fields: dict[str, Any]) -> None:
    with pytest.raises(DomainError):
        create_user(actor=OPERATOR, context=world.contexts[24], number=7, **fields)
    assert User.objects.count() == len(world.contexts)
    assert not CustomId.objects.filter(value="a").exists()


@pytest.mark.parametrize("uidname", ["sales@acme.example", "new@acme.example", "new@nobodys.example"])
def test_create__on_an_own_alias_or_in_an_own_or_nobodys_domain(world: World, uidname: str) -> None:
    create_user(actor=OPERATOR, context=world.contexts[24], number=7, uidname=uidname)


def test_update__all_of_it_or_nothing(world: World) -> None:
    with pytest.raises(Invalid):
        update_user(actor=OPERATOR, user=world.users[24], uidname="new", quota=5, msisdn="+4912345", custom=["john44"])
    row = User.objects.get(context=24)
    assert (row.uidname, row.quota, row.msisdn) == ("johndoe@acme.example", 1_048_576, "+49.1234.5624")


def test_rename__takes_the_last_login_along_and_not_an_old_owners(world: World) -> None:
    LastLogin.objects.create(username="johndoe@acme.example", last_login=5)
    LastLogin.objects.create(username="jane@acme.example", last_login=99)
    update_user(actor=OPERATOR, user=world.users[24], uidname="Jane@acme.example")
    assert list(LastLogin.objects.values_list("username", "last_login")) == [("jane@acme.example", 5)]
    update_user(actor=OPERATOR, user=world.users[24], uidname="jane@ACME.example")
    assert list(LastLogin.objects.values_list("username", "last_login")) == [("jane@acme.example", 5)]


def test_rename__between_spellings_of_one_domain_takes_the_last_login_along(world: World) -> None:
    update_user(actor=OPERATOR, user=world.users[24], uidname="jane@bücher.example")
    LastLogin.objects.create(username="jane@bücher.example", last_login=5)
    update_user(actor=OPERATOR, user=world.users[24], uidname="jane@xn--bcher-kva.example")
    assert list(LastLogin.objects.values_list("username", "last_login")) == [("jane@xn--bcher-kva.example", 5)]


def test_delete__takes_identifiers_configuration_and_last_login_along(world: World) -> None:
    set_property(actor=OPERATOR, owner=Owner(user=world.users[24]), name="com.new", value="x")
    LastLogin.objects.create(username="johndoe@acme.example", last_login=5)
    delete_user(actor=OPERATOR, user=world.users[24])
    assert not CustomId.objects.filter(value__endswith="24").exists()
    assert not ConfigProperty.objects.filter(name="com.new").exists()
    assert not LastLogin.objects.exists()
    with pytest.raises(NotFound):
        delete_user(actor=OPERATOR, user=world.users[24])
    # What it had is free again.
    create_user(
        actor=OPERATOR,
        context=world.contexts[24],
        number=42,
        uidname="johndoe@acme.example",
        msisdn="+49.1234.5624",
        custom=["john24"],
    )


def test_deleted__cannot_be_changed(world: World) -> None:
    user = world.users[24]
    delete_user(actor=OPERATOR, user=User.objects.get(pk=user.pk))
    with pytest.raises(NotFound):
        update_user(actor=OPERATOR, user=user, quota=5)
    with pytest.raises(NotFound):
        set_uids(actor=OPERATOR, user=user, custom=["a"])


def test_create__in_a_deleted_context_is_refused(world: World) -> None:
    context = world.contexts[24]
    delete_context(actor=OPERATOR, context=type(context).objects.get(pk=24))
    with pytest.raises(NotFound):
        create_user(actor=OPERATOR, context=context, number=7, uidname="new")
