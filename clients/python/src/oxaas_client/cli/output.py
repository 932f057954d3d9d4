"""What the command line prints: tables for people; JSON and CSV for programs. No text steers a terminal."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from oxaas_client.problems import OxaasError, Problem

FORMATS: Final = ("table", "json", "ndjson", "csv")
_REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"


def printable(text: str) -> str:
    """The text on one line, without what a terminal would obey or turn round."""
    return "".join(char if char.isprintable() else _REPLACEMENT for char in text)


def as_json(value: Any, *, indent: int | None = None) -> str:
    """JSON in which every character that does not show is escaped."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    return "".join(char if char.isprintable() or char == "\n" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return json.dumps(char, ensure_ascii=True)[1:-1] if ord(char) > 0x7F else f"\\u{ord(char):04x}"


def rows(found: Iterable[Mapping[str, Any]], form: str, columns: Sequence[str] = ()) -> None:
    """The objects of a collection; programs get them as they come."""
    match form:
        case "json":
            _list(found)
        case "ndjson":
            for row in found:
                line(as_json(row))
        case "csv":
            _csv(found, columns)
        case _:
            _table(list(found), columns)


def one(found: Mapping[str, Any], form: str) -> None:
    """One object: a table has a line for each of its values."""
    if form == "table":
        cells = [(printable(name), printable(cell(value))) for name, value in found.items()]
        width = max((len(name) for name, _value in cells), default=0)
        for name, value in cells:
            line(f"{name:<{width}}  {value}".rstrip())
    elif form == "csv":
        _csv([found], ())
    else:
        line(as_json(found, indent=2 if form == "json" else None))


def line(text: str = "") -> None:
    """A line of the answer."""
    sys.stdout.write(f"{text}\n")


def told(text: str) -> None:
    """A line that is no part of the answer."""
    sys.stderr.write(f"{printable(text)}\n")


def refused(error: OxaasError, form: str) -> None:
    """Why nothing came of it: sentences, or the problem as JSON where JSON was asked for."""
    if form in {"json", "ndjson"}:
        sys.stderr.write(f"{as_json(problem_as_json(error))}\n")
        return
    wrong = error.errors if isinstance(error, Problem) else []
    # Where values are wrong, `detail` has the sentences one after the other, and not where they belong.
    for one in wrong:
        place = one.parameter or one.pointer.removeprefix("#").removeprefix("/")
        told(f"{place}: {one.detail}" if place else one.detail)
    if not wrong:
        told(str(error))
    if isinstance(error, Problem) and error.request_id:
        told(f"(request {error.request_id})")


def problem_as_json(error: OxaasError) -> dict[str, Any]:
    """The problem as it came; of an error of this side, only its sentence."""
    if not isinstance(error, Problem):
        return {"detail": str(error)}
    body: dict[str, Any] = {"type": error.type, "title": error.title, "status": error.status, "detail": error.detail}
    errors = [{name: value for name, value in _parts(wrong) if value} for wrong in error.errors]
    return body | ({"errors": errors} if errors else {}) | {"request_id": error.request_id}


def _parts(wrong: Any) -> Iterator[tuple[str, str]]:
    for name in ("pointer", "parameter", "detail"):
        yield name, getattr(wrong, name)


def cell(value: Any) -> str:
    """A value as text: nothing for null, lists with commas, objects as JSON."""
    match value:
        case None:
            return ""
        case str():
            return value
        case list() if all(isinstance(one, str | int) for one in value):
            return ", ".join(map(str, value))
    return json.dumps(value, ensure_ascii=False)


def _list(found: Iterable[Mapping[str, Any]]) -> None:
    """An array, written as the objects come."""
    before = "[\n"
    for row in found:
        sys.stdout.write(f"{before}  {as_json(row)}")
        before = ",\n"
    sys.stdout.write("[]\n" if before == "[\n" else "\n]\n")


def _csv(found: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    writer: Any = None
    clean = printable if sys.stdout.isatty() else str
    for row in found:
        if writer is None:
            columns = columns or list(row)
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(columns)
        writer.writerow([clean(cell(row.get(name))) for name in columns])


def _table(found: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    columns = columns or (list(found[0]) if found else ())
    cells = [[printable(cell(row.get(name))) for name in columns] for row in found]
    if not cells:
        return
    cells.insert(0, [printable(name).upper() for name in columns])
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for row in cells:
        line("  ".join(f"{text:<{width}}" for text, width in zip(row, widths, strict=True)).rstrip())
