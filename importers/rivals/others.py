"""The tables of a rival that have no place here, counted, each with the reason."""

from __future__ import annotations

from collections.abc import Mapping

from importers.sources import Source, Wanted
from importers.world import World


def leave_others(world: World, source: Source, wanted: Wanted, reasons: Mapping[str, str]) -> None:
    """Say of every table that is not read how many rows it has, and why they stay behind."""
    for table in source.tables():
        if table not in wanted and (rows := source.count(table)):
            world.elsewhere.append((table, rows, reasons.get(table, "nothing here corresponds to it")))
