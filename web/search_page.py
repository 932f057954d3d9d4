"""The page of the search, and what its box shows while one types."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from core.admin.base import administrator_of
from web.search import search


def search_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Hits for `q`: a page, or with `format=json` what the search box shows while typing."""
    text = request.GET.get("q", "")
    hits = search(administrator_of(request), text)
    if request.GET.get("format") == "json":
        found = [{"kind": str(h.kind), "label": h.label, "detail": h.detail, "url": h.url} for h in hits]
        return JsonResponse({"hits": found})
    page = {**site.each_context(request), "title": _("Search"), "hits": hits, "search_text": text}
    return TemplateResponse(request, "admin/search.html", page)
