"""The page "Where does this address go?"."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from forwards.resolve import resolve
from oxaas.admin import administrator_of
from oxaas.errors import Invalid

if TYPE_CHECKING:
    from oxaas.admin import Site


def resolve_page(site: Site, request: HttpRequest) -> HttpResponse:
    """The form, and below it the way of mail to `address`, within what the asker may see."""
    text = request.GET.get("address", "").strip()
    page = {**site.each_context(request), "title": _("Where does this address go?"), "address": text}
    if text:
        try:
            page["way"] = resolve(administrator_of(request), text)
        except Invalid as error:
            page["refusal"] = str(error)
    return TemplateResponse(request, "admin/resolve.html", page)
