"""What the pages of resellers and contexts say of a suspension: how much it takes out of service, and the way back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts import contents
from accounts.models import Context, Reseller
from core.admin import registry
from core.admin.base import ScopedModelAdmin, actor_of
from core.admin.undoing import undo_button
from core.errors import DomainError


class SuspensionAdmin(ScopedModelAdmin):
    """Pages of what has mailboxes below it: resellers and contexts."""

    def get_urls(self) -> list[Any]:
        """Adds the route of the button “Resume”."""
        view = self.admin_site.admin_view(require_POST(self.resume_view))
        return [path("<int:pk>/resume/", view, name=f"{self.opts.model_name}_resume"), *super().get_urls()]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Says before all else what a suspension has taken out of service, or what is back."""
        super().save_model(request, obj, form, change)
        if change and "is_active" in form.changed_data:
            sentence = self._sentence(obj, is_active=form.cleaned_data["is_active"])
            alone = form.changed_data == ["is_active"]
            self.say(request, format_html("{} {}", sentence, self._undo(obj) if alone else self.said(request)))

    def resume_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put the row back into service, and show it again."""
        row = self.get_queryset(request).filter(pk=pk).first()
        if row is None:
            raise Http404
        if not self._may_resume(request, row):
            raise PermissionDenied
        try:
            self.update(actor_of(request), row, {"is_active": True})
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            sentence = self._sentence(row, is_active=True)
            self.message_user(request, format_html("{} {}", sentence, self._undo(row)), messages.SUCCESS)
        return HttpResponseRedirect(self._url("change", str(pk)))

    def render_change_form(
        self,
        request: HttpRequest,
        context: Any,
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> Any:
        """Adds the banner of a row that is out of service."""
        if obj is not None:
            stored = self.get_queryset(request).select_related(*self.list_select_related).get(pk=obj.pk)  # type: ignore[misc]
            context["suspended_by"] = stored.suspended_by
            if stored.suspended_by == "itself":
                context["held"] = contents.held(contents.below(stored))
                context["may_resume"] = self._may_resume(request, stored)
                context["resume_url"] = reverse(f"admin:{self.opts.model_name}_resume", args=[obj.pk])
        return super().render_change_form(request, context, add, change, form_url, obj)

    def _may_resume(self, request: HttpRequest, row: Any) -> bool:
        """What a person may not change in the form, such as the state of their own reseller, has no button either."""
        return self.has_change_permission(request, row) and "is_active" not in self.get_readonly_fields(request, row)

    def _sentence(self, row: Context | Reseller, *, is_active: bool) -> str:
        """““golden-steel” suspended: 120 mailboxes, 98 aliases out of service.”"""
        held = contents.held(contents.below(row))
        if is_active:
            words = (
                gettext("“%(name)s” resumed: %(held)s in service again.") if held else gettext("“%(name)s” resumed.")
            )
        elif held:
            words = gettext("“%(name)s” suspended: %(held)s out of service.")
        else:
            words = gettext("“%(name)s” suspended: nothing of it was in service.")
        return words % {"name": row, "held": held}

    def _undo(self, row: Context | Reseller) -> SafeString:
        (history,) = registry.histories
        return undo_button(change=history.version_of(self.change_kind, row.pk))
