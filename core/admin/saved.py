"""Filters of a list with a name, one's own and those that colleagues share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.views.main import ERROR_FLAG, ORDER_VAR
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from core.admin import registry
from core.admin.keyset import PLACE_VARS
from core.admin.registry import SavedFilter
from core.errors import DomainError


@dataclass(frozen=True, slots=True)
class Filters:
    """For the template: what is offered, what could be saved, and where to send it."""

    url: str
    query: str
    saved: Sequence[SavedFilter]


class SavedFiltersAdmin(admin.ModelAdmin):
    """A list whose filters can be given a name."""

    def get_urls(self) -> list[Any]:
        """Adds where filters are saved and deleted."""
        save = self.admin_site.admin_view(require_POST(self.save_filter_view))
        return [path("filters/", save, name=self._filters_name), *super().get_urls()]

    def filters_of(self, request: HttpRequest) -> Filters | None:
        """What the list offers; nothing in a window that only chooses a row."""
        if IS_POPUP_VAR in request.GET or not self.list_filter:
            return None
        (keeper,) = registry.filter_keepers
        viewer: Any = request.user
        url = reverse(f"admin:{self._filters_name}", current_app=self.admin_site.name)
        return Filters(url, _bare(request.GET), list(keeper.offered(viewer, self.opts.label_lower)))

    def save_filter_view(self, request: HttpRequest) -> HttpResponse:
        """Save the query that the list was seen with, or delete a filter; back to the list."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        query = _bare(QueryDict(request.POST.get("query", "")))
        try:
            self._write(request, query)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
        return HttpResponseRedirect(f"{url}?{query}" if query else url)

    def _write(self, request: HttpRequest, query: str) -> None:
        (keeper,) = registry.filter_keepers
        viewer: Any = request.user
        doomed = request.POST.get("delete", "")
        if doomed:
            keeper.forget(viewer, int(doomed) if doomed.isascii() and doomed.isdecimal() and len(doomed) < 19 else 0)
            self.message_user(request, gettext("The filter is deleted."), messages.SUCCESS)
            return
        name, is_shared = request.POST.get("name", ""), bool(request.POST.get("shared"))
        keeper.keep(viewer, listed=self.opts.label_lower, name=name, query=query, is_shared=is_shared)
        self.message_user(request, gettext("The filter “%(name)s” is saved.") % {"name": name}, messages.SUCCESS)

    @property
    def _filters_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_filters"


def _bare(query: QueryDict) -> str:
    """A list's query without the page and the order, which names columns by their places."""
    bare = query.copy()
    for name in (ORDER_VAR, ERROR_FLAG, *PLACE_VARS):
        bare.pop(name, None)
    return bare.urlencode()
