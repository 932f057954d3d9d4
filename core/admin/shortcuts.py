"""The star on an object's page, which makes it a favourite, and that the object was opened: ways back to it."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from core.admin import registry
from core.admin.returning import back_of, with_back
from core.database_errors import state_of
from core.errors import Busy, DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True, slots=True)
class Star:
    """For the template: where to send it, and whether the object is a favourite."""

    url: str
    is_favourite: bool


class ShortcutAdmin(admin.ModelAdmin):
    """Pages of objects that the search offers before anything is typed."""

    has_shortcuts: ClassVar[bool] = False

    def get_urls(self) -> list[Any]:
        """Adds where the star is sent."""
        if not self.has_shortcuts:
            return super().get_urls()
        view = self.admin_site.admin_view(require_POST(self.favourite_view))
        return [path("<path:object_id>/favourite/", view, name=self._favourite_name), *super().get_urls()]

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        """Adds the star, and keeps that the page was opened."""
        if self.has_shortcuts and obj is not None and IS_POPUP_VAR not in request.GET:
            (keeper,) = registry.keepers
            viewer: Any = request.user
            url = reverse(f"admin:{self._favourite_name}", args=[obj.pk], current_app=self.admin_site.name)
            context["star"] = Star(url, keeper.is_favourite(viewer, self.opts.label_lower, obj.pk))
            if request.method == "GET":
                with _left_out_where_it_cannot_be_written():
                    keeper.opened(viewer, self.opts.label_lower, obj.pk)
        return super().render_change_form(request, context, add, change, form_url, obj)

    def favourite_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make the object a favourite, or none any longer; back to its page."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        if not self.has_view_or_change_permission(request, row):
            raise PermissionDenied
        (keeper,) = registry.keepers
        viewer: Any = request.user
        wanted = request.POST.get("favourite") == "yes"
        try:
            keeper.favour(viewer, self.opts.label_lower, row.pk, wanted=wanted)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            now, before = gettext("“%(name)s” is a favourite now."), gettext("“%(name)s” is no favourite any more.")
            self.message_user(request, (now if wanted else before) % {"name": row}, messages.SUCCESS)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        url = reverse(name, args=[row.pk], current_app=self.admin_site.name)
        return HttpResponseRedirect(with_back(url, back_of(request)))

    @property
    def _favourite_name(self) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_favourite"


@contextmanager
def _left_out_where_it_cannot_be_written() -> Iterator[None]:
    """A database that takes no writes at the moment still has pages to be looked at."""
    try:
        yield
    except Busy:
        return
    except Error as error:
        if state_of(error) is None:
            raise
