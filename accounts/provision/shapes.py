"""What an entry may look like. A shape finds all that is wrong with one, so that all of it can be said at once."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils.translation import gettext as _

from accounts.provision.reading import shown
from core.numbers import MAX_BIGINT

Finding = tuple[str, str]
"""Where in the value ("" for itself, ".config[0].name") and what is wrong there."""
Check = Callable[[Any], Iterator[Finding]]

_MAX_TEXT: Final = 20_000
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


def text(value: Any) -> Iterator[Finding]:
    """A text that a database can keep; what it must look like is the services' to say."""
    if not isinstance(value, str):
        yield "", "must be text (put it in quotes)"
    elif len(value) > _MAX_TEXT:
        yield "", _("is longer than %(limit)s characters") % {"limit": _MAX_TEXT}
    elif _UNSTORABLE.search(value):
        yield "", "contains a character that cannot be stored"


def whole(value: Any) -> Iterator[Finding]:
    """A whole number from 0 to what eight bytes hold."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_BIGINT:
        yield "", "must be a whole number, 0 or more"


def flag(value: Any) -> Iterator[Finding]:
    """True or false."""
    if not isinstance(value, bool):
        yield "", "must be true or false"


def or_null(check: Check) -> Check:
    """What `check` accepts, or null."""

    def checked(value: Any) -> Iterator[Finding]:
        if value is not None:
            for path, sentence in check(value):
                yield path, sentence if path else f"{sentence}, or null"

    return checked


def list_of(check: Check) -> Check:
    """A list of what `check` accepts."""

    def checked(value: Any) -> Iterator[Finding]:
        if not isinstance(value, list):
            yield "", "must be a list"
            return
        for index, item in enumerate(value):
            for path, sentence in check(item):
                yield f"[{index}]{path}", sentence

    return checked


@dataclass(frozen=True, slots=True)
class Shape:
    """A mapping with these keys and no others."""

    required: Mapping[str, Check]
    optional: Mapping[str, Check] = field(default_factory=dict)

    def __call__(self, value: Any) -> Iterator[Finding]:
        if not isinstance(value, dict):
            yield "", f"must be a mapping with the keys {', '.join(self.required)}"
            return
        known = {**self.required, **self.optional}
        for key in self.required:
            if key not in value:
                yield f".{key}", "is missing"
        for key, item in value.items():
            if key not in known:
                yield f".{shown(key)}", f"is not a key here; known are {', '.join(known)}"
                continue
            for path, sentence in known[key](item):
                yield f".{key}{path}", sentence


PROPERTY: Final = Shape({"name": text, "value": text})
PROPERTIES: Final = list_of(PROPERTY)
