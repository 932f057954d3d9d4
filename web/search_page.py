"""The page of the search, and what its box shows while one types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, cast
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.contrib.admin.utils import model_ngettext
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Context, Reseller, User
from core.admin.base import ScopedModelAdmin, administrator_of
from core.counts import Count
from core.scoping import may
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from web.search import Hit, search
from web.shortcuts import shortcuts_of

_LISTS: Final[list[type[Model]]] = [Context, User, ForwardingAlias, ExplicitDomain, Reseller]


@dataclass(frozen=True, slots=True)
class Total:
    """How many of one kind there are, and the list of them all."""

    model: type[Model]
    count: Count
    text: str

    @property
    def words(self) -> str:
        """Such as “84 users”."""
        return f"{self.count} {model_ngettext(self.model._meta, self.count.number)}"

    @property
    def url(self) -> str:
        """The whole list, found by the same words."""
        name = f"admin:{self.model._meta.app_label}_{self.model._meta.model_name}_changelist"
        return f"{reverse(name)}?{urlencode({'q': self.text})}"


@dataclass(frozen=True, slots=True)
class Group:
    """The hits of one list: a user is found by phone number too, an alias by its recipients."""

    model: type[Model]
    total: Total | None
    hits: list[Hit]

    @property
    def title(self) -> str:
        """The kind, in the plural."""
        return str(self.model._meta.verbose_name_plural)


def search_page(site: AdminSite, request: HttpRequest) -> HttpResponse:
    """Hits for `q`: a page, or with `format=json` what the search box shows while typing.

    Without any text it is favourites and what was opened last.
    """
    text = request.GET.get("q", "")
    shortcuts = None if text.strip() else shortcuts_of(administrator_of(request))
    hits = search(administrator_of(request), text)
    if request.GET.get("format") == "json":
        return JsonResponse({"hits": [_of_box(hit) for hit in (shortcuts.of_box() if shortcuts else hits)]})
    page = {
        **site.each_context(request),
        "title": _("Search"),
        "groups": _groups(hits, _totals(site, request, text.strip())),
        "shortcuts": shortcuts,
        "search_text": text,
    }
    return TemplateResponse(request, "admin/search.html", page)


def _of_box(hit: Hit) -> dict[str, Any]:
    """A hit for the search box, which marks what was found itself."""
    plain = {"kind": str(hit.kind), "label": hit.label, "detail": hit.detail, "url": hit.url}
    return plain | {"found": list(hit.found), "leads": hit.leads}


def _groups(hits: list[Hit], totals: list[Total]) -> list[Group]:
    """The hits by the list that has them, each with its total: a list may find more, by other columns."""
    by_model = {total.model: total for total in totals}
    models = dict.fromkeys([*(hit.model for hit in hits), *by_model])
    ordered = sorted(models, key=lambda model: _LISTS.index(model) if model in _LISTS else len(_LISTS))
    return [Group(model, by_model.get(model), [hit for hit in hits if hit.model is model]) for model in ordered]


def _totals(site: AdminSite, request: HttpRequest, text: str) -> list[Total]:
    """How many each list finds by the same words, as the list itself counts them; those that find none are left out."""
    if not text:
        return []
    counts = [(model, _count(site, request, model, text)) for model in _LISTS if _may_list(request, model)]
    return [Total(model, count, text) for model, count in counts if count.number]


def _may_list(request: HttpRequest, model: type[Model]) -> bool:
    return may(administrator_of(request), "view", model)


def _count(site: AdminSite, request: HttpRequest, model: type[Model], text: str) -> Count:
    pages = cast(ScopedModelAdmin, site.get_model_admin(model))
    return pages.search(pages.get_queryset(request), text).count()
