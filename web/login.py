"""Logging in to the web admin, and one's own password."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.admin.forms import AdminAuthenticationForm, AdminPasswordChangeForm
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.login import journal
from accounts.login.lockout import Attempt
from accounts.models import Administrator
from accounts.services.administrators import update_administrator
from core.actor import Actor, Channel
from core.errors import Busy, TooManyAttempts

# A login, an @ and a context's name.
MAX_LOGIN: Final = 254 + 1 + 128


class LoginForm(AdminAuthenticationForm):
    """Unknown, wrong, suspended and tenant credentials are refused with the same sentence."""

    error_messages = {
        **AdminAuthenticationForm.error_messages,
        "invalid_login": _("The login or the password is wrong."),
    }

    def __init__(self, request: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        login = self.fields["username"]
        login.widget.attrs["maxlength"] = MAX_LOGIN
        login.help_text = _("As administrator of a context: login@context name, such as admin@acme.")
        login.widget.attrs["aria-describedby"] = "id_username_help"

    def clean(self) -> dict[str, Any]:
        try:
            return super().clean()
        except TooManyAttempts as refusal:
            raise locked(refusal) from refusal
        except Busy as refusal:
            raise ValidationError(str(refusal), code="busy") from refusal


class OwnPasswordForm(AdminPasswordChangeForm):
    """Asks for the old password; the service sets the new one and writes the change log."""

    def __init__(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.request = request
        for name in ("new_password1", "new_password2"):
            self.fields[name].widget.attrs["data-new-password"] = ""

    def clean_old_password(self) -> str:
        old_password: str = self.cleaned_data["old_password"]
        if not shows_password(self.request, self.user, old_password):
            raise ValidationError(self.error_messages["password_incorrect"], code="password_incorrect")
        return old_password

    def save(self, commit: bool = True) -> Any:
        actor = Actor(self.user, Channel.WEB, credential=str(self.user.credential))
        update_administrator(actor=actor, administrator=self.user, password=self.cleaned_data["new_password1"])
        # The session stays valid: it is renewed with the new hash.
        self.user.refresh_from_db(fields=["password"])
        return self.user


def shows_password(request: HttpRequest, administrator: Administrator, password: str) -> bool:
    """Whether it is the password of who is logged in here. ValidationError while that may not be tried.

    A wrong one counts as a failed login: whoever sits at an open session is not to guess it.
    """
    attempt = Attempt.of(request, str(administrator))
    try:
        attempt.refuse_if_locked(attempt.reload(administrator))
    except TooManyAttempts as refusal:
        raise locked(refusal) from refusal
    if administrator.check_password(password):
        return True
    attempt.failed([administrator])
    journal.refused(attempt, administrator, Channel.WEB, journal.Outcome.WRONG)
    return False


def locked(refusal: TooManyAttempts) -> ValidationError:
    sentence = ngettext(
        "Too many failed logins. Try again in %(seconds)s second.",
        "Too many failed logins. Try again in %(seconds)s seconds.",
        refusal.retry_after,
    )
    return ValidationError(sentence, code="locked", params={"seconds": refusal.retry_after})
