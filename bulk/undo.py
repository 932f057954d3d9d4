"""Undoing changes of the log as a bulk edit."""

from __future__ import annotations

from typing import Any, Final

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy

from bulk.edits import NOTHING, Params, Result
from bulk.rowwise import RowEdit
from changelog.models import Change
from changelog.undo import lock_owners, undo_change
from changelog.words import field_name, kind_name, value_in_words
from core.actor import Actor
from core.scoping import Viewer

# Of a value in the change log, so many characters are shown in a line.
_SHOWN: Final = 200


class UndoChanges(RowEdit[Change]):
    """Back to what it was before: by whoever could have made the opposite change, where nothing has changed since."""

    name = "changes.undo"
    label = gettext_lazy("Undo")
    model = Change
    # What came last is undone first: a deleted context comes back before its users do.
    newest_first = True

    def allowed(self, administrator: Viewer) -> bool:
        """Whoever reads the log may try; the log's own lines are never changed, new ones are written."""
        return administrator.has_perm("changelog.view_change")

    def lock(self, rows: QuerySet[Change], params: Params) -> None:
        lock_owners(list(rows))

    def before(self, row: Change) -> str:
        what = f"{kind_name(row.kind)}, {row.get_action_display()}"
        changed = _changed(row, row.after) if row.before is not None else ""
        return f"{what}: {changed}" if changed else what

    def after(self, row: Change) -> str:
        return NOTHING if row.before is None else _changed(row, row.before)

    def apply(self, actor: Actor, row: Change, params: Params) -> Result:
        undo_change(actor=actor, change=row)
        return Result.of(True)


def _changed(change: Change, side: dict[str, Any] | None) -> str:
    """One side's values of those that the change changed, by name: PostgreSQL orders JSON its own way."""
    before, after = change.before or {}, change.after or {}
    return "; ".join(
        f"{field_name(name)}: {_short(value_in_words(name, value, between=', '))}"
        for name, value in sorted((side or {}).items())
        if before.get(name) != after.get(name)
    )


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
