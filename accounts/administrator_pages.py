"""The web admin's pages for administrators."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.db.models import BooleanField, ExpressionWrapper, Model, Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from accounts.forms import AdministratorForm
from accounts.login_pages import LastUsedMixin
from accounts.models import Administrator
from accounts.services import administrators, second_factors
from core.actor import Actor
from core.admin.base import administrator_of
from core.admin.export import ExportModelAdmin
from core.admin.filters import RelatedFilter, status_filter

_FORM_ONLY: Final = frozenset({"new_password", "repeated_password", "reset_second_factor"})
_SUSPENDED_WITH: Final = (
    *("reseller__is_active", "reseller__parent__is_active", "context__is_active"),
    *("context__reseller__is_active", "context__reseller__parent__is_active"),
)


class AdministratorAdmin(LastUsedMixin, ExportModelAdmin):
    table_name = "administrators"
    change_kind = "administrator"
    has_shortcuts = True
    form = AdministratorForm
    list_display = ("login", "password_column", "role", "reseller", "context", "status", "last_used")
    list_filter = (
        "role",
        status_filter(*_SUSPENDED_WITH),
        ("reseller", RelatedFilter),
        ("context", RelatedFilter),
    )
    list_select_related = ("reseller__parent", "context__reseller__parent")
    search_fields = ("login", "context__name", "reseller__name")
    autocomplete_fields = ("reseller", "context")
    fixed_fields = ("role", "reseller", "context", "login")
    quick_fields = ("is_active",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """With their contexts: the name of a context's administrator has the context's in it."""
        own = ExpressionWrapper(Q(pk=administrator_of(request).pk), BooleanField())
        return super().get_queryset(request).with_owner().annotate(is_own=own)

    def get_list_display(self, request: HttpRequest) -> Any:
        """Who only looks resets no password."""
        columns = super().get_list_display(request)
        return columns if self.has_change_permission(request) else [one for one in columns if one != "password_column"]

    @admin.display(description=_("password"))
    def password_column(self, row: Any) -> SafeString | str:
        """The way to a new one; one's own is changed where the old one is asked for."""
        if row.is_own:
            return ""
        url = reverse("admin:administrator_password", args=[row.pk])
        hidden = gettext("password of %(login)s") % {"login": row}
        return format_html(
            '<a href="{}">{}<span class="visually-hidden"> ({})</span> …</a>', url, gettext("Reset"), hidden
        )

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        """Adds whether the button for a new password is there."""
        own = obj is not None and obj.pk == administrator_of(request).pk
        context["may_reset"] = obj is not None and not own and self.has_change_permission(request, obj)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """One's own password is changed where the old one is asked for."""
        passwords = ["new_password", "repeated_password"]
        if obj is None:
            return ["role", "reseller", "context", "login", "email", *passwords, "must_change_password", "is_active"]
        owners = [name for name in ("reseller", "context") if getattr(obj, f"{name}_id") is not None]
        more = ["must_change_password", *(["reset_second_factor"] if obj.has_second_factor else [])]
        looking = obj.pk == administrator_of(request).pk or not self.has_change_permission(request, obj)
        return [
            "role",
            *owners,
            "login",
            *([] if looking else ["email", *passwords, *more]),
            "is_active",
            "language",
            "time_zone",
            "last_used",
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """Nobody suspends themselves."""
        fields = super().get_readonly_fields(request, obj)
        fields = (*fields, "last_used")
        return (*fields, "is_active") if obj is not None and obj.pk == administrator_of(request).pk else fields

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody deletes themselves."""
        own = obj is not None and obj.pk == administrator_of(request).pk
        return super().has_delete_permission(request, obj) and not own

    @method_decorator(sensitive_post_parameters())
    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return super().changeform_view(request, *args, **kwargs)

    def create(self, actor: Actor, data: dict[str, Any]) -> Model:
        fields = _model_fields(data)
        return administrators.create_administrator(actor=actor, password=data["new_password"], **fields)

    def update(self, actor: Actor, row: Administrator, data: dict[str, Any]) -> Model:
        fields = _model_fields(data)
        if data.get("reset_second_factor"):
            second_factors.reset_second_factor(actor=actor, administrator=row)
        return administrators.update_administrator(
            actor=actor, administrator=row, password=data.get("new_password") or None, **fields
        )

    def remove(self, actor: Actor, row: Administrator) -> None:
        administrators.delete_administrator(actor=actor, administrator=row)


def _model_fields(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if name not in _FORM_ONLY}
