"""The web admin's site: its pages in sections, the overview, and nothing that asks past `visible_to`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from changelog.models import Change
from core.admin.base import administrator_of
from core.admin.chosen import ROOMY, choices_of, density_of
from web import urls
from web.brand import brand_for
from web.dashboard import dashboard_for
from web.hints import hints_for
from web.login import LoginForm, OwnPasswordForm
from web.second_login import PasswordStep

# The navigation: sections, and the models in them.
_SECTIONS: Final = (
    ("mail", _("Mail"), ("User", "ForwardingAlias", "ExplicitDomain")),
    ("customers", _("Customers"), ("Context", "Reseller", "Label")),
    ("settings", _("Settings"), ("Administrator", "ApiPassword", "Webhook", "ConfigProperty")),
    ("history", _("Activity"), ("Change", "BulkJob", "Delivery", "LoginEvent")),
)


class AutocompleteView(AutocompleteJsonView):
    """Refuses a relation that is followed backwards, for which Django's view fails."""

    def process_request(self, request: HttpRequest) -> Any:
        term, model_admin, source_field, to_field_name = super().process_request(request)
        if not source_field.concrete:
            raise PermissionDenied
        return term, model_admin, source_field, to_field_name


class Site(admin.AdminSite):
    """The web admin. Its log entries are the lines of the change log."""

    site_title = site_header = _("oxaas")
    index_title = _("Overview")
    site_url = None
    login_form = LoginForm

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The routes, without the page that tells for any row of any table whether it exists."""
        kept = [url for url in super().get_urls() if getattr(url, "name", None) != "view_on_site"]
        return [*urls.urls(self), *kept]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Adds in whose name the page appears, and how dense this person wants it."""
        roomy = density_of(choices_of(request)) == ROOMY
        return {**super().each_context(request), "brand": brand_for(request.user), "roomy": roomy}

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> list[Any]:
        """The pages by what people come for; which app of ours a model is in is nobody's concern."""
        apps = super().get_app_list(request, app_label)
        if app_label is not None:
            return apps
        models_by_name = {one["object_name"]: one for app in apps for one in app["models"]}
        home = reverse("admin:index", current_app=self.name)
        found = [
            (name, label, [models_by_name[model] for model in wanted if model in models_by_name])
            for name, label, wanted in _SECTIONS
        ]
        return [
            {"name": label, "app_label": name, "app_url": home, "has_module_perms": True, "models": pages}
            for name, label, pages in found
            if pages
        ]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """The password first; the second factor has a page of its own."""
        if request.method == "GET" and self.has_permission(request):
            return HttpResponseRedirect(reverse("admin:index", current_app=self.name))
        context = {
            **self.each_context(request),
            "title": _("Log in"),
            "may_forget": bool(settings.EMAIL_HOST),
            "app_path": request.get_full_path(),
            "username": request.user.get_username(),
            **(extra_context or {}),
        }
        if REDIRECT_FIELD_NAME not in {*request.GET, *request.POST}:
            context[REDIRECT_FIELD_NAME] = reverse("admin:index", current_app=self.name)
        request.current_app = self.name
        step = PasswordStep.as_view(
            authentication_form=LoginForm, template_name="admin/login.html", extra_context=context
        )
        return never_cache(step)(request)

    def index(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> Any:
        """The dashboard."""
        dashboard, hints = dashboard_for(administrator_of(request)), hints_for(request.user)
        return super().index(request, {**(extra_context or {}), "dashboard": dashboard, "hints": hints})

    def autocomplete_view(self, request: HttpRequest) -> Any:
        """The rows of a search box, for the model's own foreign keys only."""
        return AutocompleteView.as_view(admin_site=self)(request)

    def get_log_entries(self, request: HttpRequest) -> models.QuerySet[Change]:  # type: ignore[override]
        """The changes that this person may see, newest first."""
        return Change.objects.visible_to(request.user)

    def password_change(self, request: HttpRequest, extra_context: Mapping[str, Any] | None = None) -> Any:
        """Somebody's own new password, by way of the service."""
        request.current_app = self.name
        view = PasswordChangeView.as_view(
            form_class=partial(OwnPasswordForm, request),
            success_url=reverse("admin:password_change_done", current_app=self.name),
            template_name="registration/password_change_form.html",
            extra_context={**self.each_context(request), **(extra_context or {})},
        )
        return view(request)
