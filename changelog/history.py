"""What happened to one object: the lines of the log that touched it, newest first, what belongs together as one.

Apps register what touches the objects of their models. Every part is found by an index, and a page takes the same
number of statements whatever it shows.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count, Model, Q, TextField
from django.db.models.functions import Cast

from changelog.models import Change
from core.scoping import Viewer
from core.sizes import parse_size

# Lines that a page is made of at most, and what it shows of them.
WINDOW: Final = 2000
SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Part:
    """Lines that touched an object. `in_order`: by an index that has them newest first."""

    lines: Q
    in_order: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines are looked for; and where a page begins, which batches it leaves out as shown before."""

    since: datetime | None = None
    until: datetime | None = None
    who: str = ""
    channel: str = ""
    text: str = ""
    before: int | None = None
    seen: tuple[UUID, ...] = ()


@dataclass(slots=True)
class Group:
    """A line, or the lines of one batch, of which it is the last; `whole` is how many the batch has in all."""

    change: Change
    count: int = 1
    whole: int = 1


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a history, and where the next one begins; None where there is none."""

    groups: list[Group]
    next_before: int | None = None
    next_seen: tuple[UUID, ...] = ()


Finder = Callable[[Any], Iterable[Part]]
_finders: Final[dict[str, list[Finder]]] = {}


def register(label: str, *finders: Finder) -> None:
    """Say what touches the objects of the model `label`."""
    _finders.setdefault(label, []).extend(finders)


def has_history(model: type[Model]) -> bool:
    """Whether it is known what touches such objects."""
    return model._meta.label_lower in _finders


def switched() -> Q:
    """Lines that suspended something, or resumed it."""
    off = Q(before__is_active=True, after__is_active=False)
    return off | Q(before__is_active=False, after__is_active=True)


def history_of(viewer: Viewer, row: Model, wanted: Wanted) -> Page:
    """A page of what the viewer may see of it."""
    found = _window(viewer, row, wanted)
    heads: dict[object, list[int]] = {}
    for key, batch in found:
        heads.setdefault(batch or key, []).append(key)
    runs = list(heads.values())
    shown = runs[:SHOWN]
    changes = Change.objects.in_bulk([keys[0] for keys in shown])
    groups = [Group(changes[keys[0]], len(keys)) for keys in shown if keys[0] in changes]
    _count_batches(viewer, groups)
    if len(runs) <= SHOWN and len(found) < WINDOW:
        return Page(groups)
    place = runs[SHOWN][0] + 1 if len(runs) > SHOWN else found[-1][0]
    # Lines of these may follow further down.
    batches = [one.change.batch for one in groups if one.change.batch is not None and one.whole > one.count]
    return Page(groups, place, tuple(dict.fromkeys([*wanted.seen, *batches]))[-SHOWN:])


def _window(viewer: Viewer, row: Model, wanted: Wanted) -> list[tuple[int, UUID | None]]:
    """Number and batch of the newest lines: one statement, each part of it by an index of its own."""
    texts = {f"text_{side}": Cast(side, TextField()) for side in ("before", "after")}
    visible = Change.objects.visible_to(viewer).alias(**texts).filter(_filter(wanted))
    parts = [part for finder in _finders[row._meta.label_lower] for part in finder(row)]
    found = [visible.filter(part.lines).order_by("-pk").values_list("pk", "batch") for part in parts]
    if len(found) == 1:
        return list(found[0][:WINDOW])
    # Part of a compound statement, only PostgreSQL takes an order and a limit.
    limited = connection.features.supports_slicing_ordering_in_compound
    first, *others = [
        lines[:WINDOW] if part.in_order and limited else lines.order_by()
        for part, lines in zip(parts, found, strict=True)
    ]
    return list(first.union(*others).order_by("-pk")[:WINDOW])


def _filter(wanted: Wanted) -> Q:
    found = Q()
    if wanted.since is not None:
        found &= Q(at__gte=wanted.since)
    if wanted.until is not None:
        found &= Q(at__lt=wanted.until)
    if wanted.channel:
        found &= Q(channel=wanted.channel)
    if wanted.who:
        found &= Q(actor__icontains=wanted.who)
    if wanted.before is not None:
        found &= Q(pk__lt=wanted.before)
    if wanted.seen:
        found &= Q(batch=None) | ~Q(batch__in=wanted.seen)
    return found & _with_text(wanted.text) if wanted.text else found


def _with_text(text: str) -> Q:
    """The lines that have the text in their object's name or in a value, as it is kept or as sizes are shown."""
    # In JSON a quote is escaped; SQLite's has everything escaped that is not ASCII.
    forms = {json.dumps(text, ensure_ascii=connection.vendor == "sqlite")[1:-1]}
    if (size := parse_size(text)) is not None:
        forms.add(str(size))
    found = Q(label__icontains=text)
    for form in forms:
        found |= Q(text_before__icontains=form) | Q(text_after__icontains=form)
    return found


def _count_batches(viewer: Viewer, groups: Sequence[Group]) -> None:
    """How many lines each batch has, of those that the viewer sees."""
    batches = {group.change.batch for group in groups if group.change.batch is not None}
    if not batches:
        return
    visible = Change.objects.visible_to(viewer).filter(batch__in=batches).order_by()
    counts = dict(visible.values_list("batch").annotate(number=Count("pk")))
    for group in groups:
        group.whole = counts.get(group.change.batch, group.count)
