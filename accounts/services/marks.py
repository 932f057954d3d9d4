"""The marks of a row: its note and its labels. What may be one, and how the change log keeps them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Label
from accounts.models.labels import MAX_NOTE
from changelog.entries import Snapshot
from core.access import Role
from core.actor import Actor
from core.addresses import printable
from core.errors import Invalid, NotAllowed
from core.keep import KEEP, Keep
from core.names import normalize_identifier
from core.numbers import counted

MAX_LABELS: Final = 10
Note = str | Keep | None


@dataclass(frozen=True, slots=True)
class LabelChange:
    """A label more or one less than the row has when it is written."""

    add: str = ""
    remove: str = ""

    def of(self, present: Sequence[str]) -> list[str]:
        """The labels as they shall be."""
        left = [one for one in present if normalize_identifier(one) != normalize_identifier(self.remove)]
        return [*left, self.add] if self.add else left


Labels = Sequence[str] | LabelChange | Keep
_LINE_ENDS: Final = re.compile(r"\r\n?")


def clean_note(note: Note) -> Note:
    """The note without white space around it, None for an empty one. Invalid."""
    if isinstance(note, Keep) or note is None:
        return note
    text = _LINE_ENDS.sub("\n", note).strip()
    if len(text) > MAX_NOTE:
        sentence = _("A note has at most %(limit)s characters.") % {"limit": counted(MAX_NOTE)}
        raise Invalid(sentence, field="note")
    if not all(printable(line) for line in text.split("\n")):
        raise Invalid(_("The note contains a control character."), field="note")
    return text or None


class LabelRules:
    """Which labels may be put on some rows, looked up once for all of them."""

    def __init__(self, actor: Actor, wanted: Iterable[tuple[int | None, Labels]]) -> None:
        """`wanted` has for each row the key of its company's reseller, and its labels as they shall be."""
        administrator = actor.administrator
        self._may_label = administrator is None or Role(administrator.role) is not Role.CONTEXT
        given = {normalize_identifier(one) for _owner, names in wanted for one in _named(names)}
        self._known: dict[tuple[int | None, str], str] = {}
        if given:
            rows = Label.objects.filter(name_normalized__in=given).order_by()
            for owner, compared, name in rows.values_list("reseller_id", "name_normalized", "name"):
                self._known[owner, compared] = name

    def chosen(self, owner: int | None, names: Labels, present: Sequence[str] | None) -> list[str] | Keep | None:
        """The labels as they are kept, None for none. What is on the row already may stay. Invalid, NotAllowed."""
        if isinstance(names, Keep):
            return KEEP
        if isinstance(names, LabelChange):
            names = names.of(present or ())
        there = {normalize_identifier(one): one for one in present or ()}
        found = {name: self._label(owner, name, one, there) for one in names if (name := normalize_identifier(one))}
        if len(found) > MAX_LABELS:
            raise Invalid(_("There can be at most %(limit)s labels.") % {"limit": MAX_LABELS}, field="labels")
        if not self._may_label and found.keys() != there.keys():
            raise NotAllowed(_("Labels are put by your reseller."))
        return [found[name] for name in sorted(found)] or None

    def _label(self, owner: int | None, compared: str, name: str, there: Mapping[str, str]) -> str:
        label = self._known.get((owner, compared)) or there.get(compared)
        if label is None:
            raise Invalid(_("There is no label “%(name)s”.") % {"name": name[:80]}, field="labels")
        return label


def _named(labels: Labels) -> Sequence[str]:
    """The labels that a row may come to have."""
    if isinstance(labels, LabelChange):
        return [labels.add]
    return () if isinstance(labels, Keep) else labels


def marks_of(row: Any) -> Snapshot:
    """What the change log keeps of the row's marks; nothing of what is not set."""
    return marks_in(row.note, row.labels)


def marks_in(note: str | None, labels: list[str] | None) -> Snapshot:
    """`marks_of` of marks that a row shall have."""
    return {name: value for name, value in (("note", note), ("labels", labels)) if value}


def marks_before(before: Mapping[str, Any]) -> dict[str, Any]:
    """The marks that a snapshot tells of, as services take them."""
    return {"note": before.get("note"), "labels": before.get("labels", [])}
