"""What an entry may look like, as serializers that find all that is wrong with one, so that it can be said at once.

They look at values as they stand in the file and convert nothing: a number is not a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, ClassVar, Final

from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.settings import api_settings

from accounts.provision.reading import shown
from core.days import day_of
from core.numbers import MAX_BIGINT, counted

Finding = tuple[str, str]
"""Where in the entry ("" for itself, "config[0].name") and what is wrong there."""

_ITSELF: Final = api_settings.NON_FIELD_ERRORS_KEY
_MAX_TEXT: Final = 20_000
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")


class _Strict(serializers.Field):
    """A value of one type. `problem` says in words what is wrong with it, or nothing."""

    default_error_messages: ClassVar = {"required": "is missing"}

    def problem(self, value: Any) -> str:
        raise NotImplementedError

    def to_internal_value(self, data: Any) -> Any:
        if sentence := self.problem(data):
            raise ValidationError(f"{sentence}, or null" if self.allow_null else sentence)
        return data


class Text(_Strict):
    """A text that a database can keep; what it must look like is the services' to say."""

    def problem(self, value: Any) -> str:
        if not isinstance(value, str):
            return "must be text (put it in quotes)"
        if len(value) > _MAX_TEXT:
            return _("is longer than %(limit)s characters") % {"limit": counted(_MAX_TEXT)}
        return "contains a character that cannot be stored" if _UNSTORABLE.search(value) else ""


class Whole(_Strict):
    """A whole number from 0 to what eight bytes hold."""

    def problem(self, value: Any) -> str:
        fits = isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= MAX_BIGINT
        return "" if fits else "must be a whole number, 0 or more"


class Flag(_Strict):
    """True or false."""

    def problem(self, value: Any) -> str:
        return "" if isinstance(value, bool) else "must be true or false"


class Day(_Strict):
    """A day of the calendar, as text."""

    def problem(self, value: Any) -> str:
        try:
            known = isinstance(value, str) and day_of(value) is not None
        except ValueError:
            known = False
        return "" if known else "must be a day such as 2027-12-31"


class OneOf(_Strict):
    """One of a few texts."""

    def __init__(self, values: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.values = values

    def problem(self, value: Any) -> str:
        known = isinstance(value, str) and value in self.values
        return "" if known else f"must be one of {', '.join(self.values.values())}"


class Texts(serializers.ListField):
    """A list of texts."""

    child = Text()
    default_error_messages: ClassVar = {"required": "is missing", "not_a_list": "must be a list"}


class EntrySerializer(serializers.Serializer[Any]):
    """A mapping with the declared keys and no others."""

    default_error_messages: ClassVar = {"required": "is missing"}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            needed = [name for name, field in self.fields.items() if field.required]
            raise ValidationError({_ITSELF: [f"must be a mapping with the keys {', '.join(needed)}"]})
        known = ", ".join(self.fields)
        errors: dict[str, Any] = {
            shown(key): [f"is not a key here; known are {known}"] for key in data if key not in self.fields
        }
        for name, field in self.fields.items():
            try:
                # Without validators of its own: an entry's are those of its fields.
                field.run_validation(data.get(name, serializers.empty))
            except ValidationError as error:
                errors[name] = error.detail
            except serializers.SkipField:
                continue
        if errors:
            raise ValidationError(errors)
        return data


class PropertySerializer(EntrySerializer):
    """A configuration property."""

    name = Text()
    value = Text()


def properties() -> Any:
    """A list of configuration properties, which may be left out."""
    return PropertySerializer(many=True, required=False, error_messages={"not_a_list": "must be a list"})


def findings(shape: type[EntrySerializer], entry: Any) -> list[Finding]:
    """All that is wrong with the form of the entry."""
    try:
        _reader(shape).to_internal_value(entry)
    except ValidationError as error:
        return list(_flat(error.detail, ""))
    return []


@cache
def _reader(shape: type[EntrySerializer]) -> EntrySerializer:
    """A serializer of this shape: to make one, with its fields, takes longer than to look at an entry."""
    return shape()


def _flat(errors: Any, where: str) -> Iterator[Finding]:
    """The serializers' nested errors, each with its place."""
    if isinstance(errors, ErrorDetail):
        yield where.removeprefix("."), str(errors)
    elif isinstance(errors, Mapping):
        for key, inner in errors.items():
            step = "" if key == _ITSELF else f"[{key}]" if isinstance(key, int) else f".{key}"
            yield from _flat(inner, where + step)
    else:
        for index, inner in enumerate(errors):
            # A list of sentences about one value, or one mapping for each value of a list.
            yield from _flat(inner, where if isinstance(inner, ErrorDetail) else f"{where}[{index}]")
