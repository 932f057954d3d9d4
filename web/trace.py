"""The page "Trace an address"."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from core.admin.base import administrator_of
from core.errors import Invalid
from forwards.resolve import resolve


def resolve_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """The form, and below it the way of mail to `address`, within what the viewer may see."""
    text = request.GET.get("address", "").strip()
    page = {**site.each_context(request), "title": _("Trace an address"), "address": text}
    if text:
        try:
            page["way"] = resolve(administrator_of(request), text)
        except Invalid as error:
            page["refusal"] = str(error)
    return TemplateResponse(request, "admin/resolve.html", page)
