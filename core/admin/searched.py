"""Lists that are searched by what stands in their rows."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from core.addresses import printable
from core.admin.searching import Search, Text, found, text_of
from core.names import MAX_NAME
from core.search import search_forms


class SearchedAdmin(admin.ModelAdmin):
    """A list with a search."""

    # Searched beside `search_fields` for a text that is not ASCII: a part of a label of an international domain has no
    # other form than the written one.
    written_fields: ClassVar[tuple[str, ...]] = ()

    def get_search_results(
        self, request: HttpRequest, queryset: models.QuerySet[Any], search_term: str
    ) -> tuple[models.QuerySet[Any], bool]:
        search = self.search(queryset, search_term)
        request.search = search  # type: ignore[attr-defined]
        return search.rows, False

    def search(self, queryset: models.QuerySet[Any], search_term: str) -> Search:
        """Those of the rows in which the text is found, as it was typed or in a form in which such things are compared.

        What no text of ours can contain is found nowhere, and never sent to the database; nor is a text longer than
        any of ours, of which each word would be looked for in each column.
        """
        if not self.search_fields or not search_term.strip():
            return Search(queryset)
        if len(search_term) > MAX_NAME or not printable(search_term):
            return Search(queryset.none())
        return found(queryset, self.search_texts(search_term))

    def search_texts(self, search_term: str) -> list[Text]:
        """What is looked for, of which one must be found."""
        fields = self.search_fields if search_term.isascii() else (*self.search_fields, *self.written_fields)
        forms = dict.fromkeys([search_term, *search_forms(search_term)])
        return [text_of(self.model, fields, form) for form in forms]
