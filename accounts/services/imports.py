"""Importing a table: its lines are kept, and a bulk edit previews and runs them through provision's sections."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from accounts.imports import ImportLine
from accounts.provision.run import all_sections
from accounts.provision.section import Entry, Section
from accounts.services.tables import Table
from oxaas.addresses import printable
from oxaas.errors import Invalid
from oxaas.iteration import batched

if TYPE_CHECKING:
    from accounts.models import Administrator

MAX_LINES: Final = 200_000
_CHUNK: Final = 2000


def keep_lines(*, administrator: Administrator, table: Table, rows: Iterable[list[str]]) -> UUID:
    """Keep the lines of a table (its heads first), each with what is wrong with its form. Invalid for the heads."""
    upload, iterator = uuid4(), iter(rows)
    heads = _heads(table, next(iterator, []))
    lines = _lines(table, heads, iterator, administrator, upload)
    for chunk in batched(lines, _CHUNK):
        ImportLine.objects.bulk_create(chunk)
    return upload


def section_of(table: Table) -> Section:
    """The section of provision that takes the table's lines."""
    return next(section for section in all_sections() if section.key == table.section)


def _heads(table: Table, row: list[str]) -> list[str]:
    heads = [cell.strip().lower() for cell in row]
    while heads and not heads[-1]:
        heads.pop()
    unknown = [head for head in heads if head not in table.columns]
    if unknown or not heads or len(set(heads)) < len(heads):
        shown = ", ".join(table.columns)
        raise Invalid(_("The first line must name the columns, each once: %(columns)s.") % {"columns": shown})
    missing = sorted(table.required - set(heads))
    if missing:
        raise Invalid(_("The column %(column)s is missing.") % {"column": missing[0]})
    return heads


def _lines(
    table: Table, heads: list[str], rows: Iterator[list[str]], administrator: Administrator, upload: UUID
) -> Iterator[ImportLine]:
    section, seen = section_of(table), dict[Hashable, int]()
    for number, row in enumerate(rows, start=2):
        if number > MAX_LINES + 1:
            raise Invalid(_("The file has more than %(count)s lines.") % {"count": MAX_LINES})
        entry, problem = _entry(table, section, heads, row)
        if not problem:
            first = seen.setdefault(section.identity(entry), number)
            problem = "" if first == number else _("It is the same as line %(line)s.") % {"line": first}
        yield ImportLine(
            administrator=administrator,
            upload=upload,
            number=number,
            label=_label(section, row),
            data=entry,
            problem=problem,
        )


def _entry(table: Table, section: Section, heads: list[str], row: list[str]) -> tuple[Entry, str]:
    """The line as an entry, and what is wrong with it."""
    if len(row) > len(heads) and any(row[len(heads) :]):
        return {}, _("The line has more cells than there are columns.")
    if not all(printable(part) for cell in row for part in cell.splitlines()):
        return {}, _("The line contains a control character.")
    cells = [*row, *[""] * (len(heads) - len(row))]
    try:
        entry = table.entry(dict(zip(heads, cells, strict=False)))
    except Invalid as error:
        return {}, str(error)
    findings = [f"{where.lstrip('.')} {what}".strip() for where, what in section.shape(entry)]
    return entry, " ".join(findings)


def _label(section: Section, row: list[Any]) -> str:
    shown = " ".join(cell for cell in row[:3] if cell).replace("\n", " ")
    return "".join(char if printable(char) else "\N{REPLACEMENT CHARACTER}" for char in shown[:200])
