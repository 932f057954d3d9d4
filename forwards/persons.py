"""What aliases and recipients hold of a person, and how that goes."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Final

from django.db.models import Q

from core.actor import Actor
from core.errors import NotFound
from core.persons import Holding, Person
from forwards.models import ForwardingAlias, Recipient
from forwards.services import delete_forward, remove_recipient


def _aliases(person: Person) -> list[ForwardingAlias]:
    rows = ForwardingAlias.objects.filter(normalized=person.address.normalized).order_by("pk")
    return list(rows.select_related("context").prefetch_related("recipients"))


def _recipients(person: Person) -> list[Recipient]:
    rows = Recipient.objects.filter(normalized=person.address.normalized).order_by("pk")
    return list(rows.select_related("alias__context"))


def _export_aliases(person: Person) -> list[dict[str, Any]]:
    return [
        {
            "context": row.context_id,
            "alias": row.address,
            "active": row.is_active,
            "expires": None if row.expires_on is None else row.expires_on.isoformat(),
            "note": row.note,
            "labels": row.labels or [],
            "recipients": [one.address for one in row.recipients.all()],
        }
        for row in _aliases(person)
    ]


def _export_recipients(person: Person) -> list[dict[str, Any]]:
    return [
        {"context": row.alias.context_id, "alias": row.alias.address, "recipient": row.address}
        for row in _recipients(person)
    ]


def _export_notes(person: Person) -> list[dict[str, Any]]:
    """Notes on other aliases that name the person: whoever wrote them must change them."""
    wanted = Q(pk__in=())
    for part in person.parts():
        wanted |= Q(note__icontains=part)
    rows = ForwardingAlias.objects.exclude(note=None).exclude(normalized=person.address.normalized).order_by("pk")
    found = rows.filter(wanted) if person.parts() else rows
    return [
        {"context": row.context_id, "alias": row.address, "note": row.note}
        for row in found
        if person.is_named_in([row.note or ""])
    ]


def _erase_aliases(actor: Actor, person: Person) -> int:
    rows = _aliases(person)
    for row in rows:
        with suppress(NotFound):
            delete_forward(actor=actor, context=row.context, alias=row.address)
    return len(rows)


def _erase_recipients(actor: Actor, person: Person) -> int:
    """An alias that leads to the person alone goes with them."""
    rows = _recipients(person)
    for row in rows:
        with suppress(NotFound):
            remove_recipient(actor=actor, context=row.alias.context, alias=row.alias.address, recipient=row.address)
    return len(rows)


HOLDINGS: Final = (
    Holding("aliases", 10, _export_aliases, _erase_aliases),
    Holding("recipients", 20, _export_recipients, _erase_recipients),
    Holding("notes on aliases that name them", 40, _export_notes),
)
