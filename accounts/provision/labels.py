"""The section of labels in a declared world."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Final

from accounts.models import Label
from accounts.provision.section import Entry, References, Section
from accounts.provision.shapes import EntrySerializer, OneOf, Text
from accounts.services import labels
from core.names import normalize_identifier


class LabelSerializer(EntrySerializer):
    """An entry of a label; without a reseller it is that of whoever declares it, or the hoster's own."""

    reseller = Text(required=False, allow_null=True)
    name = Text()
    colour = OneOf({one: one for one in Label.Colour.values}, required=False)


def _apply(references: References, entry: Entry) -> None:
    reseller = references.reseller(entry["reseller"]) if "reseller" in entry else references.own_reseller
    rows = references.visible(Label.objects.all())
    rows = rows.filter(reseller=reseller, name_normalized=normalize_identifier(entry["name"]))
    label, colour = rows.first(), entry.get("colour", Label.Colour.BLUE)
    if label is None:
        labels.create_label(actor=references.actor, reseller=reseller, name=entry["name"], colour=colour)
    elif "colour" in entry and label.colour != colour:
        labels.update_label(actor=references.actor, label=label, colour=colour)


def _export() -> Iterator[Entry]:
    for row in sorted(Label.objects.select_related("reseller"), key=lambda one: (str(one.reseller or ""), one.name)):
        yield labels.snapshot(row)


def _same(entry: Entry) -> Hashable:
    return normalize_identifier(entry.get("reseller") or ""), normalize_identifier(entry["name"])


SECTIONS: Final = [
    Section("labels", 25, LabelSerializer, {"reseller": "reseller", "name": ""}, _export, apply=_apply, same=_same)
]
