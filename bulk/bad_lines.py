"""The refused lines of an uploaded table, in the table's own columns, each with what is wrong: to be mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from bulk.edits import Outcome
from bulk.models import BulkJob, BulkJobItem, ImportLine
from core.iteration import batched
from core.spreadsheets import given_back

_CHUNK: Final = 500


def wrong_head() -> str:
    """The name of the column that says what is wrong."""
    return _("what is wrong")


def wrong_heads() -> set[str]:
    """That name in every language, in small letters: the column comes back with the mended lines, and says nothing."""
    found = set()
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.add(wrong_head().lower())
    return found


def bad_lines(job: BulkJob) -> Iterator[list[str]]:
    """The head and the refused lines, each with what is wrong in front; none of the lines that are kept no longer."""
    heads: list[str] = job.params.get("heads", [])
    old = wrong_heads()
    dropped = {place for place, head in enumerate(heads) if head.strip().lower() in old}
    yield [wrong_head(), *_without(heads, dropped)]
    items = job.items.filter(outcome=Outcome.REFUSED).order_by("position").iterator(chunk_size=_CHUNK)
    for some in batched(items, _CHUNK):
        for item, cells in _with_cells(some):
            yield [item.detail, *map(given_back, _without(cells, dropped))]


def _with_cells(items: Iterable[BulkJobItem]) -> Iterator[tuple[BulkJobItem, list[str]]]:
    found = list(items)
    cells = dict(ImportLine.objects.filter(pk__in=[one.object_pk for one in found]).values_list("pk", "cells"))
    return ((one, cells[one.object_pk]) for one in found if one.object_pk in cells)


def _without(cells: Sequence[str], dropped: set[int]) -> list[str]:
    return [cell for place, cell in enumerate(cells) if place not in dropped]
