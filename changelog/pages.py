"""The web admin's pages for the change log."""

from __future__ import annotations

from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from changelog.models import Change
from changelog.words import differences, kind_name, kinds
from core.access import Role
from core.admin.base import role_of
from core.admin.export import ExportModelAdmin
from core.admin.filters import KeyFilter, NumberFilter, TextFilter


class KindFilter(admin.SimpleListFilter):
    """By what was changed, in the change log's own words."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(kinds().items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Change]) -> QuerySet[Change]:
        value = self.value()
        return queryset if value is None else queryset.filter(kind=value)


class ContextFilter(NumberFilter):
    """By the context in which it happened, also one that does not exist any more."""

    title = _("context id")
    parameter_name = "context_id"


class RequestFilter(TextFilter):
    """By the request that made it: its id stands in the answer, on error pages and in the log."""

    title = _("request")
    parameter_name = "request_id"


_owner_filters: Final[list[type[KeyFilter]]] = []


def register_filters(*filters: type[KeyFilter]) -> None:
    """Add filters by who acted and by whose the object is: their models live above this app."""
    _owner_filters.extend(filters)


class ChangeAdmin(ExportModelAdmin):
    """The change log. It is read, and its changes are undone; nothing else."""

    table_name = "changes"

    list_display = ("at", "actor", "action", "kind_column", "label", "context_name", "channel")
    list_filter = (
        KindFilter,
        ContextFilter,
        RequestFilter,
        "action",
        "channel",
        ("at", admin.DateFieldListFilter),
    )
    linkable_lookups = frozenset({"key", "user_id", "batch"})
    search_fields = ("label", "actor", "context_name")
    change_kind = "change"

    def get_list_filter(self, request: HttpRequest) -> Any:
        """The log's own filters and the registered ones."""
        return [*super().get_list_filter(request), *_owner_filters]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """A context's own administrator need not know who sold it."""
        fields = [
            "at",
            "actor",
            "channel",
            "credential",
            "action",
            "kind_column",
            "label",
            "context_id",
            "context_name",
            "reseller_id",
            "batch",
            "request_id",
        ]
        return [name for name in fields if name != "reseller_id" or role_of(request) is not Role.CONTEXT] + [
            "difference"
        ]

    @admin.display(description=_("kind"), ordering="kind")
    def kind_column(self, row: Change) -> Any:
        return kind_name(row.kind)

    @admin.display(description=_("before and after"))
    def difference(self, row: Change) -> SafeString:
        """What was changed, one line a value."""
        rows = [
            (name, linebreaksbr(before), linebreaksbr(after))
            for name, before, after in differences(row.before, row.after)
        ]
        lines = format_html_join("", '<tr><th scope="row">{}</th><td>{}</td><td>{}</td></tr>', rows)
        head = format_html('<tr><td></td><th scope="col">{}</th><th scope="col">{}</th></tr>', _("before"), _("after"))
        return format_html('<table class="difference"><thead>{}</thead><tbody>{}</tbody></table>', head, lines)

    def history_query(self, row: Change) -> dict[str, str]:
        return {"kind": row.kind, "key": str(row.key)}
