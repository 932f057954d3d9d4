"""The table of a job's page: the rows of a bulk edit with what will become or became of each, a page at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_filters import CharFilter, ChoiceFilter, FilterSet

from bulk import edits
from bulk.edits import Outcome
from bulk.models import BulkJob, BulkJobItem
from core.differences import marked

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

_PER_PAGE: Final = 100
_MAX_TEXT: Final = 254
_NOT_REACHED: Final = "waiting"
_PREVIEW_LABELS: Final[dict[str, StrOrPromise]] = {
    Outcome.CHANGED: gettext_lazy("will change"),
    Outcome.UNCHANGED: gettext_lazy("no change"),
    Outcome.REFUSED: gettext_lazy("will be refused"),
}


class RowFilter(FilterSet):
    """By outcome, and by a text in a row's name or reason. A preview shows what it has looked at."""

    outcome = ChoiceFilter(choices=[*Outcome.choices, (_NOT_REACHED, "")], method="of_outcome")
    q = CharFilter(
        max_length=_MAX_TEXT,
        method="with_text",
        label=gettext_lazy("Find a row"),
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, data: Mapping[str, Any], *, job: BulkJob) -> None:
        self.job = job
        rows = job.items.order_by("position")
        super().__init__(data, rows if job.has_run else rows.filter(position__lt=job.done))

    def of_outcome(self, rows: QuerySet[BulkJobItem], name: str, value: str) -> QuerySet[BulkJobItem]:
        """The rows that the job has come to, with this outcome; or those that it has not."""
        if value == _NOT_REACHED:
            return rows.filter(position__gte=self.job.done)
        return rows.filter(position__lt=self.job.done, outcome=value)

    def with_text(self, rows: QuerySet[BulkJobItem], name: str, value: str) -> QuerySet[BulkJobItem]:
        """The rows with this text in what a person reads of them."""
        return rows.filter(Q(label__icontains=value) | Q(detail__icontains=value))

    @cached_property
    def asked(self) -> Mapping[str, str]:
        """What of the address could be understood."""
        cleaned: Mapping[str, str] = self.form.cleaned_data if self.form.is_valid() else {}
        return {name: value for name, value in cleaned.items() if value}

    @property
    def known_count(self) -> int | None:
        """How many rows it finds, where the job has counted them already."""
        if "q" in self.asked:
            return None
        everything = self.job.total if self.job.has_run else self.job.done
        match self.asked.get("outcome"):
            case None:
                return everything
            case str(outcome) if outcome in Outcome.values:
                return int(getattr(self.job, outcome))
        return self.job.total - self.job.done


class RowPaginator(Paginator):
    """A paginator whose count may be known already."""

    def __init__(self, rows: RowFilter) -> None:
        super().__init__(rows.qs, _PER_PAGE)
        self._known = rows.known_count

    @cached_property
    def count(self) -> int:
        """How many rows there are."""
        return int(super().count) if self._known is None else self._known


def rows_of(job: BulkJob, data: Mapping[str, Any]) -> dict[str, Any]:
    """For the template: the page of the table that the address asks for, and the filters above it."""
    rows = RowFilter(data, job=job)
    page = RowPaginator(rows).get_page(data.get("page"))
    words = outcome_labels(job)
    filters = [("", _("all"), job.total), *((one, words[one], getattr(job, one.value)) for one in Outcome)]
    if job.has_run and job.done < job.total:
        filters.append((_NOT_REACHED, _("not reached"), job.total - job.done))
    return {
        "page": page,
        "items": [_shown(job, item) for item in page],
        "filters": filters,
        "rows": rows,
        "wanted": rows.asked.get("outcome", ""),
        "text": rows.asked.get("q", ""),
    }


@dataclass(frozen=True, slots=True)
class ShownRow:
    """A row as the page shows it; `url` leads to the object, where it has a page and is still there."""

    item: BulkJobItem
    outcome: StrOrPromise
    before: SafeString
    after: SafeString
    url: str


def _shown(job: BulkJob, item: BulkJobItem) -> ShownRow:
    """The row with what differs marked, where something does."""
    before, after = marked(item.before, item.after)
    return ShownRow(item, outcome_of(job, item), before, after, _url(job, item))


def _url(job: BulkJob, item: BulkJobItem) -> str:
    """The page of the row's object; its rights are its own. Files' lines have none, nor has what is deleted."""
    is_gone = job.has_run and item.outcome == Outcome.CHANGED and deletes(job)
    if is_gone or job.edit not in edits.known():
        return ""
    options = edits.edit_named(job.edit).model._meta
    try:
        return reverse(f"admin:{options.app_label}_{options.model_name}_change", args=(item.object_pk,))
    except NoReverseMatch:
        return ""


def outcome_of(job: BulkJob, item: BulkJobItem) -> StrOrPromise:
    """What becomes or became of a row, for a person."""
    is_reached = item.position < job.done and item.outcome
    return outcome_labels(job)[item.outcome] if is_reached else gettext_lazy("not reached")


def outcome_labels(job: BulkJob) -> dict[str, StrOrPromise]:
    """The outcomes in words: as a promise or as a fact, and deleting called by its name."""
    labels: dict[str, StrOrPromise] = dict(Outcome.choices) if job.has_run else dict(_PREVIEW_LABELS)
    if deletes(job):
        labels[Outcome.CHANGED] = gettext_lazy("deleted") if job.has_run else gettext_lazy("will be deleted")
    return labels


def deletes(job: BulkJob) -> bool:
    """Whether the rows will be gone."""
    return job.edit in edits.known() and edits.edit_named(job.edit).permission == "delete"
