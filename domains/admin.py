"""The web admin's pages for explicit mail domains: a list, and each domain's proof with what can be done about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import PermissionDenied
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts.imports.pages import ImportModelAdmin
from core.access import Role
from core.actor import Actor
from core.admin.base import actor_of, role_of
from core.admin.filters import RelatedFilter
from core.errors import DomainError
from domains import proof, services
from domains.forms import ExplicitDomainForm
from domains.models import Answer, ExplicitDomain, Proof
from domains.plans import DNS

# What may be done about a proof, by the name in the URL.
_STEPS: dict[str, Callable[..., ExplicitDomain]] = {
    "check": proof.check_now,
    "prove": services.mark_proven,
    "withdraw": services.withdraw_proof,
}


class ProofFilter(SimpleListFilter):
    """By whether a domain is proven."""

    title = _("proof")
    parameter_name = "proof"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("proven", _("proven")), ("waiting", _("waiting for proof"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows of the chosen state; all of them for no choice, none for an unknown one."""
        match self.value():
            case None:
                return queryset
            case "proven":
                return queryset.proven()
            case "waiting":
                return queryset.waiting()
        return queryset.none()


@admin.register(ExplicitDomain)
class ExplicitDomainAdmin(ImportModelAdmin):
    """A domain comes and goes; what there is to change about it is its proof."""

    change_kind = "domain"
    has_shortcuts = True
    table_name = "domains"
    form = ExplicitDomainForm
    list_display = ("name", "context", "state")
    list_filter = (("context", RelatedFilter), ("context__reseller", RelatedFilter), ProofFilter)
    list_select_related = ("context",)
    search_fields = ("name__contains", "context__name")
    autocomplete_fields = ("context",)
    fields = ("context", "name")
    linkable_lookups: ClassVar = frozenset({"proof"})

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_list_display(self, request: HttpRequest) -> Any:
        """Without the column of the proof where none is asked for."""
        columns = super().get_list_display(request)
        return [name for name in columns if name != "state" or settings.DOMAIN_PROOF == DNS]

    def get_list_filter(self, request: HttpRequest) -> Any:
        """Without the filter by the proof where none is asked for."""
        filters = super().get_list_filter(request)
        return [one for one in filters if one is not ProofFilter or settings.DOMAIN_PROOF == DNS]

    def get_urls(self) -> list[URLPattern]:
        """Adds what may be done about a proof."""
        view = self.admin_site.admin_view(require_POST(self.proof_view))
        return [path("<int:pk>/proof/<str:step>", view, name="domains_proof"), *super().get_urls()]

    def proof_view(self, request: HttpRequest, pk: int, step: str) -> HttpResponse:
        """Do the step, and show the domain again with what came of it."""
        row = self.get_queryset(request).select_related("context__reseller__parent").filter(pk=pk).first()
        if row is None or step not in _STEPS:
            raise Http404
        if not super().has_change_permission(request, row):
            raise PermissionDenied
        try:
            row = _STEPS[step](actor=actor_of(request), domain=row)
        except DomainError as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            said = Answer(row.answer).label if step == "check" else Proof(row.proof).label
            level = messages.SUCCESS if row.is_proven or step == "withdraw" else messages.WARNING
            self.message_user(request, str(said), level)
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
        """Adds what the panel of the proof must know."""
        asked = settings.DOMAIN_PROOF == DNS
        context["proof"] = obj is not None and (asked or not obj.is_proven)
        context["proof_state"] = None if obj is None else self.state(obj)
        context["may_check"] = obj is not None and super().has_change_permission(request, obj)
        context["may_mark"] = role_of(request) is Role.MASTER
        context["mx_hosts"] = settings.MX_HOSTS
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description=_("proof"), ordering="proven_at")
    def state(self, row: ExplicitDomain) -> SafeString:
        """Whether the domain is the context's, and why."""
        kind = "good" if row.is_proven else "warn"
        return format_html('<span class="pill {}">{}</span>', kind, Proof(row.proof).label)

    def create(self, actor: Actor, data: dict[str, Any]) -> Model:
        return services.add_domain(actor=actor, **data)

    def remove(self, actor: Actor, row: ExplicitDomain) -> None:
        services.remove_domain(actor=actor, context=row.context, name=row.name)
