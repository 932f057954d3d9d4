"""Where the rows come from: a database by its URL, a dump of one, or a folder of CSV files. All only read."""

from importers.sources.opening import open_source
from importers.sources.source import Cell, Row, Source, Wanted

__all__ = ["Cell", "Row", "Source", "Wanted", "open_source"]
