"""Bulk edits: one edit of many rows, in three steps (choose, preview, result).

An edit calls a service for each row. Its preview does the same and is rolled back, so the two cannot disagree.
Apps declare their edits and register them; nothing here knows of jobs, pages or any one model.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Literal, TypeVar

from django import forms
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, Channel
from core.errors import DomainError
from core.locks import lock_everything
from core.scoping import Viewer, may

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

logger = logging.getLogger(__name__)

Params = dict[str, Any]
_Row = TypeVar("_Row", bound=models.Model)


class Outcome(models.TextChoices):
    """What becomes of a row."""

    CHANGED = "changed", _("changed")
    UNCHANGED = "unchanged", _("no change")
    REFUSED = "refused", _("refused")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one row; `detail` is a sentence for a person, `before` and `after` what the row was and is."""

    outcome: Outcome
    detail: str = ""
    label: str = ""
    before: str = ""
    after: str = ""

    @classmethod
    def of(cls, changed: bool) -> Result:
        """Changed, or no change."""
        return cls(Outcome.CHANGED if changed else Outcome.UNCHANGED)

    @classmethod
    def refused(cls, sentence: StrOrPromise) -> Result:
        """Refused, and why."""
        return cls(Outcome.REFUSED, str(sentence))


class BulkForm(forms.Form):
    """What an edit must be told. The base asks for nothing."""

    def __init__(self, data: Mapping[str, Any] | None = None, *, administrator: Viewer) -> None:
        # The prefix keeps the fields apart from those of the list that is posted along with them.
        super().__init__(data, prefix="edit")
        self.administrator = administrator

    def params(self) -> Params:
        """The cleaned values as JSON can keep them."""
        return dict(self.cleaned_data)


class BulkEdit(Generic[_Row]):
    """One kind of bulk edit.

    `name` is `<app>.<edit>` and unique; `permission` is that of the model's admin which it takes to see and run it.
    """

    name: ClassVar[str]
    model: ClassVar[type[models.Model]]
    label: ClassVar[StrOrPromise]
    permission: ClassVar[Literal["change", "delete"]] = "change"
    form: ClassVar[type[BulkForm]] = BulkForm
    # Rows in one transaction, and up to how many of them a request does by itself.
    batch_rows: ClassVar[int] = 100
    request_rows: ClassVar[int] = 200
    # Whether the rows are taken backwards, the last made first.
    newest_first: ClassVar[bool] = False
    # Whether a batch holds all names at once: for edits whose rows lock too many, or each in an order of its own.
    holds_everything: ClassVar[bool] = False
    # Through which channel the changes come.
    channel: ClassVar[Channel] = Channel.WEB
    # Whether the number of rows must be typed even when it is small.
    always_confirm: ClassVar[bool] = False
    # Whether a single row is confirmed by its name instead of by the number 1.
    confirms_by_name: ClassVar[bool] = False

    def allowed(self, administrator: Viewer) -> bool:
        """Whether the administrator's role, as it is now, includes this edit."""
        return may(administrator, self.permission, self.model)

    def describe(self, params: Params) -> str:
        """The edit with its parameters, for a person."""
        return str(self.label)

    def why_not_startable(self, params: Params, *, refused: int) -> str:
        """Why a previewed job cannot be started, as a sentence; empty when it can."""
        return ""

    def all_or_nothing(self, params: Params) -> bool:
        """Whether a row that is refused after all ends the run with its batch undone."""
        return False

    def lock(self, rows: models.QuerySet[_Row], params: Params) -> None:
        """Take, in their order, the locks that the services will ask for row by row. The rows come afterwards.

        An edit that holds all names takes here the rows that come before names: who has them may wait for names.
        """

    def related(self, rows: models.QuerySet[_Row]) -> models.QuerySet[_Row]:
        """The rows with what `before` and `apply` look at."""
        return rows

    @property
    def compares(self) -> bool:
        """Whether the edit has words for a row, so that it can be shown as it was and as it is."""
        return type(self).before is not BulkEdit.before

    def before(self, row: _Row) -> str:
        """What the row is like before the edit, for a person."""
        return ""

    def after(self, row: _Row) -> str:
        """What the row, read again, is like after the edit."""
        return self.before(row)

    def apply(self, actor: Actor, row: _Row, params: Params) -> Result:
        """Call the service for one row. A DomainError refuses the row and nothing else."""
        raise NotImplementedError

    def for_batch(self, actor: Actor, params: Params) -> Callable[[_Row], Result]:
        """`apply` for the rows of one transaction, in which it may keep from row to row what `lock` holds."""
        return lambda row: self.apply(actor, row, params)


_edits: Final[dict[str, BulkEdit[Any]]] = {}
GONE: Final = _("It does not exist any more, or it is not yours any more.")
# What a row is like after it was deleted.
NOTHING: Final = "—"
BUSY: Final = _("Somebody else changed the same thing at this moment.")


def register(*edits: type[BulkEdit[Any]]) -> None:
    """Make edits known, in the order in which lists offer them."""
    for edit in edits:
        if edit.name in _edits and type(_edits[edit.name]) is not edit:
            raise ValueError(f"there are two edits {edit.name!r}")
        _edits[edit.name] = edit()


def edit_named(name: str) -> BulkEdit[Any]:
    """The edit; KeyError when there is none."""
    return _edits[name]


def known() -> list[str]:
    """The names of all edits; a job may be older than the program and have another."""
    return list(_edits)


def edits_of(model: type[models.Model]) -> list[BulkEdit[Any]]:
    """The edits of a model's rows."""
    return [edit for edit in _edits.values() if edit.model is model]


def run(edit: BulkEdit[_Row], actor: Actor, keys: Iterable[int], params: Params) -> dict[int, Result]:
    """Apply the edit to those of the rows that the actor's administrator sees now, in the caller's transaction.

    Rows are locked in the order of their keys, after the names that `edit.lock` knows, so that two batches over the
    same rows wait for each other instead of meeting in a circle. A database error other than a refused row is raised:
    then the transaction is lost as a whole and may be tried again.
    """
    wanted = list(keys)
    everything: Any = edit.model._default_manager
    visible: models.QuerySet[_Row] = everything.visible_to(actor.administrator).filter(pk__in=wanted).order_by("pk")
    edit.lock(visible, params)
    with lock_everything() if edit.holds_everything else nullcontext():
        locked = visible.select_for_update(of=("self",), no_key=edit.permission != "delete")
        rows = {row.pk: row for row in edit.related(locked)}
        apply = edit.for_batch(actor, params)
        results = {key: _attempt(edit, rows[key], apply) if key in rows else Result.refused(GONE) for key in wanted}
        return _looked_at(edit, actor, results) if edit.compares else results


def preview(edit: BulkEdit[_Row], actor: Actor, keys: Iterable[int], params: Params) -> dict[int, Result]:
    """What `run` would do: done, looked at and rolled back."""
    with transaction.atomic():
        results = run(edit, actor, keys, params)
        transaction.set_rollback(True)
    return results


def _attempt(edit: BulkEdit[_Row], row: _Row, apply: Callable[[_Row], Result]) -> Result:
    label, before = str(row), edit.before(row)
    try:
        with transaction.atomic():
            result = apply(row)
    except DomainError as error:
        result = Result.refused(str(error))
    except (IntegrityError, models.ProtectedError):
        logger.warning("bulk edit %s refused by the database", edit.name, exc_info=True)
        result = Result.refused(BUSY)
    return Result(result.outcome, result.detail, label, before)


def _looked_at(edit: BulkEdit[_Row], actor: Actor, results: Mapping[int, Result]) -> dict[int, Result]:
    """The results with what the rows are like now. Those that were changed are read again, at once."""
    everything: Any = edit.model._default_manager
    changed = [key for key, result in results.items() if result.outcome is Outcome.CHANGED]
    rows: dict[int, _Row] = {}
    if changed and edit.permission != "delete":
        visible = everything.visible_to(actor.administrator).filter(pk__in=changed)
        rows = {row.pk: row for row in edit.related(visible)}

    def now(key: int, result: Result) -> str:
        if result.outcome is not Outcome.CHANGED:
            return result.before
        return edit.after(rows[key]) if key in rows else NOTHING

    return {key: replace(result, after=now(key, result)) for key, result in results.items()}
