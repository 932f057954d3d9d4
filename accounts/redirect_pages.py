"""The pages of mailboxes, where what becomes of the aliases to one is asked before it is deleted."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.utils import unquote
from django.http import HttpRequest, QueryDict

from accounts.imports.pages import ImportModelAdmin
from accounts.leads import Redirect
from accounts.redirect_forms import question
from accounts.services import mailboxes
from core.admin.base import actor_of, administrator_of
from core.admin.telling import watched


class RedirectAdmin(ImportModelAdmin):
    """Pages of mailboxes. That one is renamed or suspended, its form asks."""

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None) -> Any:
        """Shows the confirmation, again if need be, until what is asked there is answered."""
        row = self.get_object(request, unquote(object_id))
        asked = None
        if row is not None and self.has_delete_permission(request, row):
            asked = question(request.POST or None, administrator_of(request), row)
        if asked is not None and request.method == "POST" and asked.is_valid():
            request.redirect = asked.redirect  # type: ignore[attr-defined]
        elif asked is not None:
            request.POST = QueryDict()
        return super().delete_view(request, object_id, {**(extra_context or {}), "question": asked})

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Have the service delete, and do with the aliases what was answered."""
        redirect = getattr(request, "redirect", Redirect())
        actor, made = watched(actor_of(request))
        key = obj.pk
        mailboxes.delete_mailbox(actor=actor, user=obj, redirect=redirect)
        obj.pk = key
        self._tell(request, obj, made)
