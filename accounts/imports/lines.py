"""The lines of an uploaded table, as entries of provision, each with what is wrong with its form."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.provision.section import Entry, Section, section_named
from bulk.models import BulkJob, ImportLine
from core.addresses import printable
from core.errors import Invalid
from core.numbers import counted
from core.scoping import Viewer
from core.spreadsheets import Row
from core.tables import TableResource

MAX_LINES: Final = 200_000
# Within an hour, for each administrator.
MAX_UPLOADS: Final = 100
MAX_KEPT: Final = 1_000_000
_HOUR: Final = timedelta(hours=1)
_NAMED: Final = 5


def refuse_too_many_uploads(administrator: Viewer) -> None:
    """Invalid when somebody has uploaded as many files as one may: reading and keeping them takes from everybody."""
    recent = BulkJob.objects.filter(
        administrator_id=administrator.pk, edit__startswith="import.", created_at__gte=timezone.now() - _HOUR
    )
    if recent.count() >= MAX_UPLOADS:
        raise Invalid(_("You have uploaded %(count)s files within an hour. Go on later.") % {"count": MAX_UPLOADS})


def lines_of(resource: TableResource, pieces: Iterable[list[Row]], upload: UUID) -> Iterator[list[ImportLine]]:
    """The lines of a table (its header row first), unsaved, each with what is wrong with its form.

    Invalid for the heads, for what can be read no further, and for what is too much or nothing at all.
    """
    _refuse_too_many_lines(resource.administrator, upload)
    reader, count = _Reader(resource, upload), 0
    for piece in pieces:
        lines = reader.lines(piece)
        count += len(lines)
        if count > MAX_LINES:
            raise Invalid(_("The file has more than %(count)s lines.") % {"count": counted(MAX_LINES)})
        yield lines
    if reader.heads is None:
        _heads(resource, [])
    if not count:
        raise Invalid(_("The file has no lines below its first."))


def _refuse_too_many_lines(administrator: Viewer, upload: UUID) -> None:
    lines = ImportLine.objects.filter(administrator_id=administrator.pk, created_at__gte=timezone.now() - _HOUR)
    if lines.exclude(upload=upload).count() >= MAX_KEPT:
        raise Invalid(
            _("You have uploaded %(count)s lines within an hour. Go on later.") % {"count": counted(MAX_KEPT)}
        )


def _heads(resource: TableResource, row: list[str]) -> list[str]:
    heads = [cell.strip().lower() for cell in row]
    while heads and not heads[-1]:
        heads.pop()
    ignored = {column.name for column in resource.figures}
    unknown = [head for head in heads if head not in resource.heads and head not in ignored]
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


class _Reader:
    """Makes lines of rows; it knows which came before."""

    def __init__(self, resource: TableResource, upload: UUID) -> None:
        self.resource, self.upload = resource, upload
        self.section = section_named(resource.section)
        self.heads: list[str] | None = None
        self._seen: dict[Hashable, int] = {}

    def lines(self, rows: list[Row]) -> list[ImportLine]:
        """The rows as lines; the first of all says what is in the others."""
        if self.heads is None and rows:
            self.heads = _heads(self.resource, rows[0][1])
            rows = rows[1:]
        return [self._line(number, row, self.heads or []) for number, row in rows]

    def _line(self, number: int, row: list[str], heads: list[str]) -> ImportLine:
        entry, problem = _entry(self.resource, self.section, heads, row)
        if not problem:
            first = self._seen.setdefault(self.section.identity(entry), number)
            problem = "" if first == number else _("It is the same as line %(line)s.") % {"line": first}
        return ImportLine(
            administrator_id=self.resource.administrator.pk,
            upload=self.upload,
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
    shown = " ".join(cell for cell in row[:3] if cell).replace("\n", " ")[:200]
    if printable(shown):
        return shown
    return "".join(char if printable(char) else "\N{REPLACEMENT CHARACTER}" for char in shown)
