"""Finding the rows of a list by parts of their names, so that the database's trigram indexes are used.

A condition that is an OR over several tables uses no index, so the keys of what is found are looked up, each column by
itself. Of what many rows have, those that come next in the list's order are looked at first: a page is full soon,
unless all that is found comes late in that order. So only some are looked at, and then all that is found is sorted.
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

from core.counts import EXACT_UP_TO, Count, count_of, estimate_of, rounded
from core.numbers import whole_number

# Keys that are read, at most; more stay in the database.
_MOST: Final = 2_000
# What has more than such a part of the rows is common.
_PART: Final = 20
# A trigram index finds nothing shorter.
_SHORTEST: Final = 3
# So many times as many rows as should do for a page are looked at, and no fewer or more than these.
_MARGIN: Final = 3
_FEWEST_AHEAD, _MOST_AHEAD = 500, 20_000
# Looking at a row costs as much as sorting so many keys.
_COST: Final = 4


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

    def keys(self, rows: QuerySet[Any]) -> QuerySet[Any, Any]:
        """The keys of those of `rows` that meet it, of some more than once."""
        if self.relation is not None and self.relation.one_to_many and not rows.query.where:
            return self._related().values_list(self.relation.field.attname, flat=True)
        return self.rows(rows).values_list("pk", flat=True)

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


@dataclass(frozen=True, slots=True)
class Search:
    """The rows in which a text was found, and how they were where they are many."""

    rows: QuerySet[Any]
    many: Many | None = None

    def first(self, ordering: Sequence[str], size: int) -> list[Any]:
        """The first `size` rows in this order."""
        if self.many is None:
            return list(self.rows.order_by(*ordering)[:size])
        return list(self.many.rows.filter(pk__in=self.many.page(Q(), ordering, size)).order_by(*ordering))

    def count(self) -> Count:
        """How many, or about as many."""
        if self.many is not None and self.many.about > 2 * EXACT_UP_TO:
            return Count(rounded(self.many.about), about=True)
        return count_of(self.rows)


@dataclass(frozen=True, slots=True)
class Many:
    """What many rows have: about so many of about so many rows, by a condition, or by keys and the rest of it."""

    rows: QuerySet[Any]
    condition: Q
    keys: QuerySet[Any, Any]
    rest: Q
    about: int
    of: int

    @property
    def is_common(self) -> bool:
        """Whether a good part of the rows have it."""
        return self.about * _PART >= self.of

    def found(self) -> QuerySet[Any]:
        """All rows that have it."""
        return self.rows.filter(self.condition) if self.is_common else self.rows.filter(self.rest, pk__in=self.keys)

    def page(self, place: Q, ordering: Sequence[str], size: int) -> list[Any]:
        """The keys of the first `size` rows after the place, in this order."""
        rows = self.rows.prefetch_related(None).filter(place).order_by(*ordering)
        ahead = min(max(_MARGIN * size * self.of // max(self.about, 1), _FEWEST_AHEAD), _MOST_AHEAD)
        if ahead * _COST < self.about:
            next_ones = rows.filter(self.condition, pk__in=rows.values("pk")[:ahead])
            keys = list(next_ones.values_list("pk", flat=True)[:size])
            if len(keys) == size:
                return keys
        return list(rows.filter(self.rest, pk__in=self.keys).values_list("pk", flat=True)[:size])


def found(rows: QuerySet[Any], texts: Sequence[Text]) -> Search:
    """Those of `rows` in which one of the texts is found."""
    texts = [text for text in texts if text and all(text)]
    if not texts:
        return Search(rows.none())
    condition = _condition(texts)
    # The longest word of each text.
    words = [max(text, key=_length) for text in texts]
    if connections[rows.db].vendor != "postgresql" or min(map(_length, words)) < _SHORTEST:
        return Search(rows.filter(condition))
    rest = Q() if all(len(text) == 1 for text in texts) else condition
    bare = rows.order_by().prefetch_related(None)
    parts = [one.keys(bare) for word in words for one in word]
    keys = list(_together([part[: _MOST + 1] for part in parts]))
    if len(keys) <= _MOST:
        return Search(rows.filter(rest, pk__in=sorted(set(keys))))
    everything = _together(parts)
    of = estimate_of(bare.values("pk"))
    many = Many(rows, condition, everything, rest, min(estimate_of(everything), of), of)
    return Search(many.found(), many)


def _condition(texts: Sequence[Text]) -> Q:
    return reduce(or_, (reduce(and_, (reduce(or_, (one.q() for one in word)) for word in text)) for text in texts))


def _together(parts: Sequence[QuerySet[Any, Any]]) -> QuerySet[Any, Any]:
    first, *others = parts
    return first.union(*others, all=True) if others else first


def _length(word: Word) -> int:
    return min(len(one.value) if isinstance(one.value, str) else _SHORTEST for one in word)
