"""Filters of the web admin's lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib.admin import BooleanFieldListFilter, FieldListFilter, SimpleListFilter
from django.contrib.admin.views.main import ERROR_FLAG, PAGE_VAR
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from oxaas.widgets import Autocomplete

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class RelatedFilter(FieldListFilter):
    """By a related row, found in a search box: an endless list of choices helps nobody.

    The choices are those that the person may see; with fewer than two of them there is nothing to choose.
    """

    template = "admin/filter_related.html"

    def __init__(
        self, field: Any, request: HttpRequest, params: Any, model: Any, model_admin: Any, field_path: str
    ) -> None:
        self.parameter = f"{field_path}__{field.target_field.name}__exact"
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
        dropped = {self.parameter, PAGE_VAR, ERROR_FLAG}
        yield {
            "box": self._box(),
            "kept": [
                (name, value) for name, values in self.request.GET.lists() for value in values if name not in dropped
            ],
            "all": changelist.get_query_string(remove=[self.parameter]) if self.used_parameters else "",
        }

    def _box(self) -> str:
        given: Any = self.used_parameters.get(self.parameter)
        field = forms.ModelChoiceField(self.visible, required=False)
        field.widget = Autocomplete(self.field, self.admin_site, choices=field.choices)
        label = _("Filter by %(name)s") % {"name": self.title}
        box: str = field.widget.render(
            self.parameter,
            given[-1] if given else None,
            attrs={"id": f"filter-{self.parameter}", "aria-label": str(label)},
        )
        return box


class StatusFilter(BooleanFieldListFilter):
    """By whether the row is active, in the list's own words."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = _("status")

    def choices(self, changelist: Any) -> Iterator[Any]:
        """All, active, suspended."""
        everything, *others = super().choices(changelist)
        yield everything
        for choice, name in zip(others, (_("active"), _("suspended")), strict=True):
            yield {**choice, "display": name}


class AttentionFilter(SimpleListFilter):
    """What needs work. `kinds` are named filters of the model's queryset, each with its name for a person."""

    title = _("attention")
    parameter_name = "attention"
    kinds: ClassVar[dict[str, StrOrPromise]] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, StrOrPromise]]:
        return list(self.kinds.items())

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        """The rows of the chosen kind; all of them for no choice, none for an unknown one."""
        value = self.value()
        if value is None:
            return queryset
        return getattr(queryset, value)() if value in self.kinds else queryset.none()
