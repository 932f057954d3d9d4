"""The page "My account": who one is here, in which language and time zone one reads, and the way to a new password."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, override

from accounts.api_password_pages import own_api_passwords
from accounts.forms import TimeZoneField
from accounts.models import Administrator
from accounts.services.administrators import update_administrator
from core.admin.base import actor_of, administrator_of
from web.login import shows_password


class AccountForm(forms.Form):
    """What everybody may choose for themselves."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("the browser's")), *settings.LANGUAGES],
        required=False,
    )
    time_zone = TimeZoneField()
    email = forms.EmailField(
        label=gettext_lazy("Mail address"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("Where a link for a forgotten password is sent. To change it, type your password too."),
    )
    password = forms.CharField(
        label=gettext_lazy("Your password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, request: HttpRequest, administrator: Administrator, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.administrator = request, administrator

    def clean(self) -> dict[str, Any]:
        """Who gets at an open session must not get at the password by way of the address."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if "email" not in self.data:
            data["email"] = self.administrator.email
        if data.get("email") != self.administrator.email:
            self._check_password(data.get("password") or "")
        return data

    def _check_password(self, password: str) -> None:
        try:
            if not shows_password(self.request, self.administrator, password):
                self.add_error("password", gettext_lazy("That is not your password."))
        except ValidationError as refusal:
            self.add_error("password", refusal)


def account_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """One's own account and nobody else's: whose it is, the session says."""
    administrator = cast(Administrator, administrator_of(request))
    own = {name: getattr(administrator, name) for name in ("language", "time_zone", "email")}
    form = AccountForm(request, administrator, request.POST or None, initial=own)
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        values = {name: form.cleaned_data[name] for name in ("language", "time_zone", "email")}
        update_administrator(actor=actor_of(request), administrator=administrator, **values)
        with override(language) if language else nullcontext():
            messages.success(request, _("Your account was changed."))
        return HttpResponseRedirect(reverse("admin:account"))
    page = {
        **site.each_context(request),
        "title": _("My account"),
        "form": form,
        "me": administrator,
        "api_passwords": own_api_passwords(administrator),
        "now": timezone.now(),
    }
    return TemplateResponse(request, "admin/account.html", page)
