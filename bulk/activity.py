"""Suspending and resuming rows in bulk."""

from __future__ import annotations

from typing import ClassVar, Final, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy

from bulk.edits import Params, Result
from bulk.rowwise import RowEdit
from core.actor import Actor

SUSPEND: Final = gettext_lazy("Suspend")
RESUME: Final = gettext_lazy("Resume")
_Row = TypeVar("_Row", bound=models.Model)


class Suspend(RowEdit[_Row]):
    """Takes rows out of service; they keep their data. A subclass says how one row is switched."""

    label = SUSPEND
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

    label = RESUME
    is_active = True
