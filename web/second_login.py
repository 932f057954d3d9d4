"""Logging in to the web admin: the password first, then the second factor of who has one."""

from __future__ import annotations

import time
from typing import Any, Final, cast

from django import forms
from django.contrib.admin import AdminSite
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.login import journal
from accounts.login.lockout import Attempt
from accounts.models import Administrator
from accounts.services.second_factors import note_passkey, take_code
from core.actor import Channel
from core.errors import TooManyAttempts
from web import webauthn
from web.gate import SECOND_FACTOR
from web.login import locked

# In the session between the two steps: who has shown the password, when, and where they wanted to go.
_PENDING: Final = "password_shown"
_SECONDS: Final = 600
_BACKEND: Final = "accounts.login.backends.LoginBackend"
# A code of six digits is easier to guess than a password.
_WEIGHT: Final = 4


class PasswordStep(LoginView):
    """Asks who has a second factor for it, and lets all others in."""

    def form_valid(self, form: Any) -> HttpResponse:
        user = cast(Administrator, form.get_user())
        if not user.has_second_factor:
            return super().form_valid(form)
        self.request.session.cycle_key()
        self.request.session[_PENDING] = {
            "pk": user.pk,
            "hash": user.get_session_auth_hash(),
            "until": time.time() + _SECONDS,
            "next": self.get_success_url(),
        }
        return HttpResponseRedirect(reverse("admin:second_factor_login"))


class SecondFactorForm(forms.Form):
    """A code, or what the browser says of a passkey."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        required=False,
        max_length=40,
        help_text=gettext_lazy("From the authenticator app, or one of your recovery codes."),
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "autofocus": True, "spellcheck": "false"}),
    )
    passkey = forms.CharField(required=False, widget=forms.HiddenInput, max_length=webauthn.MAX_ANSWER)

    def __init__(self, request: HttpRequest, administrator: Administrator, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request, self.administrator, self.shown = request, administrator, ""

    def clean(self) -> dict[str, Any]:
        """Has in `shown` which factor it was. A wrong one counts as a failed login."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        attempt = Attempt.of(self.request, str(self.administrator))
        try:
            attempt.refuse_if_locked(attempt.reload(self.administrator))
        except TooManyAttempts as refusal:
            journal.refused(attempt, self.administrator, Channel.WEB, journal.Outcome.LOCKED)
            raise locked(refusal) from refusal
        self.shown = self._factor(data.get("code") or "", data.get("passkey") or "")
        if not self.shown:
            attempt.failed([self.administrator], weight=_WEIGHT)
            journal.refused(attempt, self.administrator, Channel.WEB, journal.Outcome.SECOND_FACTOR)
            raise ValidationError(_("That is not your second factor."))
        journal.succeeded(attempt, self.administrator, Channel.WEB, self.shown)
        return data

    def _factor(self, code: str, answer: str) -> str:
        if code:
            return take_code(self.administrator, code)
        if not answer:
            return ""
        try:
            passkey, count = webauthn.shown(self.request, self.administrator, answer)
        except webauthn.WrongPasskeyError:
            return ""
        return "passkey" if note_passkey(passkey, count) else ""


def second_factor_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The second step. Who comes without the first is sent there."""
    administrator = _pending(request)
    if administrator is None:
        return HttpResponseRedirect(reverse("admin:login"))
    form = SecondFactorForm(request, administrator, request.POST or None)
    if request.method == "POST" and form.is_valid():
        target = request.session.pop(_PENDING)["next"]
        login(request, administrator, backend=_BACKEND)
        request.session[SECOND_FACTOR] = form.shown
        return HttpResponseRedirect(target)
    page = {
        **site.each_context(request),
        "title": _("Second factor"),
        "form": form,
        "options": webauthn.options_to_log_in(request, administrator) if administrator.passkeys.exists() else "",
    }
    return TemplateResponse(request, "admin/second_factor_login.html", page)


def _pending(request: HttpRequest) -> Administrator | None:
    """Who has shown the password a short while ago, and may still log in with it."""
    pending = request.session.get(_PENDING)
    if not isinstance(pending, dict) or pending["until"] < time.time():
        return None
    rows = Administrator.objects.with_owner().with_protection()
    found: Administrator | None = rows.filter(pk=pending["pk"]).first()
    if found is None or not found.is_staff:
        return None
    return found if constant_time_compare(found.get_session_auth_hash(), pending["hash"]) else None
