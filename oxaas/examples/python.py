"""An example as a call of the Python client (`clients/python`)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from oxaas.examples.calls import LINES, Call

PREFIX: Final = "/api/v2/"
_WIDTH: Final = 88
_NAMES: Final = {"PUT": "replace", "PATCH": "change", "DELETE": "delete"}
# Beside the collections: the client has a method for each.
_ALONE: Final = {"trace", "provision"}


def python(call: Call) -> str:
    """As it is typed where there is a `client`, and the `ID` where the path has one."""
    if call.template.startswith(PREFIX):
        return _second(call, call.template.removeprefix(PREFIX).split("/"))
    body = {} if call.example.body is None else {"json": call.example.body}
    return _assigned("request", [call.method, call.target], body)


def _second(call: Call, parts: Sequence[str]) -> str:
    """The second version: of what is done with objects the client knows all."""
    body = [] if call.example.body is None else [call.example.body]
    match call.method, parts:
        case _, [name] if name in _ALONE:
            (first, *others) = (dict(call.example.query) or call.example.body).items()
            return _assigned(name, [first[1]], dict(others))
        case "GET", [resource]:
            return _each("list", [resource], call.example.query)
        case "POST", [resource, "batch"] if call.media_type == LINES:
            return _each("batch", [resource, *body], {})
        case "POST", [resource]:
            return _assigned("create", [resource, *body])
        case "GET", [resource, _id, *more]:
            return _assigned("get", [resource, Name("ID"), *more], call.example.query)
        case "POST", [resource, _id, action]:
            return _assigned("do", [resource, Name("ID"), action, *body])
        case "DELETE", [resource, _id]:
            return _called("delete", [resource, Name("ID")], {})
        case method, [resource, _id]:
            return _assigned(_NAMES[method], [resource, Name("ID"), *body])
    raise ValueError(f"the client has no call for {call.method} {call.template}")


class Name(str):
    """A variable, where others are values."""


def _assigned(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any] | None = None) -> str:
    return f"answer = {_called(name, arguments, keywords or {})}"


def _each(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> str:
    return f"for one in {_called(name, arguments, keywords)}:\n    print(one)"


def _called(name: str, arguments: Sequence[Any], keywords: Mapping[str, Any]) -> str:
    """The call on one line, or where that is too long with a line for each argument."""
    written = [_literal(one) for one in arguments] + [f"{key}={_literal(value)}" for key, value in keywords.items()]
    line = f"client.{name}({', '.join(written)})"
    if len(line) <= _WIDTH:
        return line
    lines = [_literal(one, "    ") for one in arguments]
    lines += [f"{key}={_literal(value, '    ')}" for key, value in keywords.items()]
    return f"client.{name}(\n" + "".join(f"    {one},\n" for one in lines) + ")"


def _literal(value: Any, indent: str | None = None) -> str:
    """The value as Python has it; with an indent, lists and objects that are too long for a line have several."""
    match value:
        case Name():
            return value
        case bool() | None | int():
            return repr(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case dict():
            parts, brackets = [f"{_literal(key)}: {_literal(one)}" for key, one in value.items()], "{}"
        case _:
            parts, brackets = [_literal(one) for one in value], "[]"
    line = f"{brackets[0]}{', '.join(parts)}{brackets[1]}"
    if indent is None or len(indent) + len(line) <= _WIDTH - 4:
        return line
    inner = "".join(f"{indent}    {part},\n" for part in parts)
    return f"{brackets[0]}\n{inner}{indent}{brackets[1]}"
