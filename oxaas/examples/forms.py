"""The forms of the examples, in the places that they are shown at."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from core.openapi.inspection import document
from oxaas.examples.calls import Call, calls, operations
from oxaas.examples.curl import curl
from oxaas.examples.python import python


def samples(call: Call) -> list[dict[str, str]]:
    """The forms as `x-codeSamples`, which pages that show OpenAPI documents know."""
    return [
        {"lang": "Shell", "label": "curl", "source": curl(call)},
        {"lang": "Python", "label": "Python", "source": python(call)},
    ]


@cache
def illustrated() -> dict[str, Any]:
    """The OpenAPI document with the examples in it."""
    found = copy.deepcopy(document())
    for _path, _method, operation in operations(found):
        if operation["operationId"] in calls():
            operation["x-codeSamples"] = samples(calls()[operation["operationId"]])
    return found
