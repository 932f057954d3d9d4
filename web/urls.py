"""The routes of the web admin's own pages, each behind the site's login."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path

from web import forgotten, second_factor
from web.account import account_page
from web.brand import brand_css
from web.columns_page import columns_page
from web.company_sheet import company_sheet
from web.density import density_page
from web.help_pages import help_index, help_page
from web.hints import hints_page
from web.mailbox_panel import mail_panel
from web.onboarding_page import onboarding_page
from web.password_reset import reset_page
from web.people_page import people_page
from web.search_page import search_page
from web.second_login import second_factor_page
from web.trace import resolve_page


def _second_factor(site: AdminSite) -> list[URLPattern]:
    pages: dict[str, tuple[str, Callable[[HttpRequest], HttpResponse]]] = {
        "second_factor": ("", lambda request: second_factor.overview(site, request)),
        "totp": ("/app", lambda request: second_factor.totp_page(site, request)),
        "totp_code": ("/app.svg", second_factor.totp_code),
        "passkey": ("/passkey", lambda request: second_factor.passkey_page(site, request)),
        "recovery_codes": ("/recovery-codes", lambda request: second_factor.recovery_codes_page(site, request)),
    }
    return [
        path(f"account/second-factor{where}", site.admin_view(page), name=name) for name, (where, page) in pages.items()
    ]


def urls(site: AdminSite) -> list[URLPattern]:
    """The routes, each behind the site's login."""
    return [
        path("resolve", site.admin_view(lambda request: resolve_page(site, request)), name="resolve"),
        path("onboarding", site.admin_view(lambda request: onboarding_page(site, request)), name="onboarding"),
        path(
            "accounts/context/<int:key>/sheet",
            site.admin_view(lambda request, key: company_sheet(site, request, key)),
            name="company_sheet",
        ),
        path("people", site.admin_view(lambda request: people_page(site, request)), name="people"),
        path(
            "people/<int:key>",
            site.admin_view(lambda request, key: columns_page(site, request, key)),
            name="people_columns",
        ),
        path("help", site.admin_view(lambda request: help_index(site, request)), name="help"),
        path(
            "help/<slug:name>", site.admin_view(lambda request, name: help_page(site, request, name)), name="help_page"
        ),
        path("search", site.admin_view(lambda request: search_page(site, request)), name="search"),
        path("accounts/user/<int:user_id>/mail", site.admin_view(mail_panel), name="user_mail"),
        path(
            "accounts/administrator/<int:key>/password",
            site.admin_view(lambda request, key: reset_page(site, request, key)),
            name="administrator_password",
        ),
        path("account", site.admin_view(lambda request: account_page(site, request)), name="account"),
        path("account/hints", site.admin_view(hints_page), name="hints"),
        path("account/density", site.admin_view(density_page), name="density"),
        path("login/second-factor", lambda request: second_factor_page(site, request), name="second_factor_login"),
        path("login/forgotten", lambda request: forgotten.forgotten_page(site, request), name="password_forgotten"),
        path(
            "login/forgotten/<str:who>/<str:token>",
            forgotten.link_page,
            name="password_link",
        ),
        path("login/password", lambda request: forgotten.password_page(site, request), name="password_from_link"),
        *_second_factor(site),
        path("brand.css", site.admin_view(brand_css, cacheable=True), name="brand"),
    ]
