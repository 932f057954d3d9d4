"""Bulk edits in the web admin: the actions of a list, the form, and the page of a job (preview, progress, result)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final

from django.contrib import admin, messages
from django.contrib.admin import helpers
from django.db.models import Model, QuerySet
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from bulk import edits, jobs
from bulk.bad_lines import bad_lines
from bulk.edits import BulkEdit, BulkForm, Outcome
from bulk.models import BulkJob
from bulk.notices import may_mail
from bulk.rows import deletes, outcome_of, rows_of
from changelog.models import Change
from core.admin.base import administrator_of
from core.admin.export import ExportModelAdmin
from core.admin.files import table_file
from core.admin.filters import RelatedFilter
from core.admin.undoing import undo_button
from core.errors import DomainError, Invalid
from core.numbers import counted, whole_number
from core.scoping import Viewer
from core.spreadsheets import csv_lines
from core.whole import whole_text

_Action = Callable[[Any, HttpRequest, QuerySet[Any]], HttpResponse | None]
# After so many seconds without progress the page says what a job waits for.
_PATIENCE: Final = 15


def actions_of(model: type[Model], administrator: Viewer) -> dict[str, Any]:
    """The bulk edits of a model's rows that this person may run, as actions of its list."""
    found = [edit for edit in edits.edits_of(model) if edit.allowed(administrator)]
    return {edit.name: (_action(edit), edit.name, edit.label) for edit in found}


def _action(edit: BulkEdit[Any]) -> _Action:
    """The edit as Django's admin calls it: its form, where it has one, and then the preview."""

    def act(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        administrator = administrator_of(request)
        filled_in = "bulk" in request.POST
        asked = edit.form_for(administrator, queryset)
        form = asked(request.POST if filled_in else None, administrator=administrator)
        if form.fields and not (filled_in and form.is_valid()):
            return _form_page(model_admin, request, queryset, edit, form)
        try:
            job = jobs.create_job(
                administrator=administrator,
                edit=edit,
                params=form.params() if form.fields else {},
                chosen=queryset,
                language=get_language() or "en",
            )
        except DomainError as refusal:
            model_admin.message_user(request, str(refusal), messages.WARNING)
            return None
        jobs.finish_in_request(job)
        return HttpResponseRedirect(_job_url("change", job))

    return act


def _form_page(
    model_admin: Any, request: HttpRequest, queryset: QuerySet[Any], edit: BulkEdit[Any], form: BulkForm
) -> HttpResponse | None:
    """Ask for what the edit must be told; the selection and the list's filters (in the address) come along."""
    count = queryset.count()
    if not count:
        model_admin.message_user(request, _("Nothing is selected."), messages.WARNING)
        return None
    context = {
        **model_admin.admin_site.each_context(request),
        "title": edit.label,
        "opts": model_admin.opts,
        "media": model_admin.media + form.media,
        "form": form,
        "edit": edit,
        "count": count,
        "number": count,
        "selected": request.POST.getlist(helpers.ACTION_CHECKBOX_NAME),
        "select_across": request.POST.get("select_across", "0"),
        "back": request.get_full_path(),
    }
    return TemplateResponse(request, "admin/bulk_form.html", context)


def _job_url(page: str, job: BulkJob) -> str:
    return reverse(f"admin:bulk_bulkjob_{page}", args=(job.pk,))


def _number_column(name: str) -> Any:
    """A column with one of a job's figures."""

    @admin.display(description=BulkJob._meta.get_field(name).verbose_name, ordering=name)  # type: ignore[union-attr]
    def column(job: BulkJob) -> str:
        return counted(getattr(job, name))

    # What the column is called in the page's styles.
    column.__name__ = name
    return column


_CHANGED: Final = _number_column("changed")
_NUMBERS: Final = tuple(map(_number_column, ("total", "unchanged", "refused")))


class BulkJobAdmin(ExportModelAdmin):
    """The list of bulk edits and the page of each. They come from the models' lists, and go by themselves."""

    table_name = "bulk-edits"
    change_list_template = "admin/bulk/bulkjob/change_list.html"
    list_display = ("what", "state_column", _CHANGED, "undo_column", "administrator", "created_at", *_NUMBERS)
    list_filter = ("state", ("administrator", RelatedFilter))
    list_select_related = ("administrator__context",)
    actions = None

    @admin.display(description=gettext_lazy("edit"))
    def what(self, job: BulkJob) -> str:
        """The edit for a person."""
        return title_of(job)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_column(self, job: BulkJob) -> SafeString:
        """The state as the job's page shows it."""
        return format_html('<span class="pill state-{}">{}</span>', job.state, job.get_state_display())

    @admin.display(description=gettext_lazy("Undo"))
    def undo_column(self, job: BulkJob) -> SafeString | str:
        """The way back, of an edit that is over."""
        return undo_button(batch=job.batch) if job.is_undoable else ""

    def history_query(self, row: Any) -> dict[str, str]:
        """The lines that the job wrote."""
        return {"batch": str(row.batch)}

    def get_urls(self) -> list[Any]:
        """Adds the routes that a job's page needs."""
        pages: dict[str, Callable[..., HttpResponseBase]] = {
            "start": require_POST(self.start),
            "cancel": require_POST(self.cancel),
            "notice": require_POST(self.notice),
            "progress": self.progress,
            "csv": self.download,
        }
        bad_lines = self.admin_site.admin_view(self.bad_lines)
        more: list[URLPattern] = [
            path(f"<int:key>/{name}/", self.admin_site.admin_view(view), name=f"bulk_bulkjob_{name}")
            for name, view in pages.items()
        ]
        more.append(path("<int:key>/bad-lines/<slug:form>", bad_lines, name="bulk_bulkjob_bad_lines"))
        undoing: list[URLPattern] = [
            path("undo/batch/<uuid:batch>/", self._undoes(), name="bulk_undo_batch"),
            path("undo/change/<int:pk>/", self._undoes(), name="bulk_undo_change"),
        ]
        return undoing + more + super().get_urls()

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The job's page: preview, progress or result, as its state is."""
        job = self._job(request, whole_number(object_id) or 0)
        mine = job.administrator_id == request.user.pk
        if mine and job.state == job.State.COLUMNS and (url := self._columns_url(job)):
            return HttpResponseRedirect(url)
        context = {
            **self.admin_site.each_context(request),
            **self._state_of(job),
            **(rows_of(job, request.GET) if job.has_rows else {}),
            "title": title_of(job),
            "opts": self.opts,
            "media": self.media,
            "job": job,
            "mine": mine,
            "log": f"{reverse('admin:changelog_change_changelist')}?batch={job.batch}",
            "may_mail": mine and may_mail(administrator_of(request)),
            "bad_line_forms": [("xlsx", "XLSX"), ("csv", "CSV")],
        }
        return TemplateResponse(request, "admin/bulk_job.html", context)

    def start(self, request: HttpRequest, key: int) -> HttpResponse:
        """Run what the preview announced."""
        job = self._job(request, key)
        try:
            jobs.start_job(administrator=administrator_of(request), job=job, typed=request.POST.get("count", ""))
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            jobs.finish_in_request(job)
        return HttpResponseRedirect(_job_url("change", job))

    def cancel(self, request: HttpRequest, key: int) -> HttpResponse:
        """Stop the job after its present batch."""
        job = self._job(request, key)
        jobs.cancel_job(job=job, by=administrator_of(request))
        return HttpResponseRedirect(_job_url("change", job))

    def notice(self, request: HttpRequest, key: int) -> HttpResponse:
        """Wish for a mail when the job is done, or for none."""
        job, administrator = self._job(request, key), administrator_of(request)
        wanted = bool(request.POST.get("wanted")) and may_mail(administrator)
        url = request.build_absolute_uri(_job_url("change", job)) if wanted else ""
        try:
            jobs.set_notice(administrator=administrator, job=job, url=url)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        return HttpResponseRedirect(_job_url("change", job))

    def progress(self, request: HttpRequest, key: int) -> JsonResponse:
        """How far the job is, for the page's script."""
        job = self._job(request, key)
        state = self._state_of(job)
        return JsonResponse(
            {
                "state": job.state,
                "done": job.done,
                "total": job.total,
                "head": state["head"],
                "text": state["progress"],
                "hint": state["hint"],
            }
        )

    def download(self, request: HttpRequest, key: int) -> HttpResponseBase:
        """All rows with what will become or became of them."""
        job = self._job(request, key)
        items = job.items.order_by("position").iterator(chunk_size=2000)
        head = [_("object"), _("before"), _("after"), _("outcome"), _("why")]

        def rows() -> Iterator[list[str]]:
            yield head
            for item in items:
                yield [item.label, item.before, item.after, str(outcome_of(job, item)), item.detail]

        lines = (line.encode() for line in csv_lines(rows()))
        response = whole_text(request, lines, "text/csv; charset=utf-8")
        response["Content-Disposition"] = f'attachment; filename="bulk-edit-{job.pk}.csv"'
        return response

    def _undoes(self) -> Callable[..., HttpResponseBase]:
        return self.admin_site.admin_view(require_POST(self.undo))

    def undo(self, request: HttpRequest, **which: Any) -> HttpResponse:
        """The preview of what becomes of these changes, of one batch or by themselves, when they are undone."""
        administrator = administrator_of(request)
        try:
            job = jobs.create_job(
                administrator=administrator,
                edit=edits.edit_named(edits.UNDO),
                params={},
                chosen=Change.objects.visible_to(administrator).filter(**which),
                language=get_language() or "en",
            )
        except Invalid:
            self.message_user(request, _("There is nothing that you could undo."), messages.WARNING)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            jobs.finish_in_request(job)
            return HttpResponseRedirect(_job_url("change", job))
        return HttpResponseRedirect(reverse("admin:bulk_bulkjob_changelist"))

    def bad_lines(self, request: HttpRequest, key: int, form: str) -> HttpResponseBase:
        """The refused lines of an uploaded table, in its own columns, to be mended and uploaded again."""
        job = self._job(request, key)
        if "heads" not in job.params:
            raise Http404
        file = re.sub(r"\.[A-Za-z]{3,4}$", "", str(job.params.get("file", "")))
        return table_file(request, bad_lines(job), form, " ".join([file, _("bad lines")]).strip())

    def _job(self, request: HttpRequest, key: int) -> BulkJob:
        """One of the jobs that this person sees. Http404 for anybody else's, too."""
        job: BulkJob | None = self.get_queryset(request).select_related("administrator__context").filter(pk=key).first()
        if job is None or not self.has_view_permission(request, job):
            raise Http404
        return job

    def _state_of(self, job: BulkJob) -> dict[str, Any]:
        known = job.edit in edits.known()
        why_not_startable = (
            edits.edit_named(job.edit).why_not_startable(job.params, refused=job.refused) if known else ""
        )
        return {
            "head": _head(job),
            "progress": _progress(job),
            "hint": _hint(job),
            "deletes": deletes(job),
            "summary": _summary(job) if known and job.has_run and not job.is_active else "",
            "list_url": self._list_url(job) if known else "",
            "upload_url": edits.edit_named(job.edit).upload_url(job.params) if known else "",
            "columns_url": self._columns_url(job) if job.state == job.State.READY else "",
            "start_words": edits.edit_named(job.edit).start_words(changed=job.changed, refused=job.refused)
            if known
            else "",
            "bad_lines": "heads" in job.params and job.refused > 0 and not job.is_active,
            "compares": known and edits.edit_named(job.edit).compares,
            "must_type": known and jobs.needs_count(job),
            "name_to_type": jobs.name_to_type(job) if known and job.state == job.State.READY else "",
            "can_start": known and job.state == job.State.READY and job.changed > 0 and not why_not_startable,
            "why_not_startable": why_not_startable if job.state == job.State.READY else "",
            "can_cancel": job.is_active or job.is_undecided,
        }

    def _list_url(self, job: BulkJob) -> str:
        """The list that the edit's rows are in; none for what is not listed."""
        model = edits.edit_named(job.edit).listed
        if not self.admin_site.is_registered(model):
            return ""
        url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        return url + edits.edit_named(job.edit).list_query(job.params)

    def _columns_url(self, job: BulkJob) -> str:
        """Where the columns of the job's file are said, again as long as it has not run."""
        return edits.edit_named(job.edit).columns_url(job.pk, job.params) if job.edit in edits.known() else ""


def title_of(job: BulkJob) -> str:
    """The edit for a person, and what its rows are."""
    if job.edit not in edits.known():
        return job.edit
    edit = edits.edit_named(job.edit)
    told = edit.describe(job.params)
    if not admin.site.is_registered(edit.model):
        return told
    return f"{capfirst(edit.model._meta.verbose_name_plural)}: {told}"


def _head(job: BulkJob) -> str:
    """How the job is, at the beginning of the page's title: that is what shows of a page in the background."""
    if job.is_active:
        return f"{100 * job.done // max(job.total, 1)} %"
    mark = {BulkJob.State.DONE: "✓", BulkJob.State.READY: "✓"}.get(BulkJob.State(job.state), "✕")
    state = _("preview") if job.state == BulkJob.State.READY else job.get_state_display()
    return f"{mark} {state}:"


def _progress(job: BulkJob) -> str:
    """How far the job is, for a person."""
    if job.state != job.State.READING:
        words = ngettext("%(done)s of %(total)s row", "%(done)s of %(total)s rows", job.total)
    elif job.done:
        words = ngettext("%(done)s of about %(total)s line", "%(done)s of about %(total)s lines", job.total)
    else:
        return _("The first line has not been read yet.")
    return words % {"done": counted(job.done), "total": counted(job.total)}


def _summary(job: BulkJob) -> str:
    """What came of a job that is over."""
    changed = job.items.filter(position__lt=job.done, outcome=Outcome.CHANGED).order_by()
    return edits.edit_named(job.edit).summary(changed.values_list("object_pk", flat=True))


def _hint(job: BulkJob) -> str:
    """What a job without progress waits for."""
    since = job.touched_at or job.started_at or job.created_at
    if job.is_active and timezone.now() - since > timedelta(seconds=_PATIENCE):
        return _("It waits for a worker. Whoever runs this installation starts one with “manage.py worker”.")
    return ""
