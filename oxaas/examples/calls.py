"""Each row of the table together with what the OpenAPI document says of its operation."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from urllib.parse import quote, urlencode

from core.openapi.inspection import document
from oxaas.examples.table import EXAMPLES, Example

LINES: Final = "application/x-ndjson"
# In a path nothing needs to be escaped that an address has.
_SAFE: Final = "@:,"
ID: Final = "id"


@dataclass(frozen=True, slots=True)
class Call:
    """An example with what the document says of its operation."""

    example: Example
    method: str
    template: str
    media_type: str

    @property
    def target(self) -> str:
        """Path and query, with `$ID` in the place of an object's id."""
        values = {name: quote(value, safe=_SAFE) for name, value in self.example.path.items()}
        path = self.template.format(**values | ({ID: "$ID"} if self.example.of else {}))
        query = urlencode(self.example.query, safe=_SAFE)
        return f"{path}?{query}" if query else path

    @property
    def content(self) -> str:
        """The body as it is sent; empty where there is none."""
        if self.media_type == LINES:
            return "\n".join(map(json.dumps, self.example.body))
        return "" if self.example.body is None else json.dumps(self.example.body)


@cache
def calls() -> dict[str, Call]:
    """Every operation of the document that has an example, by its name."""
    return {
        operation["operationId"]: Call(
            EXAMPLES[operation["operationId"]],
            method.upper(),
            path,
            next(iter(operation.get("requestBody", {}).get("content", {})), ""),
        )
        for path, method, operation in operations(document())
        if operation["operationId"] in EXAMPLES
    }


def operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Path, method and operation of everything in a document."""
    for path, item in described["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and "operationId" in operation:
                yield path, method, operation
