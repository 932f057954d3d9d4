"""A new password for another administrator: made by chance and shown once, or chosen by them behind a mailed link."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_variables

from accounts.machine_secrets import first_password
from accounts.models import Administrator
from accounts.services.administrators import check_in_charge, update_administrator
from core.access import WEB_ROLES, Role
from core.admin.base import actor_of, administrator_of
from core.errors import DomainError
from core.scoping import may
from web.password_mail import deliver, link_message
from web.search import page_of


@dataclass(frozen=True, slots=True)
class NewPassword:
    """What was made, and for whom."""

    administrator: Administrator
    text: str


def reset_page(site: AdminSite, request: HttpRequest, key: int) -> HttpResponse:
    """Two buttons, and after the first the password, this once."""
    administrator = _of(request, key)
    made: NewPassword | None = None
    if request.method == "POST":
        try:
            if request.POST.get("way") == "mail":
                return _mailed(request, administrator)
            made = _made(request, administrator)
        except DomainError as refusal:
            messages.error(request, str(refusal))
    page = {
        **site.each_context(request),
        "title": _("New password for %(login)s") % {"login": administrator},
        "opts": Administrator._meta,
        "of": administrator,
        "logs_in_here": _logs_in_here(administrator),
        "page": page_of(administrator),
        "why_not_mailed": _why_not_mailed(administrator),
        "made": made,
    }
    response = TemplateResponse(request, "admin/password_reset.html", page)
    add_never_cache_headers(response)
    return response


def _of(request: HttpRequest, key: int) -> Administrator:
    """The administrator, if it is somebody else and theirs to change. Http404; PermissionDenied."""
    viewer = administrator_of(request)
    if not may(viewer, "change", Administrator):
        raise PermissionDenied
    row: Administrator | None = Administrator.objects.visible_to(viewer).with_owner().filter(pk=key).first()
    if row is None:
        raise Http404
    if row.pk == viewer.pk:
        # One's own is changed where the old one is asked for.
        raise PermissionDenied
    return row


@sensitive_variables()
def _made(request: HttpRequest, administrator: Administrator) -> NewPassword:
    text = first_password()
    changed = update_administrator(
        actor=actor_of(request),
        administrator=administrator,
        password=text,
        must_change_password=_logs_in_here(administrator),
    )
    return NewPassword(changed, text)


def _mailed(request: HttpRequest, administrator: Administrator) -> HttpResponse:
    """Send the link; the old password has to be changed from now on, whether the link is used or not."""
    if _why_not_mailed(administrator):
        raise Http404
    actor = actor_of(request)
    check_in_charge(actor, administrator.role, administrator.reseller, administrator.context)
    why = gettext_lazy("Whoever manages your account asks you to set a new password for the login %(login)s.")
    otherwise = gettext_lazy("Without the link, your present password has to be changed at the next login.")
    if deliver(link_message(request, administrator, why, otherwise), administrator.pk):
        update_administrator(actor=actor, administrator=administrator, must_change_password=True)
        sentence = _("A link to set a new password was mailed to %(address)s. It works once, within an hour.")
        messages.success(request, sentence % {"address": administrator.email})
    else:
        messages.error(request, _("The mail server did not take the mail, so nothing was sent and nothing changed."))
    return HttpResponseRedirect(page_of(administrator))


def _why_not_mailed(administrator: Administrator) -> str:
    """Why no link can be mailed, in a sentence; empty when one can."""
    if not settings.EMAIL_HOST:
        return _("Links cannot be mailed: this installation sends no mail.")
    if not _logs_in_here(administrator):
        return _("Links are for those who log in here.")
    return "" if administrator.email else _("A link can be mailed once the administrator has a mail address.")


def _logs_in_here(administrator: Administrator) -> bool:
    """A tenant credential is a program's: it opens no link, and is never asked to change its password."""
    return Role(administrator.role) in WEB_ROLES
