"""Many rows of everything, all of them the reseller alpha's and its company 24's: what its clerk's pages must stand.

`fill` makes them at once, past the services, in so many statements however many they are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from django.db.models import Model

from accounts.models import (
    Administrator,
    ApiPassword,
    ConfigProperty,
    Context,
    CustomId,
    Label,
    LoginEvent,
    Reseller,
    User,
)
from bulk.models import BulkJob, BulkJobItem
from changelog.models import Change
from core.actor import Channel
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias, Recipient
from tests.world import World
from webhooks.models import Delivery, Webhook

CONTEXT: Final = 24
_DOMAIN: Final = "acme.example"


def _resellers(world: World, numbers: Iterable[int]) -> None:
    parent = world.resellers["alpha"]
    Reseller.objects.bulk_create(Reseller(name=f"many{n:02}", parent=parent) for n in numbers)


def _labels(world: World, numbers: Iterable[int]) -> None:
    Label.objects.bulk_create(Label(name=f"many{n:02}", reseller=world.resellers["alpha"]) for n in numbers)


def _contexts(world: World, numbers: Iterable[int]) -> None:
    reseller = world.resellers["alpha"]
    Context.objects.bulk_create(Context(id=1000 + n, name=f"many{n:02}", reseller=reseller) for n in numbers)


def _users(world: World, numbers: Iterable[int]) -> None:
    user = world.users[CONTEXT]
    names = {n: f"many{n:02}@{_DOMAIN}" for n in numbers}
    User.objects.bulk_create(
        User(context_id=CONTEXT, number=100 + n, uidname=name, uidname_normalized=name) for n, name in names.items()
    )
    CustomId.objects.bulk_create(
        CustomId(user=user, value=f"many{n:02}", value_normalized=f"many{n:02}", position=10 + n) for n in names
    )


def _properties(world: World, numbers: Iterable[int]) -> None:
    owners: list[dict[str, Any]] = [
        {"context_id": CONTEXT},
        {"user": world.users[CONTEXT]},
        {"reseller": world.resellers["alpha"]},
    ]
    ConfigProperty.objects.bulk_create(
        ConfigProperty(name=f"many{n:02}", value="x", **owner) for owner in owners for n in numbers
    )


def _administrators(world: World, numbers: Iterable[int]) -> None:
    Administrator.objects.bulk_create(
        Administrator(login=f"many{n:02}", role="context", context_id=CONTEXT) for n in numbers
    )


def _api_passwords(world: World, numbers: Iterable[int]) -> None:
    owner = world.administrators["alpha"]
    ApiPassword.objects.bulk_create(
        ApiPassword(administrator=owner, name=f"many{n:02}", identifier=f"{n:012}", digest="0" * 64, families="admin")
        for n in numbers
    )


def _logins(world: World, numbers: Iterable[int]) -> None:
    owner = world.administrators["alpha"]
    LoginEvent.objects.bulk_create(
        LoginEvent(
            name="alpha",
            address="192.0.2.1",
            channel=Channel.WEB,
            outcome=LoginEvent.Outcome.SUCCESS,
            administrator_id=owner.pk,
            reseller_id=owner.reseller_id,
        )
        for _number in numbers
    )


def _aliases(world: World, numbers: Iterable[int]) -> None:
    """Each leads to the user, and to so many others as there are numbers; so does the alias that was there."""
    names = [f"many{n:02}@{_DOMAIN}" for n in numbers]
    made = ForwardingAlias.objects.bulk_create(
        ForwardingAlias(context_id=CONTEXT, address=name, normalized=name, domain=_DOMAIN) for name in names
    )
    user = world.users[CONTEXT].uidname
    leads = [(alias, user, _DOMAIN) for alias in made]
    sales = ForwardingAlias.objects.get(address=f"sales@{_DOMAIN}")
    leads += [(alias, f"r{n}@y.example", "y.example") for alias in (sales, *made) for n in numbers]
    Recipient.objects.bulk_create(
        Recipient(alias=alias, address=address, normalized=address, domain=domain) for alias, address, domain in leads
    )


def _domains(world: World, numbers: Iterable[int]) -> None:
    ExplicitDomain.objects.bulk_create(ExplicitDomain(context_id=CONTEXT, name=f"many{n:02}.ex") for n in numbers)


def _changes(world: World, numbers: Iterable[int]) -> None:
    reseller, who, user = world.resellers["alpha"], world.administrators["alpha"], world.users[CONTEXT]
    keys = [("user", user.pk), ("context", CONTEXT), ("reseller", reseller.pk), ("administrator", who.pk)]
    Change.objects.bulk_create(
        Change(
            actor="alpha",
            administrator_id=who.pk,
            channel="web",
            action="update",
            kind=kind,
            label=f"many{n:02}",
            key=key,
            context_id=CONTEXT,
            reseller_id=reseller.pk,
            user_id=user.pk,
            before={"name": "x"},
            after={"name": "y"},
        )
        for kind, key in keys
        for n in numbers
    )


def _jobs(world: World, numbers: Iterable[int]) -> None:
    who = world.administrators["alpha"]
    BulkJob.objects.bulk_create(
        BulkJob(administrator=who, edit="users.suspend", params={}, state="done", language="en", total=1)
        for _number in numbers
    )
    first = BulkJob.objects.order_by("pk")[0]
    BulkJobItem.objects.bulk_create(
        BulkJobItem(job=first, position=n, object_pk=world.users[CONTEXT].pk, label=f"many{n:02}", outcome="changed")
        for n in numbers
    )


def _webhooks(world: World, numbers: Iterable[int]) -> None:
    who = world.administrators["alpha"]
    Webhook.objects.bulk_create(
        Webhook(administrator=who, name=f"many{n:02}", url="https://hooks.example/x", place=["x", 0, 1, 0])
        for n in numbers
    )


def _deliveries(world: World, numbers: Iterable[int]) -> None:
    first = Webhook.objects.order_by("pk")[0]
    Delivery.objects.bulk_create(
        Delivery(webhook=first, message=f"change_{n}", event="user.create", kind="user", key=n, change_id=n)
        for n in numbers
    )


MAKERS: Final[dict[type[Model], Callable[[World, Iterable[int]], None]]] = {
    Reseller: _resellers,
    Label: _labels,
    Context: _contexts,
    User: _users,
    ConfigProperty: _properties,
    Administrator: _administrators,
    ApiPassword: _api_passwords,
    LoginEvent: _logins,
    ForwardingAlias: _aliases,
    ExplicitDomain: _domains,
    Change: _changes,
    BulkJob: _jobs,
    Webhook: _webhooks,
    Delivery: _deliveries,
}


def fill(world: World, numbers: range) -> None:
    """Rows of every kind, by these numbers."""
    for make in MAKERS.values():
        make(world, numbers)


def examples(world: World) -> dict[type[Model], int]:
    """The key of a row of each kind, of those that have most to show."""
    found = {model: model._default_manager.order_by("pk").values_list("pk", flat=True)[0] for model in MAKERS}
    return found | {
        Reseller: world.resellers["alpha"].pk,
        Context: CONTEXT,
        User: world.users[CONTEXT].pk,
        Administrator: world.administrators["admin@alpha_acme"].pk,
        ConfigProperty: ConfigProperty.objects.filter(context=CONTEXT).order_by("pk")[0].pk,
        ForwardingAlias: ForwardingAlias.objects.get(address=f"sales@{_DOMAIN}").pk,
        ExplicitDomain: ExplicitDomain.objects.get(name=_DOMAIN).pk,
        Change: Change.objects.filter(context_id=CONTEXT, kind="user").order_by("pk")[0].pk,
    }
