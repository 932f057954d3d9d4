"""What somebody must do first who is logged in: a new password, a second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Administrator, Credential

# In the session: which second factor was shown at the login.
SECOND_FACTOR: Final = "second_factor"
_FORGOTTEN: Final = frozenset({"password_forgotten", "password_link", "password_from_link"})
_ALWAYS: Final = _FORGOTTEN | {"login", "second_factor_login", "logout", "brand", "jsi18n"}
_PASSWORD: Final = _ALWAYS | {"password_change", "password_change_done"}
_SET_UP: Final = _PASSWORD | {"second_factor", "totp", "totp_code", "passkey", "recovery_codes"}

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class GateMiddleware:
    """Sends who is logged in to what they must do first, from every page of the web admin but those for it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseRedirect | None:
        """None where there is nothing to do first."""
        match = request.resolver_match
        if match is None or match.namespace != "admin" or not isinstance(request.user, Administrator):
            return None
        user, page = request.user, match.url_name or ""
        shown = request.session.get(SECOND_FACTOR, "")
        if user.has_second_factor and not shown:
            # A session of before it was set up.
            logout(request)
            return None if page in _ALWAYS else HttpResponseRedirect(reverse("admin:login"))
        if shown:
            user.credential = Credential(name=f"password and {shown}")
        if user.must_change_password and page not in _PASSWORD:
            messages.warning(request, _("Choose a new password first."))
            return HttpResponseRedirect(reverse("admin:password_change"))
        if user.must_have_second_factor and not user.has_second_factor and page not in _SET_UP:
            messages.warning(request, _("Set up a second factor first."))
            return HttpResponseRedirect(reverse("admin:second_factor"))
        return None
