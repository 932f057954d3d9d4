"""Reading a declared world: YAML or JSON as plain data, and nothing that either could hide in it.

YAML is read by the rules of its version 1.2, as JSON is: `no` and `2026-01-01` are texts, `010` is not eight. Anchors,
tags and repeated keys are refused: a few lines of the first can stand for gigabytes, the last is a slip of the pen.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

import yaml

from core.addresses import printable
from core.errors import Invalid

MAX_BYTES: Final = 32 * 1024 * 1024
_MAX_DEPTH: Final = 20
_PREFIX: Final = "tag:yaml.org,2002:"
# Every pattern matches less than YAML 1.1's, by which the export decides what it must quote.
_SCALARS: Final[list[tuple[str, str, str]]] = [
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"-?(?:0|[1-9][0-9]*)", "-0123456789"),
    ("float", r"-?[0-9]+\.[0-9]*(?:[eE][-+][0-9]+)?", "-0123456789"),
]


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """PyYAML's safe loader, with our own idea of what a bare word is."""

    yaml_implicit_resolvers: dict[str, Any] = {}


for _name, _pattern, _first in _SCALARS:
    _Loader.add_implicit_resolver(
        _PREFIX + _name, re.compile(rf"(?:{_pattern})\Z"), ["" if c == "\0" else c for c in _first]
    )


def read(raw: bytes, *, only_json: bool = False) -> Any:
    """The document as dicts, lists, texts, numbers, booleans and None. Invalid says what is wrong, and where."""
    if len(raw) > MAX_BYTES:
        raise Invalid(f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Invalid(f"The file is not UTF-8 (byte {error.start}).") from error
    try:
        return _read(text, only_json=only_json)
    except RecursionError as error:
        raise Invalid("The file nests too deeply.") from error


def shown(value: object, limit: int = 60) -> str:
    """A value of the file fit for a sentence: on one line, short, and nothing that steers a terminal."""
    text = value if isinstance(value, str) else json.dumps(value, default=str)
    safe = "".join(char if printable(char) else "\N{REPLACEMENT CHARACTER}" for char in text[:limit])
    return safe + ("…" if len(text) > limit else "")


def _read(text: str, *, only_json: bool) -> Any:
    if only_json or text.lstrip().startswith("{"):
        try:
            return _read_json(text)
        except json.JSONDecodeError as error:
            # What begins with a brace may also be YAML's flow style.
            if only_json:
                raise Invalid(f"This is not JSON: {error}.") from error
    try:
        _check_structure(text)
        node = yaml.compose(text, Loader=_Loader)
        return None if node is None else _plain(node)
    except yaml.YAMLError as error:
        raise Invalid(f"This is neither YAML nor JSON: {_sentence(error)}.") from error


def _read_json(text: str) -> Any:
    def refuse(constant: str) -> NoReturn:
        raise Invalid(f"{constant} is not a number that JSON knows.")

    def whole(digits: str) -> int:
        if len(digits) > 30:
            raise Invalid(f"The number {digits[:10]}… is too large.")
        return int(digits)

    return json.loads(text, object_pairs_hook=_without_repeats, parse_constant=refuse, parse_int=whole)


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise Invalid(f"The key “{shown(key)}” stands twice in one object.")
        result[key] = value
    return result


def _check_structure(text: str) -> None:
    """Refuse aliases and deep nesting before anything recurses: libyaml itself has no limit but the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        where = f"line {event.start_mark.line + 1}" if event.start_mark else "somewhere"
        if isinstance(event, yaml.AliasEvent):
            raise Invalid(f"Anchors and aliases are not allowed ({where}).")
        if depth > _MAX_DEPTH:
            raise Invalid(f"The file nests too deeply ({where}).")


def _plain(node: yaml.Node) -> Any:
    """The node as plain data; Invalid names the line."""
    where = f"line {node.start_mark.line + 1}"
    kind = node.tag.removeprefix(_PREFIX)
    if isinstance(node, yaml.MappingNode) and kind == "map":
        return _mapping(node)
    if isinstance(node, yaml.SequenceNode) and kind == "seq":
        return [_plain(item) for item in node.value]
    if isinstance(node, yaml.ScalarNode) and kind in {"str", "null", "bool", "int", "float"}:
        return _scalar(kind, str(node.value), where)
    raise Invalid(f"The tag {shown(node.tag)} is not allowed ({where}).")


def _mapping(node: yaml.MappingNode) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key_node, value_node in node.value:
        where = f"line {key_node.start_mark.line + 1}"
        key = _plain(key_node)
        if not isinstance(key, str):
            raise Invalid(f"A key must be text ({where}).")
        if key in result:
            raise Invalid(f"The key “{shown(key)}” stands twice in one mapping ({where}).")
        result[key] = _plain(value_node)
    return result


def _scalar(kind: str, value: str, where: str) -> Any:
    pattern = next((pattern for name, pattern, _first in _SCALARS if name == kind), None)
    if pattern is not None and not re.fullmatch(pattern, value):
        raise Invalid(f"“{shown(value)}” is no {kind} ({where}).")
    match kind:
        case "null":
            return None
        case "bool":
            return value.lower() == "true"
        case "int" if len(value) > 30:
            raise Invalid(f"The number {value[:10]}… is too large ({where}).")
        case "int":
            return int(value)
        case "float":
            return float(value)
    return value


def _sentence(error: yaml.YAMLError) -> str:
    """PyYAML's finding on one line, with the place and without the excerpt."""
    problem = getattr(error, "problem", None) or str(error).splitlines()[0]
    mark = getattr(error, "problem_mark", None)
    return shown(problem, 200) + (f" (line {mark.line + 1}, column {mark.column + 1})" if mark else "")
