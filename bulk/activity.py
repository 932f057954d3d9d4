"""Suspending and resuming rows in bulk."""

from __future__ import annotations

from typing import ClassVar, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy

from bulk.edits import BulkEdit, Params, Result
from core.actor import Actor

_Row = TypeVar("_Row", bound=models.Model)


class Suspend(BulkEdit[_Row]):
    """Takes rows out of service; they keep their data. A subclass says how one row is switched."""

    label = gettext_lazy("Suspend")
    is_active: ClassVar[bool] = False

    def set_active(self, actor: Actor, row: _Row, *, is_active: bool) -> None:
        """Call the service that suspends or resumes one row. DomainError."""
        raise NotImplementedError

    def apply(self, actor: Actor, row: _Row, params: Params) -> Result:
        was_active: bool = row.is_active  # type: ignore[attr-defined]
        self.set_active(actor, row, is_active=self.is_active)
        return Result.of(was_active != self.is_active)


class Resume(Suspend[_Row]):
    """Puts rows back into service."""

    label = gettext_lazy("Resume")
    is_active = True
