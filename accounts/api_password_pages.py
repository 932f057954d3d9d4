"""The web admin's pages for API passwords: made here, shown once, revoked one by one, never changed."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any, Final, cast

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.login_pages import LastUsedMixin
from accounts.models import Administrator, ApiFamily, ApiPassword, Context
from accounts.services import api_passwords
from core.access import Role
from core.actor import Actor
from core.admin.base import actor_of, administrator_of, role_of
from core.admin.export import ExportModelAdmin
from core.admin.filters import RelatedFilter
from core.admin.forms import LinesField, ServiceForm

_ONE_BUTTON: Final = {"show_save_and_add_another": False, "show_save_and_continue": False}


class ApiPasswordForm(ServiceForm):
    scope_families = forms.MultipleChoiceField(
        label=_("Families"),
        choices=ApiFamily.choices,
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Which operations of the API it opens. A tenant credential has Mail, the others all but Mail."),
    )
    scope_contexts = LinesField(
        label=_("Contexts"),
        required=False,
        rows=3,
        help_text=_("Ids or names, one a line; empty: all that the administrator is in charge of."),
    )
    scope_networks = LinesField(
        label=_("Networks"),
        required=False,
        rows=3,
        help_text=_("Addresses or networks that it may be used from, such as 192.0.2.0/24, one a line; empty: all."),
    )
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"placeholder": "2027-12-31"}, format="%Y-%m-%d"),
        help_text=_("Year, month and day, as in 2027-12-31. It expires when that day is over, in UTC; empty: never."),
    )

    class Meta:
        model = ApiPassword
        fields = ["administrator", "name", "may_write"]
        help_texts = {
            "administrator": _("Whose login it is used with."),
            "name": _("What it is for, such as the machine that uses it."),
            "may_write": _("Without it, it only reads."),
        }

    def clean_last_day(self) -> datetime | None:
        """The end of the day, when it is not over yet."""
        day = self.cleaned_data["last_day"]
        if day is None:
            return None
        if day < timezone.now().date():
            raise ValidationError(_("That day is over."))
        return datetime.combine(day, time.max.replace(microsecond=0), tzinfo=timezone.get_default_timezone())


class ApiPasswordAdmin(LastUsedMixin, ExportModelAdmin):
    table_name = "api-passwords"
    change_kind = "api_password"
    form = ApiPasswordForm
    list_display = ("name", "administrator", "identifier", "families_column", "may_write", *("expires_at", "last_used"))
    list_filter = (("administrator", RelatedFilter),)
    list_select_related = ("administrator__context", "administrator__reseller")
    search_fields = ("name", "identifier", "administrator__login")
    autocomplete_fields = ("administrator",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A context's administrators make their own alone."""
        if obj is not None:
            used = ("created_at", "last_used")
            scope = ("families_column", "may_write", "contexts_column", "networks_column", "expires_at")
            return ["administrator", "name", "identifier", *scope, *used]
        fields = ["administrator", "name", "scope_families", "may_write"]
        fields += ["scope_contexts", "scope_networks", "last_day"]
        return fields[1:] if role_of(request) is Role.CONTEXT else fields

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        fields = super().get_readonly_fields(request, obj)
        return fields if obj is None else (*fields, *self.get_fields(request, obj))

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """For oneself, unless another administrator is chosen; for everything that the role can do."""
        own = administrator_of(request)
        families = api_passwords.families_of(own.role)
        return {"administrator": own.pk, "scope_families": families, **super().get_changeform_initial_data(request)}

    @admin.display(description=_("families"), ordering="families")
    def families_column(self, row: ApiPassword) -> str:
        return ", ".join(row.families.split("\n"))

    @admin.display(description=_("contexts"))
    def contexts_column(self, row: ApiPassword) -> str:
        """With their names, as far as they exist still."""
        names = dict(Context.objects.filter(pk__in=row.contexts.split()).values_list("pk", "name"))
        shown = [f"{number} {names.get(int(number), '')}".strip() for number in row.contexts.split()]
        return ", ".join(shown) or gettext("all")

    @admin.display(description=_("networks"))
    def networks_column(self, row: ApiPassword) -> str:
        return ", ".join(row.networks.split()) or gettext("all")

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """What comes after saving is the page that shows it, whichever button was pressed: so there is one."""
        return super().render_change_form(request, context | _ONE_BUTTON, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Make it, and keep its text for the one answer that shows it."""
        data = dict(form.cleaned_data)
        administrator = cast(Administrator, data.get("administrator") or administrator_of(request))
        saved, obj.text = api_passwords.create_api_password(
            actor=actor_of(request),
            administrator=administrator,
            name=data["name"],
            families=data["scope_families"],
            may_write=data["may_write"],
            contexts=data["scope_contexts"],
            networks=data["scope_networks"],
            expires_at=data["last_day"],
        )
        obj.pk, obj.identifier, obj.administrator = saved.pk, saved.identifier, administrator

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """Show its text, this once: it is kept nowhere, the session included."""
        page: dict[str, Any] = {
            **self.admin_site.each_context(request),
            "title": gettext("The new API password"),
            "opts": self.opts,
            "made": obj,
            "back": reverse("admin:accounts_apipassword_changelist", current_app=self.admin_site.name),
        }
        response = TemplateResponse(request, "admin/accounts/api_password_made.html", page)
        add_never_cache_headers(response)
        return response

    def remove(self, actor: Actor, row: ApiPassword) -> None:
        api_passwords.revoke_api_password(actor=actor, api_password=row)

    def update(self, actor: Actor, row: Any, data: dict[str, Any]) -> Model:
        """Nobody has the permission; make another one instead."""
        raise NotImplementedError


def own_api_passwords(administrator: Administrator) -> Any:
    """Those of one's own account, for its page."""
    return ApiPassword.objects.visible_to(administrator).filter(administrator=administrator)
