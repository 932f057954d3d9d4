"""The rights of a person whose data these are: a copy of everything that is held of them, and that it goes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final

from django.db.models import Q, QuerySet

from accounts.models import Administrator, ConfigProperty, Context, LastLogin, User
from accounts.services.users import delete_user
from changelog.entries import Entry
from changelog.record import record
from core.actor import Actor
from core.addresses import parse_address
from core.errors import NotFound
from core.names import normalize_identifier
from core.persons import MASK, Holding, Person, all_holdings

NOT_REACHED: Final = (
    "The mail itself, and its folder in the mail store: delete it there.",
    "Backups of the database and of the mail: they age by themselves, and after a restore this must be done again.",
    "Logs on standard error and those of the mail servers and the proxy in front.",
    "Files that were exported, and what other systems have read through the API.",
)


def export_person(address: str) -> dict[str, Any]:
    """Everything that is held of the person, by kind; and what is not held here. Invalid for what is no address."""
    person = Person(parse_address(address))
    held = {one.name: one.export(person) for one in all_holdings()}
    return {"address": person.address.written, "held": held, "not here": list(NOT_REACHED)}


def erase_person(*, actor: Actor, address: str) -> Mapping[str, int]:
    """Delete the person's mailbox, alias and recipients, and mask them wherever else they are named; how many of each.

    Each step stands by itself, so nobody waits for the search through the whole log; what was broken off is done by
    erasing once more. The change log says that it was done, and not to whom. Invalid for what is no address.
    """
    person = Person(parse_address(address))
    # A mailbox that has the address as a custom id has another name as well.
    people = [person, *(Person(parse_address(one.uidname)) for one in _users(person) if one.domain)]
    counts = {one.name: _erased(actor, people, one.erase) for one in all_holdings() if one.erase is not None}
    record(actor, Entry("person", 0, MASK, dict(counts), None))
    return counts


def _erased(actor: Actor, people: Sequence[Person], erase: Callable[[Actor, Person], int]) -> int:
    unique = {one.address.normalized: one for one in people}
    return sum(erase(actor, one) for one in unique.values())


def left_of(address: str) -> Mapping[str, int]:
    """How much is held that `erase_person` leaves as it is, because others rely on it."""
    person = Person(parse_address(address))
    counts = {one.name: len(one.export(person)) for one in all_holdings() if one.erase is None}
    return {name: count for name, count in counts.items() if count}


def _users(person: Person) -> list[User]:
    name = person.address.normalized
    wanted = Q(uidname_normalized=name) | Q(custom_ids__value_normalized=name)
    rows = User.objects.filter(wanted).order_by("pk").distinct()
    return list(rows.select_related("context__reseller").prefetch_related("custom_ids", "config"))


def _export_users(person: Person) -> list[dict[str, Any]]:
    logins = _last_logins(person)
    return [
        {
            "context": user.context_id,
            "user": user.number,
            "uidname": user.uidname,
            "msisdn": user.msisdn,
            "custom": [one.value for one in user.custom_ids.all()],
            "quota": user.quota,
            "active": user.is_active,
            "note": user.note,
            "labels": user.labels or [],
            "configuration": {one.name: one.value for one in user.config.all()},
        }
        for user in _users(person)
    ] + [{"last login": row.username, "at": row.last_login} for row in logins]


def _erase_users(actor: Actor, person: Person) -> int:
    users = _users(person)
    for user in users:
        with suppress(NotFound):
            delete_user(actor=actor, user=user)
    logins = _last_logins(person)
    LastLogin.objects.filter(pk__in=[row.pk for row in logins]).delete()
    return len(users) + len(logins)


def _last_logins(person: Person) -> list[LastLogin]:
    """Dovecot's row of the mailbox, which may be there without a user."""
    return list(LastLogin.objects.filter(username__in={form.lower() for form in person.forms}))


def _export_administrators(person: Person) -> list[dict[str, Any]]:
    rows = Administrator.objects.with_owner().filter(
        login_normalized__in=sorted({normalize_identifier(form) for form in person.forms})
    )
    return [
        {"administrator": str(row), "role": row.role, "context": row.context_id, "reseller": row.reseller_id}
        for row in rows.order_by("pk")
    ]


def _export_configuration(person: Person) -> list[dict[str, Any]]:
    """Properties that name the person and are not their own mailbox's: whoever set them must change them."""
    wanted = Q(pk__in=())
    for part in person.parts():
        wanted |= Q(value__icontains=part) | Q(name__icontains=part)
    rows = ConfigProperty.objects.filter(wanted) if person.parts() else ConfigProperty.objects.all()
    return [
        {"property": row.name, "value": row.value, "context": row.context_id, "reseller": row.reseller_id}
        for row in rows.exclude(user__in=[user.pk for user in _users(person)]).order_by("pk")
        if person.is_named_in([row.name, row.value])
    ]


def _export_notes(person: Person) -> list[dict[str, Any]]:
    """Notes on companies and on other users that name the person: whoever wrote them must change them."""
    contexts = [{"context": row.pk, "note": row.note} for row in _noted(Context, person).order_by("pk")]
    others = _noted(User, person).exclude(pk__in=[user.pk for user in _users(person)]).order_by("pk")
    found = [*contexts, *({"context": row.context_id, "user": row.number, "note": row.note} for row in others)]
    return [one for one in found if person.is_named_in([one["note"]])]


def _noted(model: type[Any], person: Person) -> QuerySet[Any]:
    wanted = Q(pk__in=())
    for part in person.parts():
        wanted |= Q(note__icontains=part)
    rows: QuerySet[Any] = model._default_manager.exclude(note=None)
    return rows.filter(wanted) if person.parts() else rows


HOLDINGS: Final = (
    Holding("mailboxes", 30, _export_users, _erase_users),
    Holding("administrators", 40, _export_administrators),
    Holding("configuration that names them", 40, _export_configuration),
    Holding("notes that name them", 40, _export_notes),
)
