"""Reading the API's answers, and saying what a good one looks like."""

from __future__ import annotations

import json
from typing import Any

from django.http import HttpResponseBase

from tests.openapi import body_of

__all__ = ["answered", "body_of", "empty", "refused"]


def answered(response: HttpResponseBase, status: int) -> Any:
    """The JSON of an answer with this status."""
    body = body_of(response)
    assert response.status_code == status, body
    assert response["Content-Type"] == "application/json"
    return json.loads(body.decode("utf-8"))


def refused(response: HttpResponseBase, status: int) -> str:
    """The sentence of a refusal with this status; there is nothing else in its body."""
    body = answered(response, status)
    assert body.keys() == {"error"}
    sentence = body["error"]
    assert isinstance(sentence, str)
    assert " " in sentence
    assert sentence.endswith(".")
    assert "Traceback" not in sentence
    return sentence


def empty(response: HttpResponseBase, status: int) -> None:
    """An answer with this status and no body."""
    assert response.status_code == status, body_of(response)
    assert body_of(response) == b""
