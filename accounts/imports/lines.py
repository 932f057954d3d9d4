"""Importing a table: its lines are kept, and a bulk edit previews and runs them through provision's sections."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.provision.section import Entry, Section, section_named
from bulk.models import BulkJob, ImportLine
from core.addresses import printable
from core.errors import Invalid
from core.iteration import batched
from core.numbers import counted
from core.scoping import Viewer
from core.spreadsheets import Row
from core.tables import TableResource

MAX_LINES: Final = 200_000
# Within an hour, for each administrator.
MAX_UPLOADS: Final = 100
MAX_KEPT: Final = 1_000_000
_CHUNK: Final = 2000
_NAMED: Final = 5


def refuse_too_many_uploads(administrator: Viewer) -> None:
    """Invalid when somebody has uploaded as much as one may: reading and keeping lines takes from everybody."""
    since = timezone.now() - timedelta(hours=1)
    recent = BulkJob.objects.filter(
        administrator_id=administrator.pk, edit__startswith="import.", created_at__gte=since
    )
    if recent.count() >= MAX_UPLOADS:
        raise Invalid(_("You have uploaded %(count)s files within an hour. Go on later.") % {"count": MAX_UPLOADS})
    if ImportLine.objects.filter(administrator_id=administrator.pk, created_at__gte=since).count() >= MAX_KEPT:
        raise Invalid(
            _("You have uploaded %(count)s lines within an hour. Go on later.") % {"count": counted(MAX_KEPT)}
        )


def keep_lines(*, resource: TableResource, rows: Iterable[Row]) -> UUID:
    """Keep the lines of a table (its header row first), each with what is wrong with its form.

    Invalid for the heads, and for what can be read no further; then nothing is kept.
    """
    upload, iterator = uuid4(), iter(rows)
    heads = _heads(resource, next(iterator, (1, []))[1])
    lines = _lines(resource, heads, iterator, upload)
    try:
        for chunk in batched(lines, _CHUNK):
            ImportLine.objects.bulk_create(chunk)
    except Invalid:
        ImportLine.objects.filter(upload=upload).delete()
        raise
    return upload


def _heads(resource: TableResource, row: list[str]) -> list[str]:
    heads = [cell.strip().lower() for cell in row]
    while heads and not heads[-1]:
        heads.pop()
    unknown = [head for head in heads if head not in resource.heads]
    if not heads or not (known := set(heads) - set(unknown)) or len(known) + len(unknown) < len(heads):
        shown = ", ".join(resource.heads)
        raise Invalid(_("The first line must name the columns, each once: %(columns)s.") % {"columns": shown})
    if unknown:
        names = ", ".join(f"“{_label([head or ' '])}”" for head in unknown[:_NAMED])
        shown = ", ".join(resource.heads)
        raise Invalid(
            _("There is no column %(names)s. The columns are: %(columns)s.") % {"names": names, "columns": shown}
        )
    missing = [name for name in resource.keys if name not in heads]
    if missing:
        raise Invalid(_("The column %(column)s is missing.") % {"column": missing[0]})
    return heads


def _lines(resource: TableResource, heads: list[str], rows: Iterator[Row], upload: UUID) -> Iterator[ImportLine]:
    section, seen = section_named(resource.section), dict[Hashable, int]()
    for count, (number, row) in enumerate(rows, start=1):
        if count > MAX_LINES:
            raise Invalid(_("The file has more than %(count)s lines.") % {"count": counted(MAX_LINES)})
        entry, problem = _entry(resource, section, heads, row)
        if not problem:
            first = seen.setdefault(section.identity(entry), number)
            problem = "" if first == number else _("It is the same as line %(line)s.") % {"line": first}
        yield ImportLine(
            administrator_id=resource.administrator.pk,
            upload=upload,
            number=number,
            label=_label(row),
            data=entry,
            problem=problem,
        )


def _entry(resource: TableResource, section: Section, heads: list[str], row: list[str]) -> tuple[Entry, str]:
    """The line as an entry, and what is wrong with it."""
    if len(row) > len(heads) and any(row[len(heads) :]):
        return {}, _("The line has more cells than there are columns.")
    if not all(printable(part) for cell in row for part in cell.splitlines()):
        return {}, _("The line contains a control character.")
    cells = [*row, *[""] * (len(heads) - len(row))]
    try:
        entry = resource.entry(dict(zip(heads, cells, strict=False)))
    except Invalid as error:
        return {}, str(error)
    findings = [f"{where} {what}".strip() for where, what in section.findings(entry)]
    return entry, " ".join(findings)


def _label(row: list[Any]) -> str:
    shown = " ".join(cell for cell in row[:3] if cell).replace("\n", " ")
    return "".join(char if printable(char) else "\N{REPLACEMENT CHARACTER}" for char in shown[:200])
