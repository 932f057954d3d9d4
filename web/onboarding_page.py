"""The page "New company": one form for what a new customer needs, and what was made of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Administrator, Context, Reseller, User
from core.access import Role
from core.admin.base import actor_of, administrator_of
from core.admin.forms import LinesField, SizeField, WholeNumberField
from core.admin.widgets import Autocomplete
from core.scoping import Viewer, may
from domains.models import ExplicitDomain
from web.onboarding import Onboarded, StepError, next_context_id, onboard

# More are imported as a file.
_MOST_USERS = 200
_MADE = (Context, ExplicitDomain, Administrator, User)


class OnboardingForm(forms.Form):
    """What a new company needs. Who has one reseller only is not asked for it."""

    reseller = forms.ModelChoiceField(Reseller.objects.none(), label=gettext_lazy("Reseller"), required=False)
    context_id = WholeNumberField(
        label=gettext_lazy("Context id"),
        min_value=1,
        help_text=gettext_lazy("The next free one; it cannot be changed."),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=128,
        help_text=gettext_lazy("Not all digits, and without / : @ and \\."),
        widget=forms.TextInput(attrs={"class": "vTextField", "autofocus": True, "autocomplete": "off"}),
    )
    domain = forms.CharField(
        label=gettext_lazy("Mail domain"),
        max_length=254,
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off", "spellcheck": "false"}),
    )
    login = forms.CharField(
        label=gettext_lazy("Administrator"),
        max_length=128,
        initial="admin",
        help_text=gettext_lazy("Gets a password that is shown once, and must be changed at the first login."),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off", "spellcheck": "false"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Administrator’s mail address"),  # noqa: RUF001 - as it is printed
        required=False,
        max_length=254,
        help_text=gettext_lazy("Where a link for a forgotten password is sent."),
        widget=forms.TextInput(attrs={"class": "vTextField", "autocomplete": "off"}),
    )
    max_user = WholeNumberField(
        label=gettext_lazy("User limit"), required=False, min_value=0, help_text=gettext_lazy("Empty: unlimited.")
    )
    quota = SizeField(label=gettext_lazy("Quota of the company"), help_text=gettext_lazy("Empty: unlimited."))
    users = LinesField(
        label=gettext_lazy("First users"),
        required=False,
        help_text=gettext_lazy("One a line: anna.becker, or anna.becker@example.com. More can be imported later."),
    )
    user_quota = SizeField(label=gettext_lazy("Mail quota of each"), help_text=gettext_lazy("Empty: unlimited."))

    def __init__(self, data: Any, administrator: Viewer) -> None:
        super().__init__(data, initial={"context_id": next_context_id(), "reseller": administrator.reseller_id})
        self.administrator = administrator
        resellers = Reseller.objects.visible_to(administrator)
        if Role(administrator.role) is Role.RESELLER and len(resellers[:2]) == 1:
            del self.fields["reseller"]
            return
        choice: Any = self.fields["reseller"]
        choice.widget = Autocomplete(Context._meta.get_field("reseller"), admin.site)
        choice.queryset = resellers
        choice.required = Role(administrator.role) is not Role.MASTER

    def clean_users(self) -> list[str]:
        """Whole addresses: what has no domain gets the company's."""
        lines: list[str] = self.cleaned_data["users"]
        if len(lines) > _MOST_USERS:
            raise forms.ValidationError(
                _("At most %(count)s at once; import the others as a file."), params={"count": _MOST_USERS}
            )
        domain = self.cleaned_data.get("domain", "")
        return [line if "@" in line else f"{line}@{domain}" for line in lines]

    def values(self) -> dict[str, Any]:
        """What `onboard` takes."""
        return {"reseller": self.administrator.reseller, **self.cleaned_data}


def may_onboard(administrator: Viewer) -> bool:
    """Whether the role makes all that a new company consists of."""
    return all(may(administrator, "add", model) for model in _MADE)


def onboarding_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The form; after it the page of what was made, with the password that is shown this once."""
    administrator = administrator_of(request)
    if not may_onboard(administrator):
        raise PermissionDenied
    form = OnboardingForm(request.POST if request.method == "POST" else None, administrator)
    made: Onboarded | None = None
    if request.method == "POST" and form.is_valid():
        try:
            made = onboard(actor=actor_of(request), **form.values())
        except StepError as refused:
            form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    page = {**site.each_context(request), "title": _("New company"), "form": form, "media": form.media, "made": made}
    if made is not None:
        page |= {"context_url": _url(site, made.context), "title": str(made.context)}
    response = TemplateResponse(request, "admin/onboarded.html" if made else "admin/onboarding.html", page)
    add_never_cache_headers(response)
    return response


def _url(site: AdminSite, context: Context) -> str:
    return reverse("admin:accounts_context_change", args=[context.pk], current_app=site.name)
