"""The table of explicit domains."""

from __future__ import annotations

from typing import Final

from accounts.services.tables import Column, Table
from domains.models import ExplicitDomain

TABLES: Final = [
    Table(
        section="domains",
        model=ExplicitDomain,
        columns={"context": Column.NUMBER, "domain": Column.TEXT},
        required=frozenset({"context", "domain"}),
        values=lambda row: {"context": row.context_id, "domain": row.name},
        related=lambda rows: rows,
    ),
]
