"""Export in the web admin: what a list shows, whole, as CSV or XLSX."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ERROR_FLAG
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import path, reverse

from core.admin.base import ScopedModelAdmin, administrator_of
from core.admin.files import table_file
from core.tables import TableResource, resource_named


class ExportModelAdmin(ScopedModelAdmin):
    """A model's pages whose list can be exported. `table_name` names the registered table."""

    change_list_template = "admin/transfer_change_list.html"
    table_name: ClassVar[str]

    def resource(self, request: HttpRequest) -> TableResource:
        """The model's table, as this person sees it."""
        return resource_named(self.table_name)(administrator_of(request))

    def get_urls(self) -> list[Any]:
        """Adds the route of the export."""
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        export = self.admin_site.admin_view(self.export)
        return [path("export/<slug:form>", export, name=f"{name}_export"), *super().get_urls()]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Adds the links that export what the list shows."""
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_export"
        query = f"?{request.GET.urlencode()}" if request.GET else ""
        exports = {form.upper(): reverse(name, args=[form]) + query for form in ("csv", "xlsx")}
        return super().changelist_view(request, {"exports": exports, **(extra_context or {})})

    def export(self, request: HttpRequest, form: str) -> HttpResponseBase:
        """What the list shows with its present filters and search, whole."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            changelist = self.get_changelist_instance(request)
        except IncorrectLookupParameters:
            # As the list itself answers a filter that cannot be: with all rows, and the address says so.
            url = reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")
            return HttpResponseRedirect(f"{url}?{ERROR_FLAG}=1")
        return table_file(
            request, self.resource(request).table(changelist.get_queryset(request)), form, self.table_name
        )
