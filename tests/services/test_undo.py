"""Undoing: every kind of change gets back, unless something has changed since or the role could not have done it."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Q
from django.utils import timezone

from accounts.models import Administrator, ConfigProperty, Context, LastLogin, Reseller, User
from accounts.services import administrators, config, contexts, resellers, users
from accounts.services import plans as user_plans
from changelog.models import Change
from changelog.undo import undo_change, why_not_undoable
from core.actor import Actor, Channel
from core.errors import Conflict, Invalid, NotAllowed
from domains.models import ExplicitDomain
from domains.services import add_domain, remove_domain
from forwards import plans as alias_plans
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
    before = user_plans.snapshot(user)
    users.update_user(
        actor=actor, user=user, uidname="jane@acme.example", msisdn=None, custom=[], quota=None, is_active=False
    )
    undo(world)
    assert user_plans.snapshot(User.objects.get(pk=user.pk)) == before
    users.delete_user(actor=actor, user=user)
    undo(world)
    assert user_plans.snapshot(User.objects.get(context=24, number=42)) == before
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
    undo(world)
    restored = Administrator.objects.get(pk=admin.pk)
    assert (restored.login, restored.context_id, restored.has_usable_password()) == ("admin", 24, False)


def everything_of(context: int) -> dict[str, Any]:
    """All that a context holds, as the change log would keep it."""
    properties = ConfigProperty.objects.filter(Q(context=context) | Q(user__context=context))
    names = [one.uidname.lower() for one in User.objects.filter(context=context)]
    return {
        "context": Context.objects.filter(pk=context).values().get(),
        "users": {one.pk: user_plans.snapshot(one) for one in User.objects.filter(context=context)},
        "properties": sorted(properties.values_list("pk", "name", "value", "context", "user")),
        "logins": sorted(LastLogin.objects.filter(username__in=names).values_list()),
        "administrators": sorted(Administrator.objects.filter(context=context).values_list("pk", "login", "language")),
        "aliases": {one.pk: alias_plans.snapshot(one) for one in ForwardingAlias.objects.filter(context=context)},
        "domains": sorted(ExplicitDomain.objects.filter(context=context).values_list("pk", "name")),
    }


def undo_batch(actor: Actor, batch: Any) -> None:
    for change in Change.objects.filter(batch=batch).order_by("-pk"):
        undo_change(actor=actor, change=change)


def test_undo__a_deleted_context_comes_back_with_all_that_it_held(world: World) -> None:
    """Its users' properties and last logins, its administrators' accounts; not their passwords."""
    actor, context = by(world, "alpha"), world.contexts[24]
    config.set_property(actor=OPERATOR, owner=config.Owner(user=world.users[24]), name="of.a.user", value="1")
    users.set_last_login(actor=OPERATOR, user=world.users[24], at=1_700_000_000)
    before = everything_of(24)

    contexts.delete_context(actor=actor, context=context)
    lines = Change.objects.filter(batch=last().batch)
    assert {line.kind for line in lines} == {
        "context", "user", "last_login", "config", "administrator", "forward", "domain",
    }  # fmt: skip
    assert {line.action for line in lines} == {"delete"}
    undo_batch(actor, last().batch)

    assert everything_of(24) == before
    assert not Administrator.objects.get(context=24, login="admin").has_usable_password()


def test_undo__a_deleted_user_comes_back_with_properties_and_last_login(world: World) -> None:
    actor = by(world, "alpha")
    config.set_property(actor=OPERATOR, owner=config.Owner(user=world.users[24]), name="of.a.user", value="1")
    users.set_last_login(actor=OPERATOR, user=world.users[24], at=1_700_000_000)
    before = everything_of(24)
    users.delete_user(actor=actor, user=world.users[24])
    assert everything_of(24) != before
    undo_batch(actor, last().batch)
    assert everything_of(24) == before


def test_undo__a_deleted_reseller_comes_back_with_administrators_and_properties(world: World) -> None:
    root = by(world, "root")
    gone = resellers.create_reseller(actor=OPERATOR, name="Bright (UK)", max_context=3)
    config.set_property(actor=OPERATOR, owner=config.Owner(reseller=gone), name="x.y", value="1")
    clerk = administrators.create_administrator(
        actor=OPERATOR, login="clerk", role="reseller", reseller=gone, password="long enough"
    )
    resellers.delete_reseller(actor=root, reseller=gone)
    assert {line.kind for line in Change.objects.filter(batch=last().batch)} == {"reseller", "administrator", "config"}
    undo_batch(root, last().batch)
    restored = Reseller.objects.get(name="Bright (UK)")
    assert (restored.pk, restored.max_context) == (gone.pk, 3)
    assert list(restored.config.values_list("name", "value")) == [("x.y", "1")]
    assert list(restored.administrators.values_list("pk", "login")) == [(clerk.pk, "clerk")]


@pytest.mark.parametrize("kind", ["reseller", "context", "user"])
def test_undo__a_property_goes_back_to_its_owner_whatever_that_is_called(world: World, kind: str) -> None:
    """Names with parentheses, which a label also has around the owner."""
    owners = {
        "reseller": lambda: config.Owner(reseller=resellers.create_reseller(actor=OPERATOR, name="Bright (UK)")),
        "context": lambda: config.Owner(
            context=contexts.create_context(
                actor=OPERATOR, context_id=99, name="Acme (UK)", reseller=world.resellers["alpha"]
            )
        ),
        "user": lambda: config.Owner(
            user=users.create_user(actor=OPERATOR, context=world.contexts[24], number=9, uidname="Bob (sales)")
        ),
    }
    row = config.set_property(actor=OPERATOR, owner=owners[kind](), name="com.x.flag", value="1")
    before = list(ConfigProperty.objects.order_by("pk").values())
    config.delete_property(actor=OPERATOR, row=row)
    undo(world, "root")
    assert list(ConfigProperty.objects.order_by("pk").values()) == before


def test_undo__a_last_login_goes_back(world: World) -> None:
    user = world.users[24]
    users.set_last_login(actor=OPERATOR, user=user, at=5)
    users.set_last_login(actor=OPERATOR, user=user, at=9)
    undo(world)
    assert users.last_login_of(user) == 5
    users.set_last_login(actor=OPERATOR, user=user, at=None)
    undo(world)
    assert users.last_login_of(user) == 5


def _property_of(context: Context) -> None:
    config.set_property(actor=OPERATOR, owner=config.Owner(context=context), name="x.y", value="1")


@pytest.mark.parametrize(
    ("fill", "held"),
    [
        (lambda c: users.create_user(actor=OPERATOR, context=c, number=1, uidname="first"), "users: 1"),
        (
            lambda c: forwards.create_forward(
                actor=OPERATOR, context=c, alias="a@new.example", recipients=["b@far.example"]
            ),
            "1 alias",
        ),
        (lambda c: add_domain(actor=OPERATOR, context=c, name="new.example"), "1 domain"),
        (_property_of, "configuration properties: 1"),
        (
            lambda c: administrators.create_administrator(
                actor=OPERATOR, login="new", role="context", context=c, password="long enough"
            ),
            "administrators: 1",
        ),
    ],
)
def test_undo__a_new_context_stays_while_it_holds_anything(world: World, fill: Any, held: str) -> None:
    alpha = by(world, "alpha")
    made = contexts.create_context(actor=alpha, context_id=99, name="new_one", reseller=world.resellers["alpha"])
    change = last()
    fill(made)
    with pytest.raises(Conflict, match=held):
        undo_change(actor=alpha, change=change)
    assert Context.objects.filter(pk=99).exists()


def test_obstacle__says_who_changed_it_later_and_when(world: World) -> None:
    alpha, user = by(world, "alpha"), world.users[24]
    users.update_user(actor=alpha, user=user, quota=5)
    first = last()
    assert why_not_undoable(first, world.administrators["alpha"]) == ""
    users.update_user(actor=by(world, "admin@alpha_acme"), user=user, quota=6)
    sentence = why_not_undoable(first, world.administrators["alpha"])
    assert sentence.startswith("Cannot undo: it was changed again later, by admin@alpha_acme on ")
    assert sentence.endswith(f"{timezone.localtime(last().at).tzname()}.")


def test_obstacle__names_nobody_whose_changes_the_viewer_does_not_see(world: World) -> None:
    alpha, beta = by(world, "alpha"), by(world, "beta")
    contexts.create_context(actor=alpha, context_id=99, name="first", reseller=world.resellers["alpha"])
    contexts.delete_context(actor=alpha, context=Context.objects.get(pk=99))
    gone = last()
    contexts.create_context(actor=beta, context_id=99, name="second", reseller=world.resellers["beta"])
    assert why_not_undoable(gone, world.administrators["alpha"]) == "Cannot undo: it has changed since."
    with pytest.raises(Conflict, match=r"^Cannot undo: it has changed since\.$"):
        undo_change(actor=alpha, change=gone)


def test_obstacle__is_said_where_there_is_no_way_back(world: World) -> None:
    alpha, admin = by(world, "alpha"), world.administrators["admin@alpha_acme"]
    administrators.update_administrator(actor=alpha, administrator=admin, password="another one")
    assert (
        why_not_undoable(last(), world.administrators["alpha"]) == "Passwords are not kept, so this cannot be undone."
    )
    remove_domain(actor=alpha, context=world.contexts[24], name="acme.example")
    assert why_not_undoable(last(), world.administrators["alpha"]) == ""
    assert why_not_undoable(last(), admin) == "Your role cannot undo that."


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


def test_undo_command__batch_is_undone_as_a_whole_or_not_at_all(world: World) -> None:
    actor = OPERATOR.in_batch()
    context = contexts.create_context(actor=actor, context_id=900, name="batch", reseller=None)
    add_domain(actor=actor, context=context, name="batch.example")
    forwards.create_forward(actor=actor, context=context, alias="a@batch.example", recipients=["b@far.example"])
    later = users.create_user(actor=OPERATOR, context=context, number=1, uidname="u@batch.example")

    with pytest.raises(CommandError, match="context 900 batch: Cannot undo: it is not empty") as refusal:
        call_command("undo", str(actor.batch))
    assert str(refusal.value).endswith("Nothing was changed.")
    assert ForwardingAlias.objects.filter(address="a@batch.example").exists()
    users.delete_user(actor=OPERATOR, user=later)
    out = io.StringIO()
    call_command("undo", str(actor.batch), "--dry-run", stdout=out)
    assert Context.objects.filter(pk=900).exists()
    call_command("undo", str(actor.batch), stdout=out)

    assert out.getvalue() == "3 changes would be undone.\n3 changes undone.\n"
    assert not Context.objects.filter(pk=900).exists()
    assert len({change.batch for change in Change.objects.order_by("-pk")[:3]}) == 1
    with pytest.raises(CommandError, match="it was changed again later"):
        call_command("undo", str(actor.batch))


def test_undo_command__unknown_batch_is_a_sentence(world: World) -> None:
    with pytest.raises(CommandError, match="There is no such batch of changes"):
        call_command("undo", "00000000-0000-4000-8000-000000000000")
