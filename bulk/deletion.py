"""Deleting rows in bulk."""

from __future__ import annotations

from typing import TypeVar

from django.db import models
from django.utils.translation import gettext_lazy

from bulk.edits import BulkEdit, Params, Result
from core.actor import Actor

_Row = TypeVar("_Row", bound=models.Model)


class Delete(BulkEdit[_Row]):
    """Deletes rows. A subclass says how one row is deleted."""

    label = gettext_lazy("Delete")
    permission = "delete"

    def delete(self, actor: Actor, row: _Row) -> None:
        """Call the service that deletes one row. DomainError."""
        raise NotImplementedError

    def apply(self, actor: Actor, row: _Row, params: Params) -> Result:
        self.delete(actor, row)
        return Result.of(True)
