"""The table of forwarding aliases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from accounts.services.tables import Column, Table
from forwards.models import ForwardingAlias


def _forward(row: ForwardingAlias) -> Mapping[str, Any]:
    return {
        "context": row.context_id,
        "alias": row.address,
        "recipients": [one.address for one in row.recipients.all()],
        "is_active": row.is_active,
    }


TABLES: Final = [
    Table(
        section="forwards",
        model=ForwardingAlias,
        columns={
            "context": Column.NUMBER,
            "alias": Column.TEXT,
            "recipients": Column.LIST,
            "is_active": Column.FLAG,
        },
        required=frozenset({"context", "alias"}),
        values=_forward,
        related=lambda rows: rows.prefetch_related("recipients"),
    ),
]
