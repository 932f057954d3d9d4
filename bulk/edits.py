"""Bulk edits: one edit of many rows, in three steps (choose, preview, result).

A service plans what becomes of all rows at once; the preview stops there, and the run writes what was planned, so the
two cannot disagree. Where a service takes one row only, the preview does the same as the run and is rolled back.
Apps declare their edits and register them; nothing here knows of jobs, pages or any one model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, Literal, TypeVar

from django import forms
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, Channel
from core.admin.questions import Asking
from core.scoping import Viewer, may

if TYPE_CHECKING:
    from uuid import UUID

    from django_stubs_ext import StrOrPromise

    from core.spreadsheets import Row

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


class BulkForm(Asking, forms.Form):
    """What an edit must be told. The base asks for nothing.

    Above the fields, `hint` says how to fill them in, and `about` what is known of the rows.
    """

    hint: ClassVar[StrOrPromise] = ""
    about: ClassVar[str] = ""

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
    # Through which channel the changes come.
    channel: ClassVar[Channel] = Channel.WEB
    # Whether the number of rows must be typed even when it is small.
    always_confirm: ClassVar[bool] = False
    # Whether a single row is confirmed by its name instead of by the number 1.
    confirms_by_name: ClassVar[bool] = False
    # Models beside its own whose rows the edit makes or changes; a credential must open these as well.
    also_writes: ClassVar[tuple[type[models.Model], ...]] = ()

    def allowed(self, administrator: Viewer) -> bool:
        """Whether the administrator's role, as it is now, includes this edit."""
        return may(administrator, self.permission, self.model)

    def form_for(self, administrator: Viewer, chosen: models.QuerySet[_Row]) -> type[BulkForm]:
        """The form for these rows: what one edit must be told may depend on them."""
        return self.form

    def describe(self, params: Params) -> str:
        """The edit with its parameters, for a person."""
        return str(self.label)

    def why_not_startable(self, params: Params, *, refused: int) -> str:
        """Why a previewed job cannot be started, as a sentence; empty when it can."""
        return ""

    def summary(self, keys: models.QuerySet[Any, int]) -> str:
        """What came of it all, beside the numbers of rows, for a person. `keys` are those of the changed rows."""
        return ""

    def all_or_nothing(self, params: Params) -> bool:
        """Whether a row that is refused after all ends the run with its batch undone."""
        return False

    def work(self, actor: Actor, keys: Sequence[int], params: Params, *, preview: bool) -> dict[int, Result]:
        """What becomes of each of these rows, or would, in the caller's transaction.

        Rows that the actor's administrator does not see now are refused. A database error is raised: then the
        transaction is lost as a whole and may be tried again.
        """
        raise NotImplementedError

    def visible(self, actor: Actor, keys: Sequence[int]) -> models.QuerySet[_Row]:
        """Those of the rows that the actor's administrator sees now, in the order of their keys."""
        everything: Any = self.model._default_manager
        rows: models.QuerySet[_Row] = (
            everything.visible_to(actor.administrator).filter(pk__among=list(keys)).order_by("pk")
        )
        return rows

    def lines(
        self, administrator: Viewer, params: Params, pieces: Iterator[list[Row]], upload: UUID
    ) -> Iterator[list[_Row]]:
        """The rows, unsaved, that the administrator's uploaded table becomes. Invalid for what is no such table."""
        raise NotImplementedError

    def upload_url(self, params: Params) -> str:
        """Where another file can be uploaded for this edit; "" where none is."""
        return ""

    def columns_url(self, job: int, params: Params) -> str:
        """Where it is said what the columns of this job's file are; "" where they are our own."""
        return ""

    def list_query(self, params: Params) -> str:
        """Which rows of their list the edit is about, as the list's address has it; "" for all."""
        return ""

    def start_words(self, *, changed: int, refused: int) -> str:
        """What starting it does, on its button; "" for the words that hold for any edit."""
        return ""

    @property
    def listed(self) -> type[models.Model]:
        """The model whose list the rows are in."""
        return self.model

    def related(self, rows: models.QuerySet[_Row]) -> models.QuerySet[_Row]:
        """The rows with what the edit looks at."""
        return rows

    @property
    def compares(self) -> bool:
        """Whether the edit has words for a row, so that it can be shown as it was and as it is."""
        return True


_edits: Final[dict[str, BulkEdit[Any]]] = {}
# The edit of the change log's lines that undoes them.
UNDO: Final = "changes.undo"
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
