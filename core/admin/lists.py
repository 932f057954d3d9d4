"""The web admin's lists: their order, their pages, and how many rows they have."""

from __future__ import annotations

from typing import Any, Literal

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ALL_VAR, ORDER_VAR, ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from core.admin import keyset
from core.admin.chosen import choices_of, rows_a_page
from core.admin.keyset import AFTER, BEFORE, LAST, PLACE_VARS
from core.admin.searching import Search
from core.counts import Count

_Direction = Literal["desc", "asc"]


class KeysetChangeList(ChangeList):
    """A list whose pages are found by the place of their rows, and whose rows are counted as far as that is cheap."""

    model_admin: Any
    count: Count
    first_url = previous_url = next_url = last_url = ""

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """The rows; which page is shown filters nothing."""
        for name in PLACE_VARS:
            self.params.pop(name, None)
            self.filter_params.pop(name, None)
        rows: QuerySet[Any] = super().get_queryset(request, exclude_parameters)
        self.search: Search = request.search  # type: ignore[attr-defined]
        return rows

    def get_ordering_field(self, field_name: Any) -> Any:
        """What a column is sorted by."""
        field = super().get_ordering_field(field_name)
        return self.model_admin.sorted_by.get(field, field)

    def get_ordering_field_columns(self) -> dict[int, _Direction]:
        """The columns that the list is sorted by, and in which direction.

        Nobody is told of a column behind one that the list does not show: alone it would be a lie.
        """
        if ORDER_VAR in self.params:
            return super().get_ordering_field_columns()
        places = {self.get_ordering_field(name): place for place, name in enumerate(self.list_display)}
        found: dict[int, _Direction] = {}
        for field in self._get_default_ordering():  # type: ignore[attr-defined]
            name = field.lstrip("-") if isinstance(field, str) else ""
            if name not in places:
                break
            found[places[name]] = "desc" if field.startswith("-") else "asc"
        return found

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """The list with other parameters. A column of which people look for the most is sorted downwards first."""
        order = (new_params or {}).get(ORDER_VAR) or ""
        first = order.partition(".")[0]
        if first.isdecimal() and self._begins_with_most(int(first)):
            new_params = {**new_params, ORDER_VAR: f"-{order}"}
        return super().get_query_string(new_params, remove)

    def _begins_with_most(self, place: int) -> bool:
        sorted_already = place in self.get_ordering_field_columns()
        return not sorted_already and self.list_display[place] in self.model_admin.most_first

    def get_results(self, request: HttpRequest) -> None:
        """The page that the address asks for, the ways to others, and the count."""
        self.view, self.filters = self.model_admin.view_of(request), self.model_admin.filters_of(request)
        self.list_per_page = rows_a_page(choices_of(request), self.model_admin.list_per_page)
        self.keys = keyset.keys_of(self.queryset, self.queryset.query.order_by)
        self.queryset = self.queryset.order_by(*(key.ordering for key in self.keys))
        rows, has_previous, has_next = self._page(request)
        has_all = not has_previous and not has_next
        self.count = Count(len(rows)) if has_all else self.search.count()
        self.result_count = self.count.number
        self.multi_page = not has_all
        self.can_show_all = not self.count.about and self.result_count <= self.list_max_show_all
        self.show_full_result_count = False
        self.full_result_count = None
        self.show_admin_actions = True
        self.paginator = self.model_admin.get_paginator(request, self.queryset, self.list_per_page)
        self.all_url = self.get_query_string({ALL_VAR: ""})
        if self.show_all and self.can_show_all:
            self.result_list = list(self.queryset)
            return
        self.result_list = rows
        if has_previous:
            self.first_url = self.get_query_string()
            self.previous_url = self._place_url(BEFORE, rows[0]) if rows else self.first_url
        if has_next:
            self.next_url = self._place_url(AFTER, rows[-1])
            self.last_url = self.get_query_string({LAST: "1"})

    def _page(self, request: HttpRequest) -> tuple[list[Any], bool, bool]:
        """The rows of the page, and whether there are rows before and after them."""
        if place := request.GET.get(AFTER):
            rows, more = self._rows(self._values(place))
            return rows, True, more
        if (place := request.GET.get(BEFORE)) or LAST in request.GET:
            rows, more = self._rows_back(self._values(place) if place else None)
            # A page that reaches the beginning may as well be the first, which is full.
            if more or not place:
                return rows, more, bool(place)
        rows, more = self._rows(None)
        return rows, False, more

    def _rows(self, values: keyset.Values | None) -> tuple[list[Any], bool]:
        """A page's rows after the place, or the first ones; and whether there are more."""
        return self._limited(self.keys, values)

    def _rows_back(self, values: keyset.Values | None) -> tuple[list[Any], bool]:
        """A page's rows before the place, or the last ones; and whether there are more before them."""
        rows, more = self._limited([key.backwards for key in self.keys], values)
        return rows[::-1], more

    def _limited(self, keys: list[keyset.Key], values: keyset.Values | None) -> tuple[list[Any], bool]:
        place = Q() if values is None else keyset.after(keys, values)
        ordering, size = [key.ordering for key in keys], self.list_per_page + 1
        if self.search.many is None:
            found = list(self.queryset.filter(place).order_by(*ordering)[:size])
        else:
            found = self._of_keys(self.search.many.page(place, ordering, size))
        return found[: self.list_per_page], len(found) > self.list_per_page

    def _of_keys(self, keys: list[Any]) -> list[Any]:
        """The rows of these keys, in their order, with all that a list shows."""
        rows = self.apply_select_related(self.root_queryset).in_bulk(keys)
        return [rows[key] for key in keys if key in rows]

    def _values(self, place: str) -> keyset.Values:
        try:
            return keyset.values_of(self.keys, place)
        except ValueError as error:
            raise IncorrectLookupParameters from error

    def _place_url(self, name: str, row: Any) -> str:
        return self.get_query_string({name: keyset.place_of(self.keys, row)})
