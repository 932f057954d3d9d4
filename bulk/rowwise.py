"""Bulk edits whose service takes one row: applied row by row, and a preview is rolled back."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from django.db import IntegrityError, models, transaction

from bulk.edits import BUSY, GONE, NOTHING, BulkEdit, Outcome, Params, Result
from core.actor import Actor
from core.errors import DomainError

logger = logging.getLogger(__name__)

_Row = TypeVar("_Row", bound=models.Model)


class RowEdit(BulkEdit[_Row]):
    """An edit that calls a service for each row, each in a savepoint of its own."""

    def lock(self, rows: models.QuerySet[_Row], params: Params) -> None:
        """Take, in their order, the locks that the services will ask for row by row. The rows come afterwards."""

    def before(self, row: _Row) -> str:
        """What the row is like before the edit, for a person."""
        return ""

    def after(self, row: _Row) -> str:
        """What the row, read again, is like after the edit."""
        return self.before(row)

    @property
    def compares(self) -> bool:
        return type(self).before is not RowEdit.before

    def apply(self, actor: Actor, row: _Row, params: Params) -> Result:
        """Call the service for one row. A DomainError refuses the row and nothing else."""
        raise NotImplementedError

    def work(self, actor: Actor, keys: Sequence[int], params: Params, *, preview: bool) -> dict[int, Result]:
        """Rows are locked in the order of their keys, after the names that `lock` knows.

        So two batches over the same rows wait for each other instead of meeting in a circle.
        """
        with transaction.atomic():
            results = self._run(actor, keys, params)
            if preview:
                transaction.set_rollback(True)
        return results

    def _run(self, actor: Actor, keys: Sequence[int], params: Params) -> dict[int, Result]:
        visible = self.visible(actor, keys)
        self.lock(visible, params)
        locked = visible.select_for_update(of=("self",), no_key=self.permission != "delete")
        rows = {row.pk: row for row in self.related(locked)}
        results = {
            key: self._attempt(actor, rows[key], params) if key in rows else Result.refused(GONE) for key in keys
        }
        return self._looked_at(actor, results) if self.compares else results

    def _attempt(self, actor: Actor, row: _Row, params: Params) -> Result:
        label, before = str(row), self.before(row)
        try:
            with transaction.atomic():
                result = self.apply(actor, row, params)
        except DomainError as error:
            result = Result.refused(str(error))
        except (IntegrityError, models.ProtectedError):
            logger.warning("bulk edit %s refused by the database", self.name, exc_info=True)
            result = Result.refused(BUSY)
        return Result(result.outcome, result.detail, label, before)

    def _looked_at(self, actor: Actor, results: Mapping[int, Result]) -> dict[int, Result]:
        """The results with what the rows are like now. Those that were changed are read again, at once."""
        changed = [key for key, result in results.items() if result.outcome is Outcome.CHANGED]
        rows: dict[int, _Row] = {}
        if changed and self.permission != "delete":
            rows = {row.pk: row for row in self.related(self.visible(actor, changed))}

        def now(key: int, result: Result) -> str:
            if result.outcome is not Outcome.CHANGED:
                return result.before
            return self.after(rows[key]) if key in rows else NOTHING

        return {key: replace(result, after=now(key, result)) for key, result in results.items()}
