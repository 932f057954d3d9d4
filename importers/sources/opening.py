"""Which kind of source it is that somebody names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from core.errors import Invalid
from importers.sources.databases import OPENERS, open_sqlite
from importers.sources.dumps import Dump
from importers.sources.folders import Folder
from importers.sources.source import Source, Wanted

_SQLITE: Final = b"SQLite format 3\x00"


def open_source(name: str, wanted: Wanted, *, prefix: str = "") -> Source:
    """The source of a URL, a file (SQLite or a dump) or a folder (CSV). Invalid when it cannot be read."""
    scheme, separator, rest = name.partition("://")
    if separator and scheme in OPENERS:
        return OPENERS[scheme](name, wanted, prefix)
    if separator and scheme != "sqlite":
        raise Invalid(f"A URL begins with sqlite://, {'://, '.join(OPENERS)}://, not with {scheme[:20]}://.")
    path = Path(rest.removeprefix("/") if separator else name)
    try:
        if path.is_dir():
            return Folder(path, wanted)
        with path.open("rb") as file:
            head = file.read(len(_SQLITE))
    except (OSError, ValueError) as error:
        raise Invalid(f"It cannot be read: {getattr(error, 'strerror', None) or error}.") from error
    if separator or head == _SQLITE:
        return open_sqlite(path, wanted, prefix)
    return Dump(path, wanted, prefix)
