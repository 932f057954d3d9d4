"""The user's page: live figures of the mailbox, asked from the store when the page is open.

Subjects are for those who may see them, unless the reseller hides them, and are shown only on request: reading them is
written to the change log.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import User
from changelog.record import record_reading
from core.access import may_read_subjects
from core.admin.base import actor_of, administrator_of
from core.errors import StoreUnavailable
from core.scoping import Viewer
from mailstats.services import MailFigures, open_figures
from web import usage


@dataclass(frozen=True, slots=True)
class MailPanel:
    """What the panel shows: figures, or the sentence that says why there are none."""

    user: User
    may_read: bool
    error: str = ""
    unread: int = 0
    new: int = 0
    quota: int | None = None
    used: int = 0
    messages: int = 0
    mails: list[dict[str, Any]] | None = None

    @property
    def percent(self) -> float:
        """How full the mailbox is, from 0 to 100."""
        return usage.percent(self.used, self.quota)

    @property
    def is_near(self) -> bool:
        """Nine tenths or more of the quota are used."""
        return usage.is_near(self.used, self.quota)

    @property
    def words(self) -> str:
        """What a person should know of it."""
        return usage.in_words(self.used, self.quota)


@never_cache
@require_http_methods(["GET", "POST"])
def mail_panel(request: HttpRequest, user_id: int) -> HttpResponse:
    """The panel as a piece of HTML; POST asks for the recent mails' subjects as well."""
    administrator = administrator_of(request)
    users = User.objects.visible_to(administrator).select_related("context__reseller__parent")
    user = users.filter(pk=user_id).first()
    if user is None or not administrator.has_perm("accounts.view_user"):
        raise Http404
    wanted = request.method == "POST" and _may_read(administrator, user)
    panel = _panel(administrator, user, with_mails=wanted)
    if wanted and not panel.error:
        label = f"{user.number} {user.uidname}"
        record_reading(actor_of(request), kind="mail", key=user.pk, label=label, owners=user.owners)
    return render(request, "admin/accounts/user/mail_panel.html", {"panel": panel})


def _panel(administrator: Viewer, user: User, *, with_mails: bool) -> MailPanel:
    may_read = _may_read(administrator, user)
    try:
        with open_figures(user) as figures:
            usage = figures.mailbox.usage()
            return MailPanel(
                user=user,
                may_read=may_read,
                unread=figures.unread()["newmessages"],
                new=figures.newmessages()["newmessages"],
                quota=user.quota,
                used=usage.bytes,
                messages=usage.messages,
                mails=_mails(figures) if with_mails else None,
            )
    except StoreUnavailable as error:
        return MailPanel(user=user, may_read=may_read, error=str(error))


def _mails(figures: MailFigures) -> list[dict[str, Any]]:
    return [
        {**mail, "received": datetime.fromtimestamp(mail["received_date"] / 1000, UTC)}
        for mail in figures.recentmails()
    ]


def _may_read(administrator: Viewer, user: User) -> bool:
    reseller = user.context.reseller
    hidden = reseller is not None and (
        reseller.hide_subjects or (reseller.parent is not None and reseller.parent.hide_subjects)
    )
    return may_read_subjects(administrator.role) and not hidden
