"""A person, known by a mail address: found in texts, and taken out of them. Apps register what they hold of people.

For the rights of those whose data these are: `manage.py person`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import idna
from django.db import models
from django.db.models import Max, Min, Q
from django.db.models.functions import Cast

from core.actor import Actor
from core.addresses import Address, normalize_uidname

# What stands in place of whatever named the person.
MASK: Final = "[erased]"
# What belongs to the person in a mapping whose uidname is theirs.
_OF_USER: Final = ("msisdn", "custom")
# Keys that are looked through by one statement.
_WINDOW: Final = 50_000
_Row = TypeVar("_Row", bound=models.Model)
_SAFE: Final = re.compile(r"[A-Za-z0-9@._-]{3,}")


class Person:
    """Whoever has this address, written in any of its forms."""

    def __init__(self, address: Address) -> None:
        self.address = address
        local, _at, domain = address.normalized.rpartition("@")
        self.forms = {address.written, address.normalized}
        with suppress(UnicodeError, IndexError):
            self.forms.add(f"{local}@{idna.decode(domain)}")
        # Not as a part of a longer address: ann@x.de is neither in joann@x.de nor in ann@x.de.example.
        either = "|".join(re.escape(form) for form in sorted(self.forms, key=len, reverse=True))
        self._pattern: Final = re.compile(rf"(?<![\w.+-])(?:{either})(?![\w-]|\.\w)", re.IGNORECASE)

    def parts(self) -> list[str]:
        """Texts of which one is in whatever names the person, also in JSON: what a database can look for first.

        Empty where there is none, as all characters of the address are special.
        """
        found = [max(_SAFE.findall(form), key=len, default="") for form in sorted(self.forms)]
        return sorted(set(found)) if all(found) else []

    def is_named_in(self, value: Any) -> bool:
        """Whether the text, or a text somewhere in the list or mapping, names the person."""
        return bool(self.masked(value) != value)

    def masked(self, value: Any) -> Any:
        """The value without the person: a text, or a list or mapping of such. Everything else stays as it is."""
        if isinstance(value, str):
            return MASK if self._is(value) else self._pattern.sub(MASK, value)
        if isinstance(value, list):
            return [self.masked(one) for one in value]
        if isinstance(value, dict):
            found = {key: self.masked(one) for key, one in value.items()}
            if self._is(value.get("uidname")):
                found |= {key: _emptied(found[key]) for key in _OF_USER if found.get(key)}
            return found
        return value

    def _is(self, text: Any) -> bool:
        return isinstance(text, str) and len(text) < 1000 and normalize_uidname(text) == self.address.normalized


def _emptied(value: Any) -> Any:
    return [MASK] if isinstance(value, list) else MASK


def naming(person: Person, rows: models.QuerySet[_Row], names: Sequence[str]) -> Iterator[_Row]:
    """Those of the rows that name the person in one of these fields, by their keys.

    A part of the table at a time: no statement takes long, however many rows there are.
    """
    wanted = Q(pk__in=())
    for part in person.parts():
        for name in names:
            wanted |= Q(**{f"{name}_text__icontains": part})
    rows = rows.annotate(**{f"{name}_text": Cast(name, models.TextField()) for name in names}).order_by("pk")
    ends = rows.aggregate(first=Min("pk"), last=Max("pk"))
    for start in range(ends["first"] or 0, (ends["last"] or -1) + 1, _WINDOW):
        some = rows.filter(pk__gte=start, pk__lt=start + _WINDOW)
        for row in some.filter(wanted) if person.parts() else some:
            if any(person.is_named_in(getattr(row, name)) for name in names):
                yield row


@dataclass(frozen=True, slots=True)
class Holding:
    """One kind of data about people. `export` is what is held of a person, as JSON can keep it.

    `erase` takes it away or masks it, and says how many rows that were; a second time finds nothing. Holdings without
    it are only told. They are erased by `rank`: first what could bring the person back, then what there is of them;
    that writes lines of the change log, which are masked last.
    """

    name: str
    rank: int
    export: Callable[[Person], list[dict[str, Any]]]
    erase: Callable[[Actor, Person], int] | None = None


_holdings: Final[dict[str, Holding]] = {}


def register(*holdings: Holding) -> None:
    """Make holdings known by their names."""
    _holdings.update({one.name: one for one in holdings})


def all_holdings() -> list[Holding]:
    """What was registered, in the order in which it is erased."""
    return sorted(_holdings.values(), key=lambda one: (one.rank, one.name))
