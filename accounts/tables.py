"""The tables of contexts and users."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from accounts.models import Change, Context, User
from accounts.services.tables import Column, Table


def _context(row: Context) -> Mapping[str, Any]:
    return {
        "id": row.pk,
        "name": row.name,
        "reseller": row.reseller.name if row.reseller else None,
        "quota": row.quota,
        "max_user": row.max_user,
        "is_active": row.is_active,
    }


def _user(row: User) -> Mapping[str, Any]:
    return {
        "context": row.context_id,
        "id": row.number,
        "uidname": row.uidname,
        "msisdn": row.msisdn,
        "custom": [one.value for one in row.custom_ids.all()],
        "quota": row.quota,
        "is_active": row.is_active,
    }


def _change(row: Change) -> Mapping[str, Any]:
    return {
        "at": row.at.isoformat(timespec="seconds"),
        "actor": row.actor,
        "door": row.door,
        "action": row.action,
        "kind": row.kind,
        "label": row.label,
        "context": row.context_number,
        "context_name": row.context_name,
        "before": None if row.before is None else json.dumps(row.before, ensure_ascii=False),
        "after": None if row.after is None else json.dumps(row.after, ensure_ascii=False),
        "batch": row.batch,
    }


_CHANGE_COLUMNS: Final = (
    "at",
    "actor",
    "door",
    "action",
    "kind",
    "label",
    "context",
    "context_name",
    "before",
    "after",
    "batch",
)

TABLES: Final = [
    Table(
        section="contexts",
        model=Context,
        columns={
            "id": Column.NUMBER,
            "name": Column.TEXT,
            "reseller": Column.TEXT,
            "quota": Column.OPTIONAL_NUMBER,
            "max_user": Column.OPTIONAL_NUMBER,
            "is_active": Column.FLAG,
        },
        required=frozenset({"id"}),
        values=_context,
        related=lambda rows: rows.select_related("reseller"),
    ),
    Table(
        section="users",
        model=User,
        columns={
            "context": Column.NUMBER,
            "id": Column.NUMBER,
            "uidname": Column.TEXT,
            "msisdn": Column.OPTIONAL_TEXT,
            "custom": Column.LIST,
            "quota": Column.OPTIONAL_NUMBER,
            "is_active": Column.FLAG,
        },
        required=frozenset({"context", "id"}),
        values=_user,
        related=lambda rows: rows.prefetch_related("custom_ids"),
    ),
    Table(
        section="changes",
        model=Change,
        columns=dict.fromkeys(_CHANGE_COLUMNS, Column.TEXT),
        required=frozenset(),
        values=_change,
        related=lambda rows: rows,
        importable=False,
    ),
]
