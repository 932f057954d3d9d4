"""The web admin's pages for forwarding aliases."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts import ownership
from accounts.forms import context_of
from accounts.imports.pages import ImportModelAdmin
from accounts.marked_pages import LabelFilter, MarkedAdmin, NoteFilter
from core.access import Role
from core.actor import Actor
from core.admin.base import administrator_of, role_of
from core.admin.filters import AttentionFilter, RelatedFilter, status_filter
from core.errors import Conflict
from forwards import services
from forwards.forms import ForwardingAliasForm
from forwards.models import ForwardingAlias
from forwards.wishes import NewAlias

_SHOWN = 2


class AliasAttention(AttentionFilter):
    functions: ClassVar = {"undeclared": ownership.undeclared}
    kinds: ClassVar = {
        "ending": _("expires within a week"),
        "dangling": _("a recipient does not exist here"),
        "undeclared": _("domain not declared or not proven"),
        "suspended": _("suspended"),
    }

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """What dangles, as far as the person may know."""
        if self.value() == "dangling":
            return queryset.dangling(administrator_of(request))
        return super().queryset(request, queryset)


_ABOVE = ("context__is_active", "context__reseller__is_active", "context__reseller__parent__is_active")


class AliasStatus(status_filter(*_ABOVE)):  # type: ignore[misc]  # made for these ways
    """Adds those whose end has come: they are not in service."""

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [*super().lookups(request, model_admin), ("expired", _("expired"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case "active":
                return super().queryset(request, queryset.answering())
            case "expired":
                return queryset.expired()
        return super().queryset(request, queryset)


@admin.register(ForwardingAlias)
class ForwardingAliasAdmin(MarkedAdmin, ImportModelAdmin):
    change_kind = "forward"
    table_name = "forwards"
    form = ForwardingAliasForm
    quick_fields = ("is_active",)
    list_display = ("address", "recipients_column", "context", "labels_column", "status")
    list_filter = (
        AliasStatus,
        ("context", RelatedFilter),
        ("context__reseller", RelatedFilter),
        AliasAttention,
        LabelFilter,
        NoteFilter,
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
        fields = ["context", "address", "recipients", "is_active", "expires_on", *self.mark_fields(request, obj)]
        return fields[1:] if obj is None and role_of(request) is Role.CONTEXT else fields

    @admin.display(description=_("status"), ordering="is_active")
    def status(self, row: ForwardingAlias) -> SafeString:
        """Whether it is in service, and until when."""
        pills = super().status(row)
        if row.expires_on is None or row.has_expired:
            return pills
        words = gettext("expires on %(day)s") % {"day": date_format(row.expires_on)}
        return format_html('{} <span class="pill {}">{}</span>', pills, "warn" if row.ends_soon else "calm", words)

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
        names = ("recipients", "is_active", "expires_on", "note", "labels")
        columns = {name: data[name] for name in names if name in data}
        wish = NewAlias(context, address, **columns)
        (planned,) = services.write_aliases(actor=actor, wishes=[wish])
        if not planned.outcome():
            raise Conflict(str(_("The context has this alias already.")), field="address")
        return services.find_forward(context, address)

    def update(self, actor: Actor, row: ForwardingAlias, data: dict[str, Any]) -> Model:
        (planned,) = services.write_aliases(actor=actor, wishes=[services.editing(row, data)])
        planned.outcome()
        return row

    def remove(self, actor: Actor, row: ForwardingAlias) -> None:
        services.delete_forward(actor=actor, context=row.context, alias=row.address)

    def cascade_counts(self, row: ForwardingAlias) -> dict[str, int]:
        return {str(row.recipients.model._meta.verbose_name_plural): row.recipients.count()}
