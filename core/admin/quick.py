"""Changing status or quota of one row from its list: the row's own form with these fields alone.

So what the form asks, the version that it was opened at, the service and the line in the change log are the same.
"""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.admin import registry
from core.admin.undoing import undo_button

_FILTERS = "_changelist_filters"


class QuickAdmin(admin.ModelAdmin):
    """A list with a link in each row to change `quick_fields`, for whoever may change the row."""

    quick_fields: ClassVar[tuple[str, ...]] = ()
    change_kind: ClassVar[str]

    def get_urls(self) -> list[Any]:
        """Adds the form's route."""
        view = self.admin_site.admin_view(self.quick_view)
        name = f"{self.opts.app_label}_{self.opts.model_name}_quick"
        quick = [path("<path:object_id>/quick/", view, name=name)] if self.quick_fields else []
        return [*quick, *super().get_urls()]

    def get_list_display(self, request: HttpRequest) -> Any:
        """Adds the link, which no choice of columns takes away."""
        columns = tuple(super().get_list_display(request))
        is_offer = getattr(request, "offers_all", False)
        if not self.quick_fields or is_offer or not self.has_change_permission(request):
            return columns
        return (*columns, self._link_column(request))

    def _offers_quick(self, request: HttpRequest, row: Any) -> bool:
        """Whether the person may change a field of the short form: of their own reseller, say, they may change none."""
        return not set(self.quick_fields).issubset(self.get_readonly_fields(request, row))

    def _link_column(self, request: HttpRequest) -> Any:
        """The column of links, which know the list's filters."""
        query = urlencode({_FILTERS: request.GET.urlencode()}) if request.GET else ""

        @admin.display(description=_("change"))
        def quick_link(row: Any) -> SafeString | str:
            if not self._offers_quick(request, row):
                return ""
            # Which row it is, the row's own heading says.
            label = gettext("Change here")
            url = f"{row.pk}/quick/" + (f"?{query}" if query else "")
            return format_html('<a class="quick" href="{}" aria-label="{}" title="{}">✎</a>', url, label, label)

        return quick_link

    def quick_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """The short form of one row; the way back is to the list as it was."""
        request.is_quick = True  # type: ignore[attr-defined]
        response: HttpResponse = self.changeform_view(request, object_id)
        if isinstance(response, TemplateResponse):
            response.template_name = "admin/quick_form.html"
        return response

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """These fields and no others, in the short form."""
        if not _is_quick(request):
            return super().get_fieldsets(request, obj)
        return [(None, {"fields": list(self.quick_fields)})]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """What the short form does not show, it does not send: none of it is taken for empty."""
        fields = tuple(super().get_readonly_fields(request, obj))
        if not _is_quick(request):
            return fields
        form: Any = self.form
        return (*fields, *(name for name in form.base_fields if name not in self.quick_fields))

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        """From the short form back to the list, with what was done and the way back from that."""
        if not _is_quick(request):
            return super().response_change(request, obj)
        said: Any = messages.get_messages(request)
        if not said.added_new:
            (history,) = registry.histories
            change = history.version_of(self.change_kind, obj.pk)
            words = gettext("“%(name)s” is changed.") % {"name": obj}
            self.message_user(request, format_html("{} {}", words, undo_button(change=change)), messages.SUCCESS)
        return HttpResponseRedirect(self.response_post_save_change(request, obj)["Location"])


def _is_quick(request: HttpRequest) -> bool:
    return bool(getattr(request, "is_quick", False))
