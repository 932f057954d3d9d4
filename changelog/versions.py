"""The version of an object, which is its last line in the log, and what was changed since a form was opened."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils import timezone
from django.utils.formats import date_format

from changelog.models import Change
from changelog.record import kinds_of
from changelog.words import field_name, value_in_words
from core.scoping import Viewer


def version_of(kind: str, key: int) -> int:
    """The number of the object's last line in the change log; 0 where it has none."""
    return max(last_line(one, key) for one in kinds_of(kind))


def last_line(kind: str, key: int, *, besides: Iterable[int] = ()) -> int:
    """The number of the last line of exactly this kind and key, besides these lines; 0 where there is none.

    One kind at a time: its index has the lines in their order.
    """
    lines = Change.objects.filter(kind=kind, key=key).exclude(pk__in=besides)
    return lines.order_by("-pk").values_list("pk", flat=True).first() or 0


def changed_since(kind: str, key: int, version: int, viewer: Viewer) -> list[str]:
    """What was changed after `version`, one sentence a line of the log: who, when, and which value became which."""
    lines = Change.objects.visible_to(viewer).filter(kind__in=kinds_of(kind), key=key, pk__gt=version).order_by("pk")
    return [_sentence(line) for line in lines]


def _sentence(line: Change) -> str:
    before, after = line.before or {}, line.after or {}
    values = "; ".join(
        f"{field_name(name)}: {_short(name, before.get(name))} → {_short(name, after.get(name))}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    )
    at = date_format(timezone.localtime(line.at), "DATETIME_FORMAT")
    return f"{line.actor}, {at}: {values}"


def _short(name: str, value: object) -> str:
    return value_in_words(name, value, between=", ") or "—"
