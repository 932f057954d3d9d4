"""The routes of the web admin's own pages, each behind the site's login."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from web.account import account_page
from web.brand import brand_css
from web.mailbox_panel import mail_panel
from web.search_page import search_page
from web.trace import resolve_page


def urls(site: AdminSite) -> list[URLPattern]:
    """The routes, each behind the site's login."""
    return [
        path("resolve", site.admin_view(lambda request: resolve_page(site, request)), name="resolve"),
        path("search", site.admin_view(lambda request: search_page(site, request)), name="search"),
        path("accounts/user/<int:user_id>/mail", site.admin_view(mail_panel), name="user_mail"),
        path("account", site.admin_view(lambda request: account_page(site, request)), name="account"),
        path("brand.css", site.admin_view(brand_css, cacheable=True), name="brand"),
    ]
