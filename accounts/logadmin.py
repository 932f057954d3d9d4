"""The web admin's pages for the change log."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.kinds import KINDS, field_name, kind_name, value_in_words
from accounts.models import Change
from oxaas.access import Role
from oxaas.admin import role_of
from oxaas.filters import NumberFilter, RelatedFilter
from oxaas.transferadmin import TransferModelAdmin


class KindFilter(admin.SimpleListFilter):
    """By what was changed, in the change log's own words."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(KINDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Change]) -> QuerySet[Change]:
        value = self.value()
        return queryset if value is None else queryset.filter(kind=value)


class ContextFilter(NumberFilter):
    """By the context in which it happened, also one that does not exist any more."""

    title = _("context id")
    parameter_name = "context_number"


class ChangeAdmin(TransferModelAdmin):
    """The change log. It is read, and its changes are undone; nothing else."""

    table_name = "changes"

    list_display = ("at", "actor", "action", "kind_column", "label", "context_name", "door")
    list_filter = (
        KindFilter,
        ContextFilter,
        "action",
        "door",
        ("at", admin.DateFieldListFilter),
        ("administrator", RelatedFilter),
        ("reseller", RelatedFilter),
    )
    linkable_lookups = frozenset({"label", "label__startswith", "batch"})
    search_fields = ("label", "actor", "context_name")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A context's own administrator need not know who sold it."""
        fields = [
            "at",
            "actor",
            "door",
            "action",
            "kind_column",
            "label",
            "context_number",
            "context_name",
            "reseller",
            "batch",
        ]
        return [name for name in fields if name != "reseller" or role_of(request) is not Role.CONTEXT] + ["difference"]

    @admin.display(description=_("kind"), ordering="kind")
    def kind_column(self, row: Change) -> Any:
        return kind_name(row.kind)

    @admin.display(description=_("before and after"))
    def difference(self, row: Change) -> SafeString:
        """What was changed, one line a value."""
        before, after = row.before or {}, row.after or {}
        names = sorted({*before, *after})
        rows = [
            (field_name(name), _shown(before, name), _shown(after, name))
            for name in names
            if before.get(name) != after.get(name)
        ]
        lines = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>', rows)
        head = format_html('<tr><td></td><th scope="col">{}</th><th scope="col">{}</th></tr>', _("before"), _("after"))
        return format_html('<table class="difference"><thead>{}</thead><tbody>{}</tbody></table>', head, lines)

    def history_query(self, row: Change) -> dict[str, str]:
        return {"kind": row.kind, "label": row.label}


def _shown(values: dict[str, Any], name: str) -> SafeString:
    """A value of the log for a person; nothing where there was none."""
    return linebreaksbr(value_in_words(name, values[name])) if name in values else SafeString()
