"""The pages themselves: routes below the web admin's, for who is logged in there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from accounts.models import Administrator, Reseller
from oxaas.admin import Site, administrator_of
from oxaas.web.account import account_page
from oxaas.web.mail import mail_panel
from oxaas.web.resolve import resolve_page
from oxaas.web.search import search


@dataclass(frozen=True, slots=True)
class Brand:
    """In whose name the web admin appears: its product's name and colour; both may be empty."""

    name: str = ""
    colour: str = ""

    @property
    def text_colour(self) -> str:
        """Black or white, whichever can be read on the colour (WCAG's relative luminance)."""
        channels = [int(self.colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
        linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
        luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        return "#000000" if luminance > 0.179 else "#ffffff"

    @property
    def version(self) -> str:
        """Changes when the colour does, so that the style sheet may be kept by browsers."""
        return hashlib.sha256(self.colour.encode()).hexdigest()[:8]


def brand_for(user: object) -> Brand:
    """The brand of the reseller that this person belongs to; a child without one shows its parent's."""
    if not isinstance(user, Administrator):
        return Brand()
    reseller = user.reseller or (user.context.reseller if user.context else None)
    chain: list[Reseller | None] = [reseller, reseller.parent if reseller else None]
    names = [one.product_name for one in chain if one is not None and one.product_name]
    colours = [one.colour for one in chain if one is not None and one.colour]
    return Brand(next(iter(names), ""), next(iter(colours), ""))


def urls(site: Site) -> list[URLPattern]:
    """The routes, each behind the site's login."""
    return [
        path("resolve", site.admin_view(lambda request: resolve_page(site, request)), name="resolve"),
        path("search", site.admin_view(lambda request: search_page(site, request)), name="search"),
        path("accounts/user/<int:user_id>/mail", site.admin_view(mail_panel), name="user_mail"),
        path("account", site.admin_view(lambda request: account_page(site, request)), name="account"),
        path("brand.css", site.admin_view(brand_css, cacheable=True), name="brand"),
    ]


def search_page(site: Site, request: HttpRequest) -> HttpResponse:
    """Hits for `q`: a page, or with `format=json` what the search box shows while typing."""
    text = request.GET.get("q", "")
    hits = search(administrator_of(request), text)
    if request.GET.get("format") == "json":
        found = [{"kind": str(h.kind), "label": h.label, "detail": h.detail, "url": h.url} for h in hits]
        return JsonResponse({"hits": found})
    page = {**site.each_context(request), "title": _("Search"), "hits": hits, "search_text": text}
    return TemplateResponse(request, "admin/search.html", page)


@cache_control(private=True, max_age=86_400)
def brand_css(request: HttpRequest) -> HttpResponse:
    """The brand's colour as a style sheet of its own: no page carries inline style."""
    brand = brand_for(request.user)
    rule = f":root{{--brand:{brand.colour};--brand-text:{brand.text_colour}}}" if brand.colour else ""
    return HttpResponse(rule, content_type="text/css; charset=utf-8")
