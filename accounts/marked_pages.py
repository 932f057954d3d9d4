"""Notes and labels of companies, users and aliases on the pages: a column, and filters by it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib import admin
from django.db.models import Q
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.marked import names_of, owner_of
from accounts.models import Label
from core.access import Role
from core.admin.base import ScopedModelAdmin, administrator_of, role_of
from core.admin.pills import label_pill

Colours = Mapping[tuple[int | None, str], str]


def colours_of(rows: Iterable[Any]) -> Colours:
    """In which colours the labels of these rows are shown; one statement, and none for rows without labels."""
    owners = {owner_of(row) for row in rows if row.labels}
    if not owners:
        return {}
    wanted = Q(reseller__in=owners - {None}) | (Q(reseller=None) if None in owners else Q(pk__in=()))
    labels = Label.objects.filter(wanted).order_by().values_list("reseller_id", "name", "colour")
    return {(owner, name): colour for owner, name, colour in labels}


class MarkedAdmin(ScopedModelAdmin):
    """Pages of rows with a note and labels."""

    has_shortcuts = True

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Adds the colours of the labels."""
        response: Any = super().changelist_view(request, extra_context)
        changelist = (getattr(response, "context_data", None) or {}).get("cl")
        if changelist is not None:
            colours = colours_of(changelist.result_list)
            for row in changelist.result_list:
                row.colours = colours
        return response

    def mark_fields(self, request: HttpRequest, obj: Any) -> list[str]:
        """The fields of a form; labels are the reseller's to put, and a company's administrators see them."""
        if role_of(request) is not Role.CONTEXT:
            return ["note", "labels"]
        return ["note"] if obj is None else ["note", "labels_column"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """The labels, for those who may only look at them."""
        return (*super().get_readonly_fields(request, obj), "labels_column")

    @admin.display(description=_("labels"))
    def labels_column(self, row: Any) -> SafeString:
        """The labels, and a sign where there is a note: the pointer resting on it shows it."""
        colours = getattr(row, "colours", None)
        if colours is None:
            colours = colours_of([row])
        owner = owner_of(row)
        pills = [(label_pill(name, colours.get((owner, name), Label.Colour.GREY)),) for name in row.labels or ()]
        note = SafeString()
        if row.note:
            note = format_html(
                '<span class="note-sign" title="{}"><span aria-hidden="true">✎</span>'
                '<span class="visually-hidden">{}: {}</span></span>',
                row.note,
                gettext("note"),
                row.note,
            )
        return format_html('<span class="labels">{}{}</span>', format_html_join(" ", "{}", pills), note)


class LabelFilter(admin.SimpleListFilter):
    """By a label, which is named as rows have it."""

    title = _("label")
    parameter_name = "label"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, name) for name in names_of(administrator_of(request))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        name = self.value()
        return queryset if name is None else queryset.filter(labels__labelled=name)


class NoteFilter(admin.SimpleListFilter):
    """By whether there is a note."""

    title = _("note")
    parameter_name = "note"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("with a note"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case None:
                return queryset
            case "yes":
                return queryset.exclude(note=None)
        return queryset.none()
