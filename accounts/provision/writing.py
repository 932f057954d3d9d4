"""Writing a world down as YAML, so that `reading` reads the same.

PyYAML, libyaml below it or not, looks at each text several times in Python. Most entries hold plain words, numbers and
lists of them alone: those are laid out here, letter for letter as PyYAML would, and any other is given to PyYAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

import yaml

# What no rule of YAML can take for anything but a text on one line, whatever stands around it.
_INSIDE: Final = "[A-Za-z0-9À-ɏ_+/$.@=,;()~-]*"
_WORDS: Final = re.compile(f"[A-Za-z0-9À-ɏ_+/$]{_INSIDE}(?:(?::[A-Za-z0-9/]| [A-Za-z0-9À-ɏ]){_INSIDE})*")
_LONGEST: Final = 1000
_NESTED: Final = (dict, list)
_KEY: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    """PyYAML's safe dumper, which repeats itself rather than refer back."""

    def ignore_aliases(self, data: Any) -> bool:
        """Always: the reader refuses aliases."""
        return True


class _OddError(Exception):
    """Something that is PyYAML's to lay out."""


def write(document: Mapping[str, Iterable[Any]]) -> str:
    """The document as YAML, its keys in their order."""
    return "".join(written(document.items())) or "{}\n"


def written(sections: Iterable[tuple[str, Iterable[Any]]]) -> Iterator[str]:
    """The same in pieces, an entry at a time: no more of it is in memory."""
    for key, entries in sections:
        empty = True
        for entry in entries:
            if empty:
                yield f"{_key(key)}:\n"
            empty = False
            yield _entry(entry)
        if empty:
            yield f"{_key(key)}: []\n"


def _entry(entry: Any) -> str:
    lines: list[str] = []
    try:
        _lay_out(entry, "- ", "  ", lines)
    except _OddError:
        return _dumped([entry])
    return "".join(lines)


def _lay_out(value: Any, before: str, indent: str, lines: list[str]) -> None:
    """Append the value's lines, the first after `before`, the others after `indent`."""
    if type(value) is dict and value:
        for key, one in value.items():
            name = _key(key)
            if type(one) in _NESTED and one:
                lines.append(f"{before}{name}:\n")
                inner = f"{indent}  " if type(one) is dict else indent
                _lay_out(one, inner, inner, lines)
            else:
                lines.append(f"{before}{name}: {_scalar(one)}\n")
            before = indent
    elif type(value) is list and value:
        for one in value:
            if type(one) is str:
                lines.append(f"{before}- {_text(one)}\n")
            else:
                _lay_out(one, f"{before}- ", f"{indent}  ", lines)
            before = indent
    else:
        lines.append(f"{before}{_scalar(value)}\n")


@lru_cache(maxsize=256)
def _key(key: Any) -> str:
    if not isinstance(key, str) or not _KEY.fullmatch(key) or _means_more(key):
        raise _OddError
    return key


def _scalar(value: Any) -> str:
    if type(value) is str:
        return _text(value)
    if value is None:
        return "null"
    if type(value) is int:
        return str(value)
    if type(value) is bool:
        return "true" if value else "false"
    if type(value) in _NESTED and not value:
        return "[]" if type(value) is list else "{}"
    raise _OddError


def _text(text: str) -> str:
    if not text:
        return "''"
    if len(text) > _LONGEST or not _WORDS.fullmatch(text):
        raise _OddError
    return f"'{text}'" if _means_more(text) else text


def _means_more(text: str) -> bool:
    """Whether YAML 1.1 takes the bare word for a number, a date, a truth value or nothing."""
    resolvers = _Dumper.yaml_implicit_resolvers.get(text[0])
    return resolvers is not None and any(pattern.match(text) for _tag, pattern in resolvers)


def _dumped(value: Any) -> str:
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=10_000)
    return text
