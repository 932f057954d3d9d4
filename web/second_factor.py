"""One's own second factor: an authenticator app, passkeys, recovery codes."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any, Final, cast

import segno
from django import forms
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import machine_secrets, totp
from accounts.models import Administrator, TotpDevice
from accounts.services import second_factors
from core.admin.base import actor_of, administrator_of
from core.errors import DomainError
from web import webauthn
from web.brand import brand_for
from web.gate import SECOND_FACTOR
from web.login import shows_password

_PRODUCT: Final = "oxaas"
# In the session, sealed: the secret of an app that has not shown a code yet.
_SECRET: Final = "new_totp_secret"  # noqa: S105


class CodeForm(forms.Form):
    """What the app shows."""

    code = forms.CharField(
        label=gettext_lazy("Code"),
        max_length=10,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )


class PasskeyForm(forms.Form):
    """A name for the passkey, and what the browser says of it."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=64,
        help_text=gettext_lazy("Such as the key or the device that it is on."),
    )
    passkey = forms.CharField(widget=forms.HiddenInput, required=False, max_length=webauthn.MAX_ANSWER)


class PasswordForm(forms.Form):
    """The password once more: an open session is not enough to weaken the login."""

    what = forms.CharField(max_length=20, required=False)
    password = forms.CharField(strip=False, max_length=1000)

    def __init__(self, request: HttpRequest, administrator: Administrator) -> None:
        super().__init__(request.POST)
        self.request, self.administrator = request, administrator

    def clean_password(self) -> str:
        """The password. A wrong one counts as a failed login."""
        password: str = self.cleaned_data["password"]
        if not shows_password(self.request, self.administrator, password):
            raise ValidationError(_("That is not your password."))
        return password

    def why_not(self) -> str:
        """What is wrong with it, in a sentence."""
        return " ".join(str(one) for one in self.errors.get("password", []))


def overview(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """What is set up; a POST removes one of it."""
    me = _me(request)
    if request.method == "POST":
        return _remove(request, me)
    return _page(
        site,
        request,
        "admin/second_factor.html",
        _("Second factor"),
        app=TotpDevice.objects.filter(administrator=me).first(),
        passkeys=list(me.passkeys.all()),
        codes=me.recovery_codes.count(),
        demanded=me.must_have_second_factor,
    )


def _remove(request: HttpRequest, me: Administrator) -> HttpResponse:
    form = PasswordForm(request, me)
    if not form.is_valid():
        messages.error(request, form.why_not())
    else:
        what, actor = form.cleaned_data["what"], actor_of(request)
        try:
            if what == "totp":
                second_factors.remove_totp(actor=actor, administrator=me)
            else:
                key = int(what) if what.isascii() and what.isdecimal() else 0
                second_factors.remove_passkey(actor=actor, administrator=me, key=key)
            messages.success(request, _("It was removed."))
        except DomainError as refusal:
            messages.error(request, str(refusal))
    return HttpResponseRedirect(reverse("admin:second_factor"))


def totp_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """A new authenticator app: the code to scan, and the app's first answer. Who has one removes that first."""
    me = _me(request)
    if TotpDevice.objects.filter(administrator=me).exists():
        return HttpResponseRedirect(reverse("admin:second_factor"))
    secret = _new_secret(request)
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        code = form.cleaned_data["code"]
        if _try(
            form, lambda: second_factors.set_totp(actor=actor_of(request), administrator=me, secret=secret, code=code)
        ):
            del request.session[_SECRET]
            return _done(request, me, "totp")
    return _page(site, request, "admin/totp.html", _("Authenticator app"), form=form, secret=totp.as_text(secret))


def totp_code(request: HttpRequest) -> HttpResponse:
    """The QR code of the app that is being set up: an image of its own, as nothing is inline here."""
    if _SECRET not in request.session:
        raise Http404
    me, image = _me(request), io.BytesIO()
    issuer = brand_for(request.user).name or _PRODUCT
    code = segno.make(totp.uri(_new_secret(request), login=str(me), issuer=issuer))
    # Its own method, no model's.
    code.save(image, kind="svg", scale=6, border=4)
    response = HttpResponse(image.getvalue(), content_type="image/svg+xml")
    add_never_cache_headers(response)
    return response


def passkey_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """A new passkey."""
    me, form = _me(request), PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            found = webauthn.registered(request, form.cleaned_data["passkey"])
        except webauthn.WrongPasskeyError:
            form.add_error(None, _("The browser gave no passkey that holds here. Try again."))
        else:
            values: dict[str, Any] = {name: getattr(found, name) for name in found.__slots__}
            values |= {"actor": actor_of(request), "administrator": me, "name": form.cleaned_data["name"]}
            if _try(form, lambda: second_factors.add_passkey(**values)):
                return _done(request, me, "passkey")
    options = webauthn.options_to_register(request, me)
    return _page(site, request, "admin/passkey.html", _("Passkey"), form=form, options=options)


def recovery_codes_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """New recovery codes, which this answer shows and nothing keeps; in place of others for the password."""
    me = _me(request)
    if request.method != "POST" or not me.has_second_factor:
        return HttpResponseRedirect(reverse("admin:second_factor"))
    if me.recovery_codes.exists() and not (form := PasswordForm(request, me)).is_valid():
        messages.error(request, form.why_not())
        return HttpResponseRedirect(reverse("admin:second_factor"))
    codes = second_factors.make_recovery_codes(actor=actor_of(request), administrator=me)
    return _page(site, request, "admin/recovery_codes.html", _("Recovery codes"), codes=codes)


def _done(request: HttpRequest, me: Administrator, factor: str) -> HttpResponse:
    """The session goes on: it has shown this very factor just now."""
    request.session[SECOND_FACTOR] = request.session.get(SECOND_FACTOR) or factor
    messages.success(request, _("Your second factor is set up."))
    if not me.recovery_codes.exists():
        messages.warning(request, _("Make recovery codes now, for the day when you lose it."))
    return HttpResponseRedirect(reverse("admin:second_factor"))


def _try(form: forms.Form, write: Callable[[], object]) -> bool:
    """Whether the service did it; its refusal becomes the form's."""
    try:
        write()
    except DomainError as refusal:
        field = getattr(refusal, "field", None)
        form.add_error(field if field in form.fields else None, str(refusal))
        return False
    return True


def _new_secret(request: HttpRequest) -> bytes:
    sealed = request.session.get(_SECRET)
    secret = machine_secrets.unseal(sealed) if isinstance(sealed, str) else None
    if secret is None:
        secret = totp.new_secret()
        request.session[_SECRET] = machine_secrets.seal(secret)
    return secret


def _me(request: HttpRequest) -> Administrator:
    return cast(Administrator, administrator_of(request))


def _page(site: AdminSite, request: HttpRequest, template: str, title: str, **values: Any) -> HttpResponse:
    response = TemplateResponse(request, template, {**site.each_context(request), "title": title, **values})
    add_never_cache_headers(response)
    return response
