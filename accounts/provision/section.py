"""A section of a declared world, and what its entries are applied to.

Apps register their sections.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.models import Context, Reseller
from accounts.provision.reading import shown
from accounts.provision.shapes import EntrySerializer, Finding, findings
from changelog.plan import Plan, Planned
from core.actor import Actor
from core.errors import Invalid
from core.names import normalize_identifier

Entry = dict[str, Any]


class References:
    """What entries refer to, looked up once: resellers by name, contexts by id. Whoever changes a row puts it back."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self._resellers: dict[str, Reseller] = {}
        self._contexts: dict[int, Context] = {}

    def reseller(self, name: str | None) -> Reseller | None:
        """The reseller of this name, None for none. Invalid when it does not exist."""
        if name is None:
            return None
        compared = normalize_identifier(name)
        if compared not in self._resellers:
            row = self.visible(Reseller.objects.select_related("parent")).filter(name_normalized=compared).first()
            if row is None:
                raise Invalid(_("There is no reseller %(name)s.") % {"name": shown(name)})
            self._resellers[compared] = row
        return self._resellers[compared]

    def context(self, context_id: int) -> Context:
        """The context of this id. Invalid when it does not exist."""
        if context_id not in self._contexts:
            row = self.visible(Context.objects.select_related("reseller__parent")).filter(pk=context_id).first()
            if row is None:
                raise Invalid(_("There is no context %(id)s.") % {"id": context_id})
            self._contexts[context_id] = row
        return self._contexts[context_id]

    def load_contexts(self, keys: Iterable[int], *, hold: bool = False) -> None:
        """Look these contexts up with one statement; with `hold` none of them goes until the transaction ends."""
        missing = set(keys) if hold else {key for key in keys if key not in self._contexts}
        if missing:
            rows = self.visible(Context.objects.select_related("reseller__parent")).filter(pk__in=missing)
            if hold:
                rows = rows.select_for_update(of=("self",), no_key=True).order_by("pk")
            self._contexts.update((row.pk, row) for row in rows)

    def visible(self, rows: Any) -> Any:
        """Those of the rows that whoever declares the world may see; the operator sees all."""
        administrator = self.actor.administrator
        return rows if administrator is None else rows.visible_to(administrator)

    @property
    def own_reseller(self) -> Reseller | None:
        """The reseller of whoever declares the world: what is new is its own, where nothing else is said. Invalid."""
        administrator = self.actor.administrator
        own = None if administrator is None else administrator.reseller
        return None if own is None else self.reseller(own.name)

    def put_reseller(self, row: Reseller) -> None:
        """Later entries refer to this row."""
        self._resellers[normalize_identifier(row.name)] = row

    def put_context(self, row: Context) -> None:
        """Later entries refer to this row."""
        self._contexts[row.pk] = row


@dataclass(frozen=True, slots=True)
class Section:
    """One top-level key of the file and what is done with its entries.

    `rank` orders the sections, as entries refer to entries of sections before. `names` are the keys that say which
    entry it is, with the word that a sentence has for each; `same` makes of an entry what no two may have in common.
    `apply` makes one entry so, through the services, and may raise any DomainError; or `plan` says what the services
    make of many, which it holds first if it is told so. `export` yields what is there. `doubts` tells of planned rows
    what is likely a mistake in each, as a sentence or "", where its last argument tells which names are about to exist.
    """

    key: str
    rank: int
    shape: type[EntrySerializer]
    names: Mapping[str, str]
    export: Callable[[], Iterable[Entry]]
    same: Callable[[Entry], Hashable] | None = None
    apply: Callable[[References, Entry], None] | None = None
    plan: Callable[[References, Sequence[Entry], bool], Plan] | None = None
    doubts: Callable[[Actor, Sequence[Planned], Callable[[Collection[str]], Collection[str]]], list[str]] | None = None

    def label(self, index: int, entry: Any) -> str:
        """`users[3] (context 24, user 42)`; as much of it as the entry tells."""
        given = entry if isinstance(entry, dict) else {}
        words = [
            f"{word} {shown(given[key])}".strip()
            for key, word in self.names.items()
            if isinstance(given.get(key), str | int)
        ]
        return f"{self.key}[{index}]" + (f" ({', '.join(words)})" if words else "")

    def findings(self, entry: Any) -> list[Finding]:
        """All that is wrong with the form of the entry."""
        return findings(self.shape, entry)

    def identity(self, entry: Entry) -> Hashable:
        """What no two entries may have in common."""
        return self.same(entry) if self.same else tuple(entry.get(key) for key in self.names)


_sections: Final[dict[str, Section]] = {}


def register(*sections: Section) -> None:
    """Make sections known by their keys."""
    _sections.update({section.key: section for section in sections})


def all_sections() -> list[Section]:
    """What was registered, in the order in which it is applied."""
    return sorted(_sections.values(), key=lambda section: section.rank)


def section_named(name: str) -> Section:
    """The section of this key. KeyError when there is none."""
    return _sections[name]


def different(declared: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, Any]:
    """Those of the declared values that are not so yet."""
    return {key: value for key, value in declared.items() if current[key] != value}


def given(entry: Entry, *keys: str) -> dict[str, Any]:
    """The values of those keys that the entry has."""
    return {key: entry[key] for key in keys if key in entry}


def needed(entry: Entry, key: str, what: str) -> Any:
    """The value of a key without which nothing new can be made. Invalid when it is not given."""
    if key not in entry:
        raise Invalid(_("%(key)s is missing: %(what)s is new.") % {"key": key, "what": what})
    return entry[key]
