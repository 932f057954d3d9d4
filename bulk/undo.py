"""Undoing changes of the log as a bulk edit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from django.db import transaction
from django.utils.translation import get_language, gettext_lazy

from bulk.edits import GONE, NOTHING, UNDO, Outcome, Params, Result
from bulk.rowwise import RowEdit
from changelog.models import Change
from changelog.plan import Planned
from changelog.undo import is_planned, lock_owners, plan_undo, undo_change
from changelog.words import field_name, kind_name, value_in_words
from core.actor import Actor
from core.scoping import Viewer

# Of a value in the change log, so many characters are shown in a line.
_SHOWN: Final = 200


class UndoChanges(RowEdit[Change]):
    """Back to what it was before: by whoever could have made the opposite change, where nothing has changed since."""

    name = UNDO
    label = gettext_lazy("Undo")
    model = Change
    # What came last is undone first: a deleted context comes back before its users do.
    newest_first = True
    batch_rows = 500

    def allowed(self, administrator: Viewer) -> bool:
        """Whoever reads the log may try; the log's own lines are never changed, new ones are written."""
        return administrator.has_perm("changelog.view_change")

    def before(self, row: Change) -> str:
        what = _what(row.kind, row.action, get_language())
        changed = _changed(row, row.after) if row.before is not None else ""
        return f"{what}: {changed}" if changed else what

    def after(self, row: Change) -> str:
        return NOTHING if row.before is None else _changed(row, row.before)

    def apply(self, actor: Actor, row: Change, params: Params) -> Result:
        undo_change(actor=actor, change=row)
        return Result.of(True)

    def work(self, actor: Actor, keys: Sequence[int], params: Params, *, preview: bool) -> dict[int, Result]:
        """Changes of one kind that follow each other are undone at once, where that kind can.

        A preview of those alone is a plan; where one run needs what another does, it is done and rolled back.
        """
        rows = {row.pk: row for row in self.visible(actor, keys)}
        runs = list(_runs([rows[key] for key in keys if key in rows]))
        results = dict.fromkeys(keys, Result.refused(GONE))
        if preview and len(runs) == 1 and is_planned(runs[0][0]):
            return results | self._at_once(actor, runs[0], preview=True)
        with transaction.atomic():
            lock_owners(list(rows.values()))
            for run in runs:
                if is_planned(run[0]):
                    results |= self._at_once(actor, run, preview=False)
                else:
                    results |= self._one_by_one(actor, run, params)
            if preview:
                transaction.set_rollback(True)
        return results

    def _at_once(self, actor: Actor, run: Sequence[Change], *, preview: bool) -> dict[int, Result]:
        plan = plan_undo(actor, run, hold=not preview)
        if not preview:
            plan.write(actor)
        return {row.pk: self._result(row, planned) for row, planned in zip(run, plan.rows, strict=True)}

    def _one_by_one(self, actor: Actor, run: Sequence[Change], params: Params) -> dict[int, Result]:
        return {row.pk: self._shown(row, self._attempt(actor, row, params)) for row in run}

    def _result(self, row: Change, planned: Planned) -> Result:
        refusal = planned.refusal
        result = Result.of(planned.changed) if refusal is None else Result.refused(str(refusal))
        return self._shown(row, replace(result, label=str(row), before=self.before(row)))

    def _shown(self, row: Change, result: Result) -> Result:
        return replace(result, after=self.after(row) if result.outcome is Outcome.CHANGED else result.before)


def _runs(rows: Sequence[Change]) -> Iterator[list[Change]]:
    """The changes in their order, in runs of one kind in which each object occurs once."""
    run: list[Change] = []
    objects: set[int] = set()
    for row in rows:
        others = bool(run) and (row.kind, is_planned(row)) != (run[0].kind, is_planned(run[0]))
        if others or row.key in objects:
            yield run
            run, objects = [], set()
        run.append(row)
        objects.add(row.key)
    if run:
        yield run


def _changed(change: Change, side: dict[str, Any] | None) -> str:
    """One side's values of those that the change changed, by name: PostgreSQL orders JSON its own way."""
    before, after = change.before or {}, change.after or {}
    language = get_language()
    return "; ".join(
        f"{_field_name(name, language)}: {_short(value_in_words(name, value, between=', '))}"
        for name, value in sorted((side or {}).items())
        if before.get(name) != after.get(name)
    )


@lru_cache(maxsize=1000)
def _what(kind: str, action: str, language: str | None) -> str:
    """What kind of change it was. Looked up in the catalogue once, not for each row."""
    return f"{kind_name(kind)}, {dict(Change.Action.choices).get(action, action)}"


@lru_cache(maxsize=1000)
def _field_name(field: str, language: str | None) -> str:
    return str(field_name(field))


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
