"""Filters of the web admin's lists."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.admin import FieldListFilter, SimpleListFilter
from django.contrib.admin.views.main import ERROR_FLAG
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from core.admin.keyset import PLACE_VARS
from core.admin.widgets import Autocomplete
from core.numbers import whole_number

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


# As many as every database can hold in a number.


def kept(request: HttpRequest, parameter: str) -> list[tuple[str, str]]:
    """The list's other parameters, which a filter's form sends along."""
    dropped = {parameter, ERROR_FLAG, *PLACE_VARS}
    return [(name, value) for name, values in request.GET.lists() for value in values if name not in dropped]


def related_box(
    key: Any, admin_site: Any, visible: models.QuerySet[Any], name: str, value: Any, title: StrOrPromise | None
) -> str:
    """The search box for a row of the model that the foreign `key` leads to, as HTML."""
    field = forms.ModelChoiceField(visible, required=False)
    field.widget = Autocomplete(key, admin_site, choices=field.choices)
    label = _("Filter by %(name)s") % {"name": title}
    box: str = field.widget.render(name, value, attrs={"id": f"filter-{name}", "aria-label": str(label)})
    return box


class RelatedFilter(FieldListFilter):
    """By a related row, found in a search box: an endless list of choices helps nobody.

    The choices are those that the person may see; with fewer than two of them there is nothing to choose.
    """

    template = "admin/filter_related.html"

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: Any, model_admin: Any, field_path: str
    ) -> None:
        self.parameter = f"{field_path}__{field.target_field.name}__exact"
        if self.parameter in params:
            # Without scripts there are two boxes, of which one stays empty.
            params[self.parameter] = [one for one in params[self.parameter] if one][-1:] or [""]
        super().__init__(field, request, params, model, model_admin, field_path)
        self.request = request
        self.admin_site = model_admin.admin_site
        self.visible: models.QuerySet[Any] = field.remote_field.model._default_manager.visible_to(request.user)

    def expected_parameters(self) -> list[str | None]:
        return [self.parameter]

    def has_output(self) -> bool:
        return bool(self.used_parameters) or len(self.visible.order_by().values("pk")[:2]) > 1

    def choices(self, changelist: Any) -> Iterator[Any]:
        """One "choice" for the template: the box, the parameters to keep, and the way back to all."""
        yield {
            "box": related_box(self.field, self.admin_site, self.visible, self.parameter, self._given(), self.title),
            "kept": kept(self.request, self.parameter),
            "all": changelist.get_query_string(remove=[self.parameter]) if self.used_parameters else "",
        }

    def _given(self) -> Any:
        given: Any = self.used_parameters.get(self.parameter)
        return given[-1] if given else None


class TextFilter(SimpleListFilter):
    """By a value that is typed in, as it is. A subclass names its parameter, which is the column."""

    template = "admin/filter_related.html"
    inputmode: ClassVar[str] = "text"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Django shows no filter without a choice; the choice here is the box."""
        return [("", "")]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows of this value; all of them for none."""
        text = (self.value() or "").strip()
        return queryset.filter(**{str(self.parameter_name): text}) if text else queryset

    def choices(self, changelist: Any) -> Iterator[Any]:
        """One "choice" for the template: the box, the parameters to keep, and the way back to all."""
        name, label = str(self.parameter_name), _("Filter by %(name)s") % {"name": self.title}
        box = '<input type="text" inputmode="{3}" id="filter-{0}" name="{0}" value="{1}" aria-label="{2}">'
        yield {
            "box": format_html(box, name, self.value() or "", label, self.inputmode),
            "kept": kept(self.request, name),
            "all": changelist.get_query_string(remove=[name]) if self.value() else "",
        }


class NumberFilter(TextFilter):
    """By a number that is typed in."""

    inputmode = "numeric"

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows of this number; all of them for no number, none for what is no number."""
        text = self.value()
        if not text:
            return queryset
        number = whole_number(text)
        return queryset.none() if number is None else queryset.filter(**{str(self.parameter_name): number})


class KeyFilter(NumberFilter):
    """By the key of a related row that is kept as a plain number, found in a search box.

    A subclass names its parameter, which is the column, and a foreign `key` to the same model.
    """

    key: ClassVar[Any]

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        super().__init__(request, params, model, model_admin)
        self.request, self.admin_site = request, model_admin.admin_site
        self.visible: models.QuerySet[Any] = self.key.remote_field.model._default_manager.visible_to(request.user)

    def has_output(self) -> bool:
        return bool(self.value()) or len(self.visible.order_by().values("pk")[:2]) > 1

    def choices(self, changelist: Any) -> Iterator[Any]:
        """One "choice" for the template: the box, the parameters to keep, and the way back to all."""
        name = str(self.parameter_name)
        yield {
            "box": related_box(self.key, self.admin_site, self.visible, name, self.value(), self.title),
            "kept": kept(self.request, name),
            "all": changelist.get_query_string(remove=[name]) if self.value() else "",
        }


class StatusFilter(SimpleListFilter):
    """By whether a row is in service, suspended itself, or out of service with the company or reseller above it.

    A subclass names in `owners` the ways to the flags `is_active` of what is above the row.
    """

    title = _("status")
    parameter_name = "status"
    owners: ClassVar[tuple[str, ...]] = ()

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        above = [("above", _("company or reseller suspended"))] if self.owners else []
        return [("active", _("active")), ("suspended", _("suspended")), *above]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows of the chosen status; all of them for no choice, none for an unknown one."""
        above = models.Q(*((path, False) for path in self.owners), _connector=models.Q.OR)
        match self.value():
            case None:
                return queryset
            case "active":
                rows = queryset.filter(is_active=True)
                return rows.exclude(above) if self.owners else rows
            case "suspended":
                return queryset.filter(is_active=False)
            case "above" if self.owners:
                return queryset.filter(above, is_active=True)
        return queryset.none()


def status_filter(*owners: str) -> type[StatusFilter]:
    """The filter by status for a model with these ways to the flags above it."""
    return type("StatusFilter", (StatusFilter,), {"owners": owners})


class AttentionFilter(SimpleListFilter):
    """What needs attention. `kinds` are named filters of the model's queryset, each with its name for a person."""

    title = _("attention")
    parameter_name = "attention"
    kinds: ClassVar[dict[str, StrOrPromise]] = {}
    # Those that are no method of the queryset: functions of it.
    functions: ClassVar[dict[str, Callable[[Any], Any]]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return list(self.kinds.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows of the chosen kind; all of them for no choice, none for an unknown one."""
        value = self.value()
        if value is None:
            return queryset
        if value in self.functions:
            return self.functions[value](queryset)
        return getattr(queryset, value)() if value in self.kinds else queryset.none()
