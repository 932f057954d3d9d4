"""Importing a table: its lines are kept, and a bulk edit previews and runs them through provision's sections."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator
from typing import Any, Final
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from accounts.provision.section import Entry, Section, section_named
from bulk.models import ImportLine
from core.addresses import printable
from core.errors import Invalid
from core.iteration import batched
from core.tables import TableResource

MAX_LINES: Final = 200_000
_CHUNK: Final = 2000


def keep_lines(*, resource: TableResource, rows: Iterable[list[str]]) -> UUID:
    """Keep the lines of a table (its heads first), each with what is wrong with its form.

    Invalid for the heads, and for what can be read no further; then nothing is kept.
    """
    upload, iterator = uuid4(), iter(rows)
    heads = _heads(resource, next(iterator, []))
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
    unknown = [head for head in heads if head not in resource.fields]
    if unknown or not heads or len(set(heads)) < len(heads):
        shown = ", ".join(resource.fields)
        raise Invalid(_("The first line must name the columns, each once: %(columns)s.") % {"columns": shown})
    missing = [name for name in resource.get_import_id_fields() if name not in heads]
    if missing:
        raise Invalid(_("The column %(column)s is missing.") % {"column": missing[0]})
    return heads


def _lines(resource: TableResource, heads: list[str], rows: Iterator[list[str]], upload: UUID) -> Iterator[ImportLine]:
    section, seen = section_named(resource.section), dict[Hashable, int]()
    for number, row in enumerate(rows, start=2):
        if number > MAX_LINES + 1:
            raise Invalid(_("The file has more than %(count)s lines.") % {"count": MAX_LINES})
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
