"""The page "Add people from a spreadsheet": rows pasted or a file uploaded, in whatever columns the company has."""

from __future__ import annotations

import io
from typing import IO, Any

from django import forms
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.imports.columns import MAX_COLUMNS
from accounts.imports.lines import refuse_too_many_uploads
from accounts.models import Context, User
from bulk import edits, jobs
from bulk.models import BulkJob
from core.access import Role
from core.admin.base import administrator_of
from core.admin.forms import VerbatimField
from core.admin.widgets import Autocomplete
from core.errors import DomainError, Invalid
from core.numbers import whole_number
from core.scoping import Viewer, may
from core.spreadsheets import MAX_FILE, kept_cell, read_table

EDIT = "import.users"
# What is kept of the file until its columns are known, to show them and to guess.
_SAMPLE_ROWS = 30
_SAMPLE_TEXT = 120
_PASTED = ".tsv"


class PeopleForm(forms.Form):
    """The company, where it is not clear which, and its people."""

    context = forms.ModelChoiceField(Context.objects.none(), label=gettext_lazy("Company"))
    pasted = VerbatimField(
        label=gettext_lazy("Rows of the spreadsheet"),
        required=False,
        help_text=gettext_lazy(
            "Copy them in the spreadsheet, best with the line that names the columns, and paste them here."
        ),
        widget=forms.Textarea(attrs={"rows": 10, "cols": 80, "spellcheck": "false", "autofocus": True}),
    )
    file = forms.FileField(
        label=gettext_lazy("Or the file"),
        required=False,
        help_text=gettext_lazy("CSV (UTF-8, UTF-16 or Windows-1252) or XLSX, of 50 MB at most."),
        widget=forms.FileInput(attrs={"accept": ".csv,.tsv,.xlsx"}),
    )

    def __init__(self, administrator: Viewer, company: Context | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if company is not None:
            del self.fields["context"]
            return
        choice: Any = self.fields["context"]
        choice.widget = Autocomplete(User._meta.get_field("context"), admin.site)
        choice.queryset = Context.objects.visible_to(administrator)

    def clean(self) -> dict[str, Any]:
        """One of the two."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors and bool(data["pasted"].strip()) == bool(data["file"]):
            raise forms.ValidationError(_("Paste the rows, or choose a file."))
        return data

    @property
    def table(self) -> tuple[str, IO[bytes]]:
        """The name and the content of what was given. Rows from a spreadsheet have tabs between their cells."""
        if file := self.cleaned_data["file"]:
            return file.name, file
        text: str = self.cleaned_data["pasted"].strip("\n")
        first = next(filter(str.strip, text.splitlines()), "")
        is_csv = "\t" not in text and any(sign in first for sign in ",;")
        return _("pasted rows") + ("" if is_csv else _PASTED), io.BytesIO(text.encode())


def may_add_people(administrator: Viewer) -> bool:
    """Whether the role makes users."""
    return may(administrator, "add", User) and edits.edit_named(EDIT).allowed(administrator)


def people_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The form; what is given there waits for its columns to be named, on the next page."""
    administrator = administrator_of(request)
    if not may_add_people(administrator):
        raise PermissionDenied
    company = _company(request, administrator)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PeopleForm(administrator, company, *posted)
    if request.method == "POST" and form.is_valid():
        try:
            job = _keep(administrator, company or form.cleaned_data["context"], *form.table)
        except DomainError as refusal:
            form.add_error("file" if form.cleaned_data["file"] else "pasted", str(refusal))
        else:
            return HttpResponseRedirect(reverse("admin:people_columns", args=[job.pk], current_app=site.name))
    page = {
        **site.each_context(request),
        "title": _("Add people from a spreadsheet"),
        "form": form,
        "media": form.media,
        "company": company,
    }
    return TemplateResponse(request, "admin/people.html", page)


def _company(request: HttpRequest, administrator: Viewer) -> Context | None:
    """The company that the address names, or a company's administrator's own."""
    companies = Context.objects.visible_to(administrator)
    if Role(administrator.role) is Role.CONTEXT:
        return companies.get()
    return companies.filter(pk=whole_number(request.GET.get("context", "")) or 0).first()


def _keep(administrator: Viewer, company: Context, name: str, file: IO[bytes]) -> BulkJob:
    """Keep the table, with a few of its rows to look at. DomainError."""
    if file.seek(0, 2) > MAX_FILE:
        raise Invalid(_("The file is larger than 50 MB."))
    refuse_too_many_uploads(administrator)
    return jobs.create_upload_job(
        administrator=administrator,
        edit=edits.edit_named(EDIT),
        params={
            "file": name.removesuffix(_PASTED)[:100],
            "skip_bad": True,
            "people": {"context": company.pk},
            "sample": _sample(name, file),
        },
        name=name,
        file=file,
        language=get_language() or "en",
        asks_for_columns=True,
    )


def _sample(name: str, file: IO[bytes]) -> list[tuple[int, list[str]]]:
    """The first rows, their texts shortened. Invalid for what is no table, or none of people."""
    rows = []
    for number, cells in read_table(name, file).rows:
        rows.append((number, [kept_cell(cell)[:_SAMPLE_TEXT] for cell in cells[:MAX_COLUMNS]]))
        if len(cells) > MAX_COLUMNS:
            raise Invalid(_("The table has more than %(count)s columns.") % {"count": MAX_COLUMNS})
        if len(rows) == _SAMPLE_ROWS:
            break
    if not rows:
        raise Invalid(_("There are no rows."))
    return rows
