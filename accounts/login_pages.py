"""The web admin's pages for the log of logins, and how it says when and from where something was last used."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import LoginEvent
from core.admin.export import ExportModelAdmin
from core.admin.filters import NumberFilter


class AdministratorFilter(NumberFilter):
    """By the administrator's number, also of one who does not exist any more."""

    title = _("administrator")
    parameter_name = "administrator_id"


class LoginEventAdmin(ExportModelAdmin):
    """The log of logins. It is read, and nothing else."""

    table_name = "logins"
    change_kind = "login_event"
    actions = None
    list_display = ("at", "name_column", "outcome", "channel", "credential", "second_factor", "address")
    list_filter = ("outcome", "channel", ("at", admin.DateFieldListFilter), AdministratorFilter)
    search_fields = ("name", "address", "credential")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of it, in the order of the list."""
        return [*self.list_display, "administrator_id", "context_id"]

    @admin.display(description=_("name"), ordering="name")
    def name_column(self, row: LoginEvent) -> str:
        """What was typed, where somebody has that name."""
        return row.shown_name


class LastUsedMixin:
    """A column that says when and from where something was last used to log in."""

    @admin.display(description=_("last used"), ordering="last_used_at")
    def last_used(self, row: Any) -> SafeString | str:
        """At the web admin or the API."""
        if row.last_used_at is None:
            return gettext("never")
        at = date_format(timezone.localtime(row.last_used_at), "SHORT_DATETIME_FORMAT")
        return format_html("{} · {}", at, row.last_used_from)
