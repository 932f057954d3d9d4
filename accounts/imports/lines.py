"""The lines of an uploaded table, as entries of provision, each with what is wrong with its form."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping
from datetime import timedelta
from typing import Any, Final, Protocol
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.provision.section import Entry, Section, section_named
from bulk.bad_lines import wrong_heads
from bulk.models import BulkJob, ImportLine
from core.addresses import printable
from core.errors import Invalid
from core.numbers import counted
from core.scoping import Viewer
from core.spreadsheets import Row, kept_cell
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


class Reader(Protocol):
    """Makes lines of the rows of a table, a few at a time; it knows which came before."""

    def lines(self, rows: list[Row]) -> list[ImportLine]:
        """The lines, unsaved, each with what is wrong with its form. Invalid."""

    def finish(self) -> None:
        """Invalid when there was not what there must be."""


def lines_of(resource: TableResource, pieces: Iterable[list[Row]], upload: UUID) -> Iterator[list[ImportLine]]:
    """The lines of a table with our own columns (its header row first), unsaved, each with what is wrong with its form.

    Invalid for the heads, for what can be read no further, and for what is too much or nothing at all.
    """
    return gathered(_Reader(resource, upload), resource.administrator, pieces, upload)


def gathered(
    reader: Reader, administrator: Viewer, pieces: Iterable[list[Row]], upload: UUID
) -> Iterator[list[ImportLine]]:
    """What the reader makes of the pieces, as long as it is not too much. Invalid."""
    _refuse_too_many_lines(administrator, upload)
    count = 0
    for piece in pieces:
        lines = reader.lines(piece)
        count += len(lines)
        if count > MAX_LINES:
            raise Invalid(_("The file has more than %(count)s lines.") % {"count": counted(MAX_LINES)})
        yield lines
    reader.finish()
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
    ignored = {column.name for column in resource.figures} | wrong_heads()
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
    """Makes lines of rows in our own columns."""

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
        heads = self.heads or []
        return [self._line(number, self.resource.with_days(heads, row), heads) for number, row in rows]

    def finish(self) -> None:
        if self.heads is None:
            _heads(self.resource, [])

    def _line(self, number: int, row: list[str], heads: list[str]) -> ImportLine:
        entry, problem = self._entry(heads, row)
        if not problem:
            first = self._seen.setdefault(self.section.identity(entry), number)
            problem = "" if first == number else same_as(first)
        return line_of(self.resource, self.upload, number, row, entry, problem)

    def _entry(self, heads: list[str], row: list[str]) -> tuple[Entry, str]:
        """The line as an entry, and what is wrong with it."""
        if problem := problem_of(row, len(heads)):
            return {}, problem
        cells = [*row, *[""] * (len(heads) - len(row))]
        return entry_of(self.resource, self.section, dict(zip(heads, cells, strict=False)))


def line_of(
    resource: TableResource, upload: UUID, number: int, row: list[str], entry: Entry, problem: str
) -> ImportLine:
    """A line, unsaved."""
    return ImportLine(
        administrator_id=resource.administrator.pk,
        upload=upload,
        number=number,
        label=_label(row),
        data=entry,
        cells=list(map(kept_cell, row)),
        problem=problem,
    )


def same_as(line: int) -> str:
    """What is wrong with a line about what an earlier one was about."""
    return _("It is the same as line %(line)s.") % {"line": line}


def problem_of(row: list[str], columns: int) -> str:
    """What is wrong with a row whatever its columns are."""
    if len(row) > columns and any(row[columns:]):
        return _("The line has more cells than there are columns.")
    if not all(printable(part) for cell in row for part in cell.splitlines()):
        return _("The line contains a control character.")
    return ""


def entry_of(resource: TableResource, section: Section, cells: Mapping[str, str]) -> tuple[Entry, str]:
    """The cells, by our own columns, as an entry, and what is wrong with it."""
    try:
        entry = resource.entry(cells)
    except Invalid as error:
        return {}, str(error)
    findings = [f"{where} {what}".strip() for where, what in section.findings(entry)]
    return entry, " ".join(findings)


def _label(row: list[Any]) -> str:
    shown = " ".join(cell for cell in row[:3] if cell).replace("\n", " ")[:200]
    if printable(shown):
        return shown
    return "".join(char if printable(char) else "\N{REPLACEMENT CHARACTER}" for char in shown)
