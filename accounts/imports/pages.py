"""Import in the web admin: an uploaded table becomes a bulk edit, of which the preview comes next."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.imports.lines import refuse_too_many_uploads
from bulk import edits, jobs
from bulk.models import BulkJob
from core.admin.base import administrator_of
from core.admin.export import ExportModelAdmin
from core.errors import DomainError, Invalid
from core.spreadsheets import MAX_FILE, REMOVE

_ASKED_OF: Final = {"small_quotas": {"contexts", "users"}, "missing_recipients": {"forwards"}}


class ImportForm(forms.Form):
    """The file, and what becomes of the good lines when there are bad ones."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV (UTF-8, UTF-16 or Windows-1252) or XLSX, of 50 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    skip_bad = forms.BooleanField(
        label=gettext_lazy("Skip bad lines"),
        required=False,
        initial=True,
        help_text=gettext_lazy("Otherwise nothing is written unless every line is good."),
    )
    small_quotas = forms.BooleanField(
        label=gettext_lazy("Small quotas are meant"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise a line that sets a quota below 1 MB is refused: a number without a unit is bytes."
        ),
    )
    missing_recipients = forms.BooleanField(
        label=gettext_lazy("Recipients that do not exist are meant"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise a line with a new recipient in one of your domains that neither exists nor is in the file is "
            "refused."
        ),
    )

    def __init__(self, *args: Any, table: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Each table asks about what can be in it.
        for name, tables in _ASKED_OF.items():
            if table not in tables:
                del self.fields[name]


class ImportModelAdmin(ExportModelAdmin):
    """A model's pages with export, and with import where its table can be imported."""

    def get_urls(self) -> list[Any]:
        """Adds the route of the import."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        page = self.admin_site.admin_view(self.import_page)
        return [path("import", page, name=f"{name}_import"), *super().get_urls()]

    def may_import(self, request: HttpRequest) -> bool:
        """Whether this person may import such a table."""
        if not self.resource(request).importable:
            return False
        return edits.edit_named(f"import.{self.table_name}").allowed(administrator_of(request))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Adds the link to the import."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_import"
        url = reverse(name) if self.may_import(request) else ""
        return super().changelist_view(request, {"import_url": url, **(extra_context or {})})

    def import_page(self, request: HttpRequest) -> HttpResponse:
        """The form; its file becomes a bulk edit, of which the preview comes next."""
        if not self.may_import(request):
            raise PermissionDenied
        resource = self.resource(request)
        form = ImportForm(request.POST or None, request.FILES or None, table=self.table_name)
        if request.method == "POST" and form.is_valid():
            try:
                return HttpResponseRedirect(self._upload(request, form.cleaned_data))
            except DomainError as refusal:
                form.add_error("file", str(refusal))
        page = {
            **self.admin_site.each_context(request),
            "title": _("Import %(name)s") % {"name": self.opts.verbose_name_plural},
            "opts": self.opts,
            "media": self.media,
            "form": form,
            "columns": [(one.name, one.holds, one.name in resource.keys, one.removable) for one in resource.columns],
            "remove": REMOVE,
        }
        return TemplateResponse(request, "admin/import_form.html", page)

    def _upload(self, request: HttpRequest, data: dict[str, Any]) -> str:
        """Keep the file and prepare the job; its page's address. DomainError, also for a small file that is refused."""
        administrator, file = administrator_of(request), data["file"]
        if file.size > MAX_FILE:
            raise Invalid(_("The file is larger than 50 MB."))
        refuse_too_many_uploads(administrator)
        job = jobs.create_upload_job(
            administrator=administrator,
            edit=edits.edit_named(f"import.{self.table_name}"),
            params={**data, "file": file.name[:100]},
            name=file.name,
            file=file,
            language=get_language() or "en",
        )
        job = jobs.finish_in_request(job)
        if job.state == BulkJob.State.FAILED and not job.total:
            jobs.drop_refused(job)
            raise Invalid(job.note)
        return reverse("admin:bulk_bulkjob_change", args=[job.pk])
