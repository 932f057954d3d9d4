"""Deleting rows in bulk."""

from __future__ import annotations

from typing import Final, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy

from bulk.edits import Params, Result
from bulk.rowwise import RowEdit
from core.actor import Actor

DELETE: Final = gettext_lazy("Delete")
_Row = TypeVar("_Row", bound=models.Model)


class Delete(RowEdit[_Row]):
    """Deletes rows. A subclass says how one row is deleted."""

    label = DELETE
    permission = "delete"

    def delete(self, actor: Actor, row: _Row) -> None:
        """Call the service that deletes one row. DomainError."""
        raise NotImplementedError

    def apply(self, actor: Actor, row: _Row, params: Params) -> Result:
        self.delete(actor, row)
        return Result.of(True)
