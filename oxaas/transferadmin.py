"""Import and export in the web admin: a list as CSV or XLSX, and such a file back in by way of a bulk edit."""

from __future__ import annotations

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from oxaas import bulk
from oxaas.admin import administrator_of
from oxaas.bulkadmin import BulkModelAdmin
from oxaas.errors import DomainError
from oxaas.resources import TableResource, resources
from oxaas.spreadsheets import CSV, MAX_FILE, XLSX, csv_lines, read_table, xlsx_file


class ImportForm(forms.Form):
    """The file, and what becomes of the good lines when there are bad ones."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CSV in UTF-8, or XLSX."),
        widget=forms.FileInput(attrs={"accept": ".csv,.xlsx"}),
    )
    skip_bad = forms.BooleanField(
        label=gettext_lazy("Skip bad lines"),
        required=False,
        help_text=gettext_lazy("Otherwise nothing is written unless every line is good."),
    )


class TransferModelAdmin(BulkModelAdmin):
    """A model's pages with export, and with import where its resource can be imported."""

    change_list_template = "admin/transfer_change_list.html"
    table_name: ClassVar[str]

    def resource(self, request: HttpRequest) -> TableResource:
        """The model's resource, as this person sees it."""
        return resources()[self.table_name](administrator_of(request))

    def get_urls(self) -> list[Any]:
        """Django's, and those of import and export."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        wrap = self.admin_site.admin_view
        return [
            path("export/<slug:form>", wrap(self.export), name=f"{name}_export"),
            path("import", wrap(self.import_page), name=f"{name}_import"),
            *super().get_urls(),
        ]

    def may_import(self, request: HttpRequest) -> bool:
        """Whether this person may import such a table."""
        if not self.resource(request).importable:
            return False
        return bulk.edit_named(f"import.{self.table_name}").allowed(administrator_of(request))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Django's, with the ways to import and export."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}"
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        ways = {
            "exports": {form.upper(): reverse(f"{name}_export", args=[form]) + query for form in ("csv", "xlsx")},
            "import_url": reverse(f"{name}_import") if self.may_import(request) else "",
        }
        return super().changelist_view(request, {**(extra_context or {}), **ways})

    def export(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """What the list shows with its present filters and search, whole."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            changelist = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            # As the list itself answers a filter that cannot be: with all rows, and the address says so.
            url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
            return HttpResponseRedirect(f"{url}?{ERROR_FLAG}=1")
        rows = self.resource(request).table(changelist.get_queryset(request))
        headers = {"Content-Disposition": f'attachment; filename="{self.table_name}.{form}"'}
        match form:
            case "csv":
                kind = f"{CSV.get_content_type()}; charset=utf-8"
                return StreamingHttpResponse(csv_lines(rows), content_type=kind, headers=headers)
            case "xlsx":
                return HttpResponse(xlsx_file(rows), content_type=XLSX.get_content_type(), headers=headers)
        raise Http404

    def import_page(self, request: HttpRequest) -> HttpResponse:
        """The form; its file becomes a bulk edit, of which the preview comes next."""
        if not self.may_import(request):
            raise PermissionDenied
        resource = self.resource(request)
        form = ImportForm(request.POST or None, request.FILES or None)
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
            "columns": [
                (name, column.holds, name in resource.get_import_id_fields())
                for name, column in resource.fields.items()
            ],
        }
        return TemplateResponse(request, "admin/import_form.html", page)

    def _upload(self, request: HttpRequest, data: dict[str, Any]) -> str:
        """Keep the lines and prepare the job; its page's address. DomainError."""
        from accounts.models import ImportLine
        from accounts.services import imports, jobs

        administrator, file = administrator_of(request), data["file"]
        rows = read_table(file.name, file.read(MAX_FILE + 1))
        upload = imports.keep_lines(resource=self.resource(request), rows=rows)
        job = jobs.create_job(
            administrator=administrator,
            edit=bulk.edit_named(f"import.{self.table_name}"),
            params={"file": file.name[:100], "skip_bad": data["skip_bad"]},
            chosen=ImportLine.objects.filter(upload=upload),
            language=get_language() or "en",
        )
        jobs.finish_in_request(job)
        return reverse("admin:accounts_bulkjob_change", args=[job.pk])
