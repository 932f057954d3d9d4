"""The languages: the API's one, and the web admin in German."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.client import ADMIN, FORWARDS, Api
from tests.world import World

pytestmark = pytest.mark.django_db

GERMAN = {"Accept-Language": "de"}


@pytest.mark.parametrize(
    ("path", "login", "body", "sentence"),
    [
        # The framework's own sentence, a service's with a name in it, one about an address, and one of no view at all.
        (f"{ADMIN}/contexts/24/users/42/uidname", "admin", {}, "uidname: This field is required."),
        (f"{ADMIN}/contexts/24/users/42/custom", "admin", {"custom": ""}, "The custom id is empty."),
        (f"{FORWARDS}/24/sales@acme.example", "admin", ["no-address"], "“no-address” is not a mail address."),
        (f"{ADMIN}/nowhere", None, {}, "There is no such path."),
    ],
)
def test_api__speaks_english_whatever_is_accepted(
    api: Api, world: World, path: str, login: str | None, body: Any, sentence: str
) -> None:
    answer: Any = api("PUT", path, login, body, headers=GERMAN)
    assert sentence in json.loads(answer.content)["error"]
    assert answer["Content-Language"] == "en"
