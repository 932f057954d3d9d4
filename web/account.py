"""The page "My account": who one is here, in which language and time zone one reads, and the way to a new password."""

from __future__ import annotations

from contextlib import nullcontext
from typing import cast

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
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


class AccountForm(forms.Form):
    """What everybody may choose for themselves."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=[("", gettext_lazy("the browser's")), *settings.LANGUAGES],
        required=False,
    )
    time_zone = TimeZoneField()


def account_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """One's own account and nobody else's: whose it is, the session says."""
    administrator = cast(Administrator, administrator_of(request))
    form = AccountForm(
        request.POST or None, initial={"language": administrator.language, "time_zone": administrator.time_zone}
    )
    if request.method == "POST" and form.is_valid():
        language = form.cleaned_data["language"]
        zone = form.cleaned_data["time_zone"]
        update_administrator(actor=actor_of(request), administrator=administrator, language=language, time_zone=zone)
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
