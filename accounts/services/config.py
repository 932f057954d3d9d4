"""Configuration properties: every write, and the value that wins for a user."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import ConfigProperty, Context, Reseller, User
from changelog.entries import Entry, Owners, Snapshot
from changelog.record import record
from core.access import Role
from core.actor import Actor
from core.addresses import printable
from core.errors import Invalid, NotAllowed
from core.locks import lock_names, locked
from core.names import clean_identifier
from core.numbers import counted
from core.transactions import atomic

MAX_VALUE: Final = 10_000
_LINE_END: Final = re.compile(r"\r?\n")


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose property it is: at most one of the three, the server's when there is none."""

    reseller: Reseller | None = None
    context: Context | None = None
    user: User | None = None

    @property
    def owners(self) -> Owners:
        """Whose the property is, as the change log keeps it."""
        owner = self.user or self.context or self.reseller
        return Owners() if owner is None else owner.owners

    def __str__(self) -> str:
        owner = self.user or self.context or self.reseller
        return "server" if owner is None else f"{owner._meta.model_name} {owner}"


@atomic
def set_property(*, actor: Actor, owner: Owner, name: str, value: str, key: int | None = None) -> ConfigProperty:
    """Make the owner's property `name` have `value`; a new one gets the primary key `key` where it is restored.

    Invalid; NotAllowed for the server's unless master.
    """
    check_in_charge(actor, owner)
    check_name(name)
    check_value(value)
    lock_names([lock_of(owner, name)])
    row = ConfigProperty.objects.filter(
        name=name, reseller=owner.reseller, context=owner.context, user=owner.user
    ).first()
    before = None if row is None else snapshot(row)
    if row is None:
        row = ConfigProperty(pk=key, name=name, reseller=owner.reseller, context=owner.context, user=owner.user)
    row.value = value
    row.save()
    record(actor, entry(row, before, snapshot(row)))
    return row


@atomic
def delete_property(*, actor: Actor, row: ConfigProperty) -> None:
    """Delete the property; the next wider owner's value wins again. NotAllowed, NotFound."""
    row = locked(ConfigProperty.objects.all(), row.pk, _("The property does not exist any more."), no_key=False)
    owner = Owner(row.reseller, row.context, row.user)
    check_in_charge(actor, owner)
    record(actor, entry(row, snapshot(row), None))
    row.delete()


def effective_config(user: User, pattern: str = "") -> list[dict[str, str]]:
    """One entry for each property, the value that wins: user, context, reseller, the reseller's parent, server.

    Sorted by name; `pattern` is a part of the name, taken literally and compared without case.
    """
    reseller = user.context.reseller
    wanted = Q(user=user) | Q(context=user.context) | Q(user=None, context=None, reseller=None)
    if reseller is not None:
        wanted |= Q(reseller__in=[pk for pk in (reseller.pk, reseller.parent_id) if pk is not None])
    winners: dict[str, ConfigProperty] = {}
    rows = sorted(ConfigProperty.objects.filter(wanted), key=lambda row: _width(row, reseller), reverse=True)
    for row in rows:
        if pattern.casefold() in row.name.casefold():
            winners[row.name] = row
    return [{"name": name, "value": winners[name].value, "scope": winners[name].scope} for name in sorted(winners)]


def _width(row: ConfigProperty, reseller: Reseller | None) -> int:
    """How far the owner is from the user: 0 the user itself, 4 the server."""
    if row.scope == "reseller":
        return 2 if reseller is not None and row.reseller_id == reseller.pk else 3
    return {"user": 0, "context": 1, "server": 4}[row.scope]


def snapshot(row: ConfigProperty) -> Snapshot:
    """What the change log keeps of a property."""
    return {"name": row.name, "value": row.value}


def entry(row: ConfigProperty, before: Snapshot | None, after: Snapshot | None) -> Entry:
    """The change log's entry about this property."""
    owner = Owner(row.reseller, row.context, row.user)
    return Entry("config", row.pk, f"{row.name} ({owner})", before, after, owner.owners)


def lock_of(owner: Owner, name: str) -> str:
    """The name that is held by whoever writes this property of the owner."""
    return f"config:{owner}:{name}"


def check_name(name: str) -> None:
    """Invalid for what is no property's name."""
    clean_identifier(name, what=_("property's name"), field="name")


def check_value(value: str) -> None:
    """Invalid for what is no property's value."""
    if len(value) > MAX_VALUE or not all(printable(line) for line in _LINE_END.split(value)):
        raise Invalid(
            _("The value has a control character or more than %(limit)s characters.") % {"limit": counted(MAX_VALUE)},
            field="value",
        )


def check_in_charge(actor: Actor, owner: Owner) -> None:
    """NotAllowed. The server's properties are the master's, a reseller's own are set by whoever stands above it."""
    writer = actor.administrator
    if writer is None or Role(writer.role) is Role.MASTER:
        return
    if owner == Owner():
        raise NotAllowed(_("Only a master administrator sets the server's configuration."))
    if Role(writer.role) is not Role.RESELLER:
        raise NotAllowed(_("A context's configuration is set by its reseller."))
    if owner.reseller is not None and not writer.stands_above(owner.reseller):
        raise NotAllowed(_("A reseller's configuration is set by whoever stands above it."))
