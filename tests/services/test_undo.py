"""Undoing: every kind of change gets back, unless something has changed since or the role could not have done it."""

from __future__ import annotations

from typing import Any

import pytest

from accounts.models import Administrator, ConfigProperty, Context, User
from accounts.services import administrators, config, contexts, resellers, users
from changelog.models import Change
from changelog.undo import undo_change
from core.actor import Actor, Channel
from core.errors import Conflict, DomainError, Invalid, NotAllowed
from domains.models import ExplicitDomain
from domains.services import add_domain, remove_domain
from forwards import services as forwards
from forwards.models import ForwardingAlias, Recipient
from tests.world import OPERATOR, World

pytestmark = pytest.mark.django_db

ALIAS = "sales@acme.example"


def by(world: World, login: str) -> Actor:
    return Actor(world.administrators[login], Channel.WEB)


def last() -> Change:
    return Change.objects.latest("pk")


def undo(world: World, login: str = "alpha") -> None:
    undo_change(actor=by(world, login), change=last())


def recipients(alias: str = ALIAS) -> list[str]:
    return list(Recipient.objects.filter(alias__address=alias).order_by("pk").values_list("address", flat=True))


def test_undo__forward_changes(world: World) -> None:
    actor, context = by(world, "alpha"), world.contexts[24]
    before = recipients()
    forwards.add_recipients(actor=actor, context=context, alias=ALIAS, recipients=["new@far.example"])
    undo(world)
    assert recipients() == before
    row = forwards.find_forward(context, ALIAS)
    forwards.set_forward_active(actor=actor, forward=row, is_active=False)
    forwards.delete_forward(actor=actor, context=context, alias=ALIAS)
    undo(world)
    assert recipients() == before
    assert not ForwardingAlias.objects.get(address=ALIAS).is_active
    forwards.create_forward(actor=actor, context=context, alias="x@acme.example", recipients=["a@far.example"])
    undo(world)
    assert not ForwardingAlias.objects.filter(address="x@acme.example").exists()


def test_undo__can_itself_be_undone(world: World) -> None:
    forwards.delete_forward(actor=OPERATOR, context=world.contexts[24], alias=ALIAS)
    undo(world)
    undo(world)
    assert recipients() == []


def test_undo__user_changes(world: World) -> None:
    actor, user = by(world, "alpha"), world.users[24]
    before = users.snapshot(user)
    users.update_user(
        actor=actor, user=user, uidname="jane@acme.example", msisdn=None, custom=[], quota=None, is_active=False
    )
    undo(world)
    assert users.snapshot(User.objects.get(pk=user.pk)) == before
    users.delete_user(actor=actor, user=user)
    undo(world)
    assert users.snapshot(User.objects.get(context=24, number=42)) == before
    users.create_user(actor=actor, context=world.contexts[24], number=7, uidname="seven@acme.example")
    undo(world)
    assert not User.objects.filter(number=7).exists()


def test_undo__domain_changes(world: World) -> None:
    actor, context = by(world, "alpha"), world.contexts[24]
    add_domain(actor=actor, context=context, name="new.example")
    undo(world)
    assert not ExplicitDomain.objects.filter(name="new.example").exists()
    remove_domain(actor=actor, context=context, name="acme.example")
    undo(world)
    assert ExplicitDomain.objects.filter(name="acme.example", context=24).exists()


def test_undo__config_changes_of_every_owner(world: World) -> None:
    owners = [
        config.Owner(),
        config.Owner(reseller=world.resellers["alphakid"]),
        config.Owner(context=world.contexts[24]),
        config.Owner(user=world.users[24]),
    ]
    for owner in owners:
        config.set_property(actor=OPERATOR, owner=owner, name="a (b)", value="1")
        config.set_property(actor=OPERATOR, owner=owner, name="a (b)", value="2")
        undo(world, "root")
        row = ConfigProperty.objects.get(name="a (b)")
        assert row.value == "1"
        config.delete_property(actor=OPERATOR, row=row)
        undo(world, "root")
        assert ConfigProperty.objects.get(name="a (b)").value == "1"
        config.delete_property(actor=OPERATOR, row=ConfigProperty.objects.get(name="a (b)"))


def test_undo__reseller_changes(world: World) -> None:
    alpha = by(world, "alpha")
    kid = resellers.create_reseller(actor=alpha, name="second", parent=world.resellers["alpha"])
    resellers.update_reseller(actor=alpha, reseller=kid, name="renamed", max_context=3)
    undo(world)
    kid.refresh_from_db()
    assert (kid.name, kid.max_context) == ("second", None)
    resellers.delete_reseller(actor=alpha, reseller=kid)
    undo(world)
    assert world.resellers["alpha"].children.filter(name="second").exists()


def test_undo__administrator_suspended_and_created(world: World) -> None:
    actor = by(world, "alpha")
    admin = world.administrators["admin@alpha_acme"]
    administrators.update_administrator(actor=actor, administrator=admin, is_active=False)
    undo(world)
    assert Administrator.objects.get(pk=admin.pk).is_active
    administrators.create_administrator(
        actor=actor, login="new", role="context", context=world.contexts[24], password="long enough"
    )
    undo(world)
    assert not Administrator.objects.filter(login="new").exists()


def test_undo__passwords_do_not_come_back(world: World) -> None:
    actor, admin = by(world, "alpha"), world.administrators["admin@alpha_acme"]
    administrators.update_administrator(actor=actor, administrator=admin, password="another one")
    with pytest.raises(Invalid):
        undo(world)
    administrators.delete_administrator(actor=actor, administrator=admin)
    with pytest.raises(Invalid):
        undo(world)


def test_undo__a_deleted_context_comes_back_with_all_but_its_administrators(world: World) -> None:
    actor, context = by(world, "alpha"), world.contexts[24]
    user, aliases, created = users.snapshot(world.users[24]), recipients(), context.created_at
    contexts.delete_context(actor=actor, context=context)
    refused = 0
    for change in Change.objects.filter(batch=last().batch).order_by("-pk"):
        try:
            undo_change(actor=actor, change=change)
        except DomainError:
            refused += 1
    assert refused == 1
    assert Context.objects.get(pk=24).created_at == created
    assert users.snapshot(User.objects.get(context=24)) == user
    assert recipients() == aliases
    assert ExplicitDomain.objects.filter(context=24, name="acme.example").exists()
    assert ConfigProperty.objects.filter(context=24).count() == 1
    assert not Administrator.objects.filter(context=24).exists()


def test_undo__a_new_context_goes_while_it_is_empty(world: World) -> None:
    actor = by(world, "alpha")
    made = contexts.create_context(actor=actor, context_id=99, name="new_one", reseller=world.resellers["alpha"])
    change = last()
    users.create_user(actor=actor, context=made, number=1, uidname="first@new.example")
    with pytest.raises(Conflict):
        undo_change(actor=actor, change=change)
    users.delete_user(actor=actor, user=User.objects.get(context=99))
    undo_change(actor=actor, change=change)
    assert not Context.objects.filter(pk=99).exists()


def test_undo__what_has_changed_since_stays(world: World) -> None:
    actor, context = by(world, "alpha"), world.contexts[24]
    forwards.add_recipients(actor=actor, context=context, alias=ALIAS, recipients=["one@far.example"])
    first = last()
    forwards.add_recipients(actor=actor, context=context, alias=ALIAS, recipients=["two@far.example"])
    count = Change.objects.count()
    with pytest.raises(Conflict):
        undo_change(actor=actor, change=first)
    assert Change.objects.count() == count
    assert "two@far.example" in recipients()


def test_undo__a_context_id_given_again_is_another_context(world: World) -> None:
    users.update_user(actor=OPERATOR, user=world.users[24], quota=5)
    change = last()
    contexts.delete_context(actor=OPERATOR, context=world.contexts[24])
    contexts.create_context(actor=OPERATOR, context_id=24, name="other", reseller=world.resellers["beta"])
    with pytest.raises(Conflict):
        undo_change(actor=by(world, "root"), change=change)


@pytest.mark.parametrize("login", ["beta", "alphakid", "portal-alpha", "admin@alpha_bolt"])
def test_undo__nobody_undoes_what_they_could_not_have_done(world: World, login: str) -> None:
    forwards.add_recipients(actor=OPERATOR, context=world.contexts[24], alias=ALIAS, recipients=["one@far.example"])
    with pytest.raises(NotAllowed):
        undo(world, login)
    assert "one@far.example" in recipients()


def test_undo__a_context_admin_undoes_no_domain_and_no_context(world: World) -> None:
    changes: list[Any] = []
    remove_domain(actor=OPERATOR, context=world.contexts[24], name="acme.example")
    changes.append(last())
    contexts.update_context(actor=OPERATOR, context=world.contexts[24], max_user=5)
    changes.append(last())
    for change in changes:
        with pytest.raises(NotAllowed):
            undo_change(actor=by(world, "admin@alpha_acme"), change=change)
