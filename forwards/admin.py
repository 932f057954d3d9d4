"""The web admin's pages for forwarding aliases."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import ownership
from accounts.forms import context_of
from accounts.imports.pages import ImportModelAdmin
from core.access import Role
from core.actor import Actor
from core.admin.base import administrator_of, role_of
from core.admin.filters import AttentionFilter, RelatedFilter, status_filter
from core.errors import Conflict
from forwards import services
from forwards.forms import ForwardingAliasForm
from forwards.models import ForwardingAlias

_SHOWN = 2


class AliasAttention(AttentionFilter):
    functions: ClassVar = {"undeclared": ownership.undeclared}
    kinds: ClassVar = {
        "dangling": _("a recipient does not exist here"),
        "undeclared": _("domain not declared or not proven"),
        "suspended": _("suspended"),
    }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """What dangles, as far as the person may know."""
        if self.value() == "dangling":
            return queryset.dangling(administrator_of(request))
        return super().queryset(request, queryset)


@admin.register(ForwardingAlias)
class ForwardingAliasAdmin(ImportModelAdmin):
    change_kind = "forward"
    table_name = "forwards"
    form = ForwardingAliasForm
    list_display = ("address", "recipients_column", "context", "status")
    list_filter = (
        status_filter("context__is_active", "context__reseller__is_active", "context__reseller__parent__is_active"),
        ("context", RelatedFilter),
        ("context__reseller", RelatedFilter),
        AliasAttention,
    )
    list_select_related = ("context__reseller__parent",)
    search_fields = ("normalized__contains", "recipients__normalized__contains", "context__name")
    written_fields = ("address__written", "recipients__address__written")
    sorted_by: ClassVar = {"address": "normalized"}
    autocomplete_fields = ("context",)
    fixed_fields = ("context", "address")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).prefetch_related("recipients")
        return rows.annotate(declared=ownership.served_flag(), awaits_proof=ownership.awaits_proof())

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A context's own administrator has no other context to choose."""
        fields = ["context", "address", "recipients", "is_active"]
        return fields[1:] if obj is None and role_of(request) is Role.CONTEXT else fields

    @admin.display(description=_("recipients"))
    def recipients_column(self, row: ForwardingAlias) -> SafeString:
        """The first few on one line, and how many more there are; the pointer resting on them shows all."""
        addresses = [one.address for one in row.recipients.all()]
        more = len(addresses) - _SHOWN
        rest: str | SafeString = ""
        if more > 0:
            words = ngettext("%(n)d more", "%(n)d more", more) % {"n": more}
            rest = format_html(
                '<span class="pill calm"><span aria-hidden="true">+{}</span>'
                '<span class="visually-hidden">{}</span></span>',
                more,
                words,
            )
        return format_html(
            '<span class="several" title="{}"><span class="one-line">{}</span>{}</span>',
            "\n".join(addresses),
            ", ".join(addresses[:_SHOWN]),
            rest,
        )

    @admin.display(description=_("recipients"))
    def recipients(self, row: ForwardingAlias) -> str:
        """For those who may only look."""
        return "\n".join(one.address for one in row.recipients.all())

    def create(self, actor: Actor, data: dict[str, Any]) -> Model:
        context = context_of(actor, data)
        address = data["address"]
        if not services.create_forward(actor=actor, context=context, alias=address, recipients=data["recipients"]):
            raise Conflict(str(_("The context has this alias already.")), field="address")
        row = services.find_forward(context, address)
        if not data["is_active"]:
            services.set_forward_active(actor=actor, forward=row, is_active=False)
        return row

    def update(self, actor: Actor, row: ForwardingAlias, data: dict[str, Any]) -> Model:
        if "recipients" in data:
            services.set_recipients(actor=actor, forward=row, recipients=data["recipients"])
        if "is_active" in data:
            services.set_forward_active(actor=actor, forward=row, is_active=data["is_active"])
        return row

    def remove(self, actor: Actor, row: ForwardingAlias) -> None:
        services.delete_forward(actor=actor, context=row.context, alias=row.address)

    def cascade_counts(self, row: ForwardingAlias) -> dict[str, int]:
        return {str(row.recipients.model._meta.verbose_name_plural): row.recipients.count()}
