"""Bulk edits whose service takes many rows: planned for all of them, and then written together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeVar

from django.db import IntegrityError, models, transaction

from bulk.edits import GONE, NOTHING, BulkEdit, Outcome, Params, Result
from changelog.entries import Snapshot
from changelog.plan import Plan, Planned
from core.actor import Actor
from core.errors import DomainError

_Row = TypeVar("_Row", bound=models.Model)
_TRIES: Final = 3


class PlannedEdit(BulkEdit[_Row]):
    """An edit that has a service plan all rows of a batch. A preview is the plan alone: it locks and writes nothing."""

    # Small enough that whoever waits for a row of a batch does so for a fraction of a second.
    batch_rows = 500

    def plan(self, actor: Actor, rows: Sequence[_Row], params: Params, *, hold: bool) -> Plan:
        """What the service makes of the rows, in their order; with `hold` it holds first all that it will write."""
        raise NotImplementedError

    def loaded(self, rows: models.QuerySet[_Row]) -> list[_Row]:
        """The rows with what the edit looks at."""
        return list(self.related(rows))

    def before(self, row: _Row, planned: Planned) -> str:
        """What the row is like before the edit, for a person."""
        return self.words(planned.before)

    def after(self, row: _Row, planned: Planned) -> str:
        """What the row is like after the edit."""
        return self.words(planned.after)

    def words(self, snapshot: Snapshot | None) -> str:
        """What a row is like, for a person, of what the change log keeps."""
        return NOTHING if snapshot is None else ""

    def result(self, row: _Row, label: str, planned: Planned) -> Result:
        """What became of a row."""
        before = self.before(row, planned)
        if planned.refusal is not None:
            return Result(Outcome.REFUSED, str(planned.refusal), label, before, before)
        if not planned.changed:
            return Result(Outcome.UNCHANGED, "", label, before, before)
        return Result(Outcome.CHANGED, planned.detail, label, before, self.after(row, planned))

    def work(self, actor: Actor, keys: Sequence[int], params: Params, *, preview: bool) -> dict[int, Result]:
        for _attempt in range(_TRIES - 1):
            try:
                with transaction.atomic():
                    return self._work(actor, keys, params, preview=preview)
            except IntegrityError:
                # Somebody else's row is there by now; so the rules see it.
                continue
        return self._work(actor, keys, params, preview=preview)

    def _work(self, actor: Actor, keys: Sequence[int], params: Params, *, preview: bool) -> dict[int, Result]:
        rows = self.loaded(self.visible(actor, keys))
        labels = list(map(str, rows))
        try:
            plan = self.plan(actor, rows, params, hold=not preview)
        except DomainError as error:
            refused = {
                row.pk: Result(Outcome.REFUSED, str(error), label) for row, label in zip(rows, labels, strict=True)
            }
            return {key: refused.get(key) or Result.refused(GONE) for key in keys}
        if not preview:
            plan.write(actor)
        found = zip(rows, labels, plan.rows, strict=True)
        results = {row.pk: self.result(row, label, planned) for row, label, planned in found}
        return {key: results.get(key) or Result.refused(GONE) for key in keys}
