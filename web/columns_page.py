"""The page that shows the columns of somebody's own spreadsheet, with a guess of what each is; and how to read it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.admin import AdminSite
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.imports.columns import TARGETS, Guess, column_names, doubled, guess, letter_of
from accounts.imports.naming import PATTERNS
from accounts.imports.people import Mapping, first_free_id
from accounts.models import Context
from bulk import jobs
from bulk.bad_lines import wrong_heads
from bulk.models import BulkJob
from core.admin.base import administrator_of
from core.admin.forms import SizeField
from core.errors import DomainError
from core.scoping import Viewer
from domains.models import ExplicitDomain
from web.people_page import EDIT

_SHOWN = 3
# As many earlier files are looked through for one with the same columns.
_EARLIER = 20
_CODE = re.compile(r"\+[1-9][0-9]{0,3}")


class ColumnsForm(forms.Form):
    """What each column is, and how their cells are read."""

    has_heads = forms.BooleanField(required=False)
    domain = forms.ChoiceField(
        label=gettext_lazy("Mail domain"),
        required=False,
        help_text=gettext_lazy("Of addresses that are made of names, and of those that are written without one."),
    )
    pattern = forms.ChoiceField(
        label=gettext_lazy("Addresses made of names"),
        choices=[(name, f"{example}@…") for name, example in PATTERNS.items()],
        help_text=gettext_lazy(
            "Where a line has none. An umlaut becomes two letters; one that is taken gets a number."
        ),
    )
    unit = forms.ChoiceField(
        label=gettext_lazy("Quotas without a unit are"),
        choices=[("MB", "MB"), ("GB", "GB"), ("TB", "TB"), ("bytes", gettext_lazy("bytes"))],
    )
    quota = SizeField(
        label=gettext_lazy("Mail quota where a line has none"), help_text=gettext_lazy("Empty: unlimited.")
    )
    calling_code = forms.RegexField(
        _CODE,
        label=gettext_lazy("Country code"),
        required=False,
        help_text=gettext_lazy("Of phone numbers that begin with 0, such as +49."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "tel"}),
        error_messages={"invalid": gettext_lazy("A plus sign and one to four digits, such as +49.")},
    )

    def __init__(self, guessed: Guess, names: list[str], domains: list[str], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.count = len(names)
        domain: Any = self.fields["domain"]
        domain.choices = [*((name, name) for name in domains), ("", _("make no addresses"))]
        heads: Any = self.fields["has_heads"]
        heads.label = _("Line %(number)s names the columns.") % {"number": guessed.head_row or 1}
        for place, name in enumerate(names):
            self.fields[f"column_{place}"] = forms.ChoiceField(
                choices=list(TARGETS.items()), required=False, label=name, initial=guessed.targets[place]
            )

    @property
    def columns(self) -> list[BoundField]:
        """What each column is."""
        return [self[f"column_{place}"] for place in range(self.count)]

    @property
    def options(self) -> list[BoundField]:
        """How the cells are read."""
        return [self[name] for name in ("domain", "pattern", "quota", "unit", "calling_code")]

    @property
    def targets(self) -> list[str]:
        """The choices."""
        return [self.cleaned_data[f"column_{place}"] for place in range(self.count)]

    def clean(self) -> dict[str, Any]:
        """There must be something of which an address comes, and only what can be of several columns is of several."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return data
        for target in doubled(self.targets):
            raise forms.ValidationError(
                _("Two columns are “%(target)s”: one alone can be that."), params={"target": TARGETS[target]}
            )
        if not {"address", "first", "last", "name"} & set(self.targets):
            raise forms.ValidationError(_("Say which column has the mail address, or a name of which to make one."))
        return data


@dataclass(frozen=True, slots=True)
class Column:
    """A column for the page: its letter, its name, some of its cells, and the question."""

    letter: str
    name: str
    cells: list[str]
    field: BoundField


def columns_page(site: AdminSite, request: HttpRequest, key: int) -> HttpResponse:
    """The form; the preview comes next."""
    administrator = administrator_of(request)
    job = BulkJob.objects.filter(pk=key, administrator=administrator.pk, edit=EDIT).first()
    if job is None or "sample" not in job.params:
        raise Http404
    if not job.is_undecided:
        return HttpResponseRedirect(_job_url(site, job))
    company = Context.objects.visible_to(administrator).filter(pk=job.params["people"]["context"]).first()
    if company is None:
        raise Http404
    guessed = guess([(number, cells) for number, cells in job.params["sample"]], wrong_heads())
    form = _form(request, job, guessed, company)
    if request.method == "POST" and form.is_valid():
        try:
            return HttpResponseRedirect(_read(site, administrator, job, _mapping(form, guessed, company)))
        except DomainError as refusal:
            form.add_error(None, str(refusal))
    page = {
        **site.each_context(request),
        "title": _("What the columns are"),
        "form": form,
        "company": company,
        "job": job,
        "columns": _columns(form, guessed, job),
        "known": sum(bool(target) for target in guessed.targets),
    }
    return TemplateResponse(request, "admin/people_columns.html", page)


def _form(request: HttpRequest, job: BulkJob, guessed: Guess, company: Context) -> ColumnsForm:
    """The form as it is filled in, as it was before, or as it was for another file with the same columns."""
    domains = [one.name for one in ExplicitDomain.objects.filter(context=company).order_by("pk")]
    data = request.POST if request.method == "POST" else None
    before = Mapping.of(job.params) or _earlier(job, guessed)
    initial: dict[str, Any] = {
        "has_heads": bool(guessed.head_row),
        "domain": domains[0] if domains else "",
        "pattern": next(iter(PATTERNS)),
        "unit": guessed.unit,
        "calling_code": "+49" if get_language() == "de" else "",
    }
    if before is not None:
        initial |= {name: getattr(before, name) for name in ("domain", "pattern", "unit", "calling_code")}
        initial |= {"quota": int(before.quota) if before.quota else None}
        initial |= {f"column_{place}": target for place, target in enumerate(_again(before, guessed))}
    return ColumnsForm(guessed, column_names(guessed.heads), domains, data, initial=initial)


def _earlier(job: BulkJob, guessed: Guess) -> Mapping | None:
    """How the last file with the same columns, of the same person, was read."""
    jobs_before = BulkJob.objects.filter(administrator=job.administrator_id, edit=EDIT, pk__lt=job.pk)
    wrong, heads = wrong_heads(), set(guessed.heads)
    for people in jobs_before.order_by("-pk").values_list("params__people", flat=True)[:_EARLIER]:
        found = Mapping.of({"people": people or {}})
        if (
            found
            and any(found.heads)
            and {one for one in heads if one.lower() not in wrong} == set(found.heads) - wrong
        ):
            return found
    return None


def _again(before: Mapping, guessed: Guess) -> list[str]:
    """What was chosen, by the columns' names; where they have none, by their places."""
    chosen = dict(zip(before.heads, before.columns, strict=True))
    return [
        chosen.get(head, target) if head else target
        for head, target in zip(guessed.heads, guessed.targets, strict=True)
    ]


def _columns(form: ColumnsForm, guessed: Guess, job: BulkJob) -> list[Column]:
    rows = [cells for number, cells in job.params["sample"] if number > guessed.head_row]

    def filled(place: int) -> list[str]:
        return [cells[place] for cells in rows if len(cells) > place and cells[place]][:_SHOWN]

    return [
        Column(letter_of(place), guessed.heads[place], filled(place), field) for place, field in enumerate(form.columns)
    ]


def _mapping(form: ColumnsForm, guessed: Guess, company: Context) -> Mapping:
    data = form.cleaned_data
    return Mapping(
        context=company.pk,
        heads=column_names(guessed.heads),
        columns=form.targets,
        head_row=(guessed.head_row or 1) if data["has_heads"] else 0,
        domain=data["domain"],
        pattern=data["pattern"],
        unit=data["unit"],
        quota="" if data["quota"] is None else str(data["quota"]),
        calling_code=data["calling_code"],
        first_id=first_free_id(company),
    )


def _read(site: AdminSite, administrator: Viewer, job: BulkJob, mapping: Mapping) -> str:
    """Have the file read; the address of what comes next. DomainError."""
    job = jobs.finish_in_request(jobs.read_by(administrator=administrator, job=job, params=mapping.params()))
    return _job_url(site, job)


def _job_url(site: AdminSite, job: BulkJob) -> str:
    return reverse("admin:bulk_bulkjob_change", args=[job.pk], current_app=site.name)
