"""A forgotten password: a link by mail that works once. The answers tell nothing of who there is."""

from __future__ import annotations

import threading
from typing import Any, Final

from django import forms
from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.tokens import default_token_generator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.login.addresses import client_address, site_of
from accounts.login.backends import LoginBackend
from accounts.login.sightings import is_news
from accounts.models import Administrator, Credential
from accounts.services.administrators import update_administrator
from core.actor import Actor, Channel
from core.errors import DomainError
from core.numbers import whole_number
from web.login import MAX_LOGIN
from web.password_mail import deliver, link_message

_BY_MAIL: Final = Credential(name="link by mail")
# In the session, so that the link itself is in no address bar, history or Referer any more.
_LINK: Final = "password_link"


class ForgottenForm(forms.Form):
    """Whose password."""

    login = forms.CharField(
        label=gettext_lazy("Login"),
        max_length=MAX_LOGIN,
        help_text=gettext_lazy("As administrator of a context: login@context name, such as admin@acme."),
        widget=forms.TextInput(attrs={"autocomplete": "username", "autofocus": True}),
    )


def forgotten_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Asks for the login, and says the same of every one."""
    if not settings.EMAIL_HOST:
        raise Http404
    form = ForgottenForm(request.POST or None)
    sent = request.method == "POST" and form.is_valid()
    if sent:
        _send(request, form.cleaned_data["login"])
    page = {**site.each_context(request), "title": _("Forgotten password"), "form": form, "sent": sent}
    return TemplateResponse(request, "admin/password_forgotten.html", page)


def link_page(request: HttpRequest, who: str, token: str) -> HttpResponse:
    """Where the link in the mail leads: it goes into the session, and on to the form."""
    request.session[_LINK] = [who, token]
    response = HttpResponseRedirect(reverse("admin:password_from_link"))
    add_never_cache_headers(response)
    return response


def password_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The new password, as long as the link holds: one hour, once, and not after another login."""
    administrator = _of_link(request)
    form = None
    if administrator is not None:
        form = _new_form(administrator, request.POST or None)
        if request.method == "POST" and form.is_valid() and _set(form, administrator):
            del request.session[_LINK]
            return HttpResponseRedirect(reverse("admin:login"))
    page = {**site.each_context(request), "title": _("New password"), "form": form}
    response = TemplateResponse(request, "admin/password_from_link.html", page)
    add_never_cache_headers(response)
    return response


def _new_form(administrator: Administrator, data: Any) -> SetPasswordForm:
    form = SetPasswordForm(administrator, data)
    for name in ("new_password1", "new_password2"):
        form.fields[name].widget.attrs["data-new-password"] = ""
    return form


def _set(form: SetPasswordForm, administrator: Administrator) -> bool:
    actor = Actor(administrator, Channel.WEB, credential=str(_BY_MAIL))
    try:
        update_administrator(actor=actor, administrator=administrator, password=form.cleaned_data["new_password1"])
    except DomainError as refusal:
        form.add_error("new_password1", str(refusal))
        return False
    return True


def _of_link(request: HttpRequest) -> Administrator | None:
    who, token = request.session.get(_LINK) or ("", "")
    try:
        key = whole_number(urlsafe_base64_decode(who).decode())
    except ValueError:
        return None
    administrator = LoginBackend().get_user(key or 0)
    if administrator is None or not default_token_generator.check_token(administrator, token):
        return None
    return administrator


def _send(request: HttpRequest, login: str) -> None:
    """Mail the link to who has the login and an address. Not in this thread: the time would tell who that is."""
    administrator = LoginBackend.named(login)
    site = site_of(client_address(request))
    if not is_news("asked for a link", site, login) or administrator is None or not administrator.email:
        return
    if not is_news("was sent a link", administrator.pk):
        return
    asked = gettext_lazy("Somebody, probably you, asked for a new password for the login %(login)s.")
    otherwise = gettext_lazy("If it was not you, nothing need be done: without the link nothing changes.")
    message = link_message(request, administrator, asked, otherwise)
    threading.Thread(target=deliver, args=(message, administrator.pk), daemon=True).start()
