"""Tables as files for a spreadsheet."""

from __future__ import annotations

from collections.abc import Iterable

from django.http import Http404, HttpRequest, HttpResponseBase
from django.utils.http import content_disposition_header

from core.spreadsheets import CSV_TYPE, XLSX_TYPE, Cells, csv_lines, write_xlsx
from core.whole import whole_file, whole_text


def table_file(request: HttpRequest, rows: Iterable[Cells], form: str, name: str) -> HttpResponseBase:
    """The rows as the file `name`, in the form "csv" or "xlsx". Http404 for any other."""
    match form:
        case "csv":
            lines = (line.encode() for line in csv_lines(rows))
            response = whole_text(request, lines, f"{CSV_TYPE}; charset=utf-8")
        case "xlsx":
            response = whole_file(request, lambda file: write_xlsx(rows, file), XLSX_TYPE)
        case _:
            raise Http404
    response["Content-Disposition"] = content_disposition_header(True, f"{name}.{form}") or ""
    return response
