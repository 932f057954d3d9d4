"""Finding the rows of a list by parts of their names, so that the database's trigram indexes are used.

A condition that is an OR over several tables uses no index, so the keys of what is found are looked up, each column by
itself. Only of what a good part of the list has is the list gone through in its order: then a page is full soon.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_
from typing import Any, Final

from django.core.exceptions import FieldDoesNotExist
from django.db import connections
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.db.models.constants import LOOKUP_SEP
from django.utils.text import smart_split, unescape_string_literal

from core.counts import estimate_of
from core.numbers import whole_number

# Keys that are read, at most; more stay in the database.
_MOST: Final = 2_000
# What has more than such a part of the rows is common.
_PART: Final = 20
# A trigram index finds nothing shorter.
_SHORTEST: Final = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """A text in one column: of the model itself, or of a related one at the other end of `relation`."""

    relation: Any
    lookup: str
    value: Any

    @classmethod
    def of(cls, model: type[Model], lookup: str, value: Any) -> Condition:
        """The condition of a lookup as querysets take it, which follows one relation at most."""
        first, _sep, rest = lookup.partition(LOOKUP_SEP)
        try:
            field: Any = model._meta.get_field(first)
        except FieldDoesNotExist:
            field = None
        follows = field is not None and field.is_relation and bool(rest)
        return cls(field if follows else None, rest if follows else lookup, value)

    def rows(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those of `rows` that meet it, found from the related row where it is about one."""
        if self.relation is None:
            return rows.filter(**{self.lookup: self.value})
        related = self._related()
        if self.relation.one_to_many:
            return rows.filter(pk__in=related.values(self.relation.field.attname))
        return rows.filter(**{f"{self.relation.name}__in": related})

    def q(self) -> Q:
        """The condition for a row that is looked at."""
        if self.relation is None:
            return Q(**{self.lookup: self.value})
        if self.relation.one_to_many:
            return Q(Exists(self._related().filter(**{self.relation.field.name: OuterRef("pk")})))
        return Q(**{f"{self.relation.name}__{self.lookup}": self.value})

    def _related(self) -> QuerySet[Any]:
        everything: Any = self.relation.related_model._default_manager
        rows: QuerySet[Any] = everything.filter(**{self.lookup: self.value}).order_by()
        return rows


# One of the conditions must be met for a word, all words of a text, and one of the texts.
Word = Sequence[Condition]
Text = Sequence[Word]


def words_of(text: str) -> list[str]:
    """The words of a text; what is in quotation marks is one."""
    words = []
    for word in smart_split(text):
        quoted = word.startswith(('"', "'")) and word[0] == word[-1]
        words.append(unescape_string_literal(word) if quoted else word)
    return words


def text_of(model: type[Model], fields: Iterable[str], text: str) -> Text:
    """The text, to be found in the fields: "name" anywhere without case, "=id" exactly, or a lookup of querysets."""
    return [
        [Condition.of(model, lookup, value) for field in fields for lookup, value in _lookups(model, field, word)]
        for word in words_of(text)
    ]


def _lookups(model: type[Model], field: str, word: str) -> list[tuple[str, Any]]:
    if field.startswith("="):
        number = whole_number(word)
        return [] if number is None else [(field[1:], number)]
    has_lookup = field.endswith(("__contains", "__icontains", "__written"))
    return [(field if has_lookup else f"{field}__icontains", word)]


def found(rows: QuerySet[Any], texts: Sequence[Text]) -> QuerySet[Any]:
    """Those of `rows` in which one of the texts is found."""
    texts = [text for text in texts if text and all(text)]
    if not texts:
        return rows.none()
    keys = _keys(rows, texts) if connections[rows.db].vendor == "postgresql" else None
    if keys is None:
        return rows.filter(_condition(texts))
    rows = rows.filter(pk__in=keys)
    return rows if all(len(text) == 1 for text in texts) else rows.filter(_condition(texts))


def _condition(texts: Sequence[Text]) -> Q:
    return reduce(or_, (reduce(and_, (reduce(or_, (one.q() for one in word)) for word in text)) for text in texts))


def _keys(rows: QuerySet[Any], texts: Sequence[Text]) -> list[Any] | QuerySet[Any, Any] | None:
    """The keys of the rows that have the longest word of one of the texts; None where they are a good part of all."""
    words = [max(text, key=_length) for text in texts]
    if min(map(_length, words)) < _SHORTEST:
        return None
    bare = rows.order_by().prefetch_related(None)
    parts = [one.rows(bare).values_list("pk", flat=True) for word in words for one in word]
    keys = set(_together([part[: _MOST + 1] for part in parts]))
    if len(keys) <= _MOST:
        return sorted(keys)
    everything = _together(parts)
    return everything if estimate_of(everything) * _PART < estimate_of(bare.values("pk")) else None


def _together(parts: Sequence[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    first, *others = parts
    return first.union(*others, all=True) if others else first


def _length(word: Word) -> int:
    return min(len(one.value) if isinstance(one.value, str) else _SHORTEST for one in word)
