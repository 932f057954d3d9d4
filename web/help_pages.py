"""The handbook's pages in the web admin: the list of all, with a search, and each."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from web.handbook import SECTIONS, find, page_of

_MOST_CHARACTERS = 254


def help_index(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """All pages by sections, or those with the words of `q`."""
    text = request.GET.get("q", "")[:_MOST_CHARACTERS]
    page = {
        **site.each_context(request),
        "title": _("Handbook"),
        "text": text,
        "finds": find(text),
        "sections": [(label, [page_of(name) for name in names]) for label, names in SECTIONS],
    }
    return TemplateResponse(request, "admin/help_index.html", page)


def help_page(site: AdminSite, request: HttpRequest, name: str) -> HttpResponse:
    """One page."""
    try:
        shown = page_of(name)
    except KeyError:
        raise Http404 from None
    page = {
        **site.each_context(request),
        "title": shown.title,
        "shown": shown,
        "neighbours": next([page_of(one) for one in names] for _label, names in SECTIONS if name in names),
    }
    return TemplateResponse(request, "admin/help_page.html", page)
