"""Every write to labels."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.contents import contents
from accounts.models import Context, Label, Reseller, User
from accounts.models.labels import MAX_LABEL
from accounts.services.contexts import check_reseller
from changelog.entries import Entry, Snapshot
from changelog.record import record
from core.actor import Actor
from core.errors import Conflict, Invalid
from core.locks import lock_names, locked
from core.names import clean_identifier, normalize_identifier
from core.numbers import counted
from core.transactions import atomic


@atomic
def create_label(*, actor: Actor, reseller: Reseller | None, name: str, colour: str, key: int | None = None) -> Label:
    """A new label, or one that is restored under its former primary key.

    Invalid, Conflict (the reseller has it), NotAllowed (not the actor's reseller).
    """
    check_reseller(actor, reseller)
    clean_identifier(name, what=_("label"), field="name", limit=MAX_LABEL)
    compared, owner = normalize_identifier(name), reseller.pk if reseller else 0
    lock_names([f"label:{owner}:{compared}"])
    if Label.objects.filter(reseller=reseller, name_normalized=compared).exists():
        raise Conflict(_("There is a label %(name)s already.") % {"name": name}, field="name")
    label = Label(pk=key, reseller=reseller, name=name, colour=_colour(colour))
    label.save(force_insert=True)
    record(actor, _entry(label, None, snapshot(label)))
    return label


@atomic
def update_label(*, actor: Actor, label: Label, colour: str) -> Label:
    """Give it another colour. Invalid, NotFound."""
    label = _locked(label)
    before = snapshot(label)
    label.colour = _colour(colour)
    label.save(update_fields=["colour"])
    record(actor, _entry(label, before, snapshot(label)))
    return label


@atomic
def delete_label(*, actor: Actor, label: Label) -> None:
    """Delete a label that nothing has. Conflict, NotFound."""
    label = _locked(label)
    if held := held_in_words(label):
        sentence = _("The label is still on something (%(held)s). Take it off there first.")
        raise Conflict(sentence % {"held": ", ".join(held)})
    record(actor, _entry(label, snapshot(label), None))
    label.delete()


def held_in_words(label: Label) -> list[str]:
    """How much has the label, by kind."""
    counts = [(rows.model._meta.verbose_name_plural, rows.count()) for rows in labelled(label)]
    return [f"{name}: {counted(count)}" for name, count in counts if count]


def labelled(label: Label) -> list[QuerySet[Any]]:
    """The companies, users and what else has the label."""
    own: QuerySet[Any] = Context.objects.filter(reseller=label.reseller, labels__labelled=label.name)
    others: list[type[Any]] = [User, *(one.model for one in contents() if hasattr(one.model, "labels"))]
    inside = {"context__reseller": label.reseller, "labels__labelled": label.name}
    return [own, *(model._default_manager.filter(**inside) for model in others)]


def snapshot(label: Label) -> Snapshot:
    """What the change log keeps of a label."""
    return {"name": label.name, "reseller": label.reseller.name if label.reseller else None, "colour": label.colour}


def _entry(label: Label, before: Snapshot | None, after: Snapshot | None) -> Entry:
    return Entry("label", label.pk, label.name, before, after, label.owners)


def _colour(colour: str) -> str:
    if colour not in Label.Colour.values:
        raise Invalid(_("There is no such colour."), field="colour")
    return colour


def _locked(label: Label) -> Label:
    rows = Label.objects.select_related("reseller")
    return locked(rows, label.pk, _("The label does not exist any more."))
