"""The first hour of docs/api-v2.md, and what else it promises."""

from __future__ import annotations

import io
import re
from typing import Any, Final

from django.core.management import call_command

from apiv2.problems import PROBLEMS
from apiv2.table import ACTIONS
from tests.client import Api
from tests.emptying import clear
from tests.test_readme import ROOT, Curl

TEXT: Final = (ROOT / "docs/api-v2.md").read_text()
CALLS: Final = re.findall(r"```sh\n(curl .*?)```\n\n```(?:json|text)\n(.*?)```", TEXT, re.DOTALL)
# What differs from one installation to the next.
_OWN: Final = re.compile(r'"(id|reseller|user)":[0-9]+|"created_at":"[^"]+"')


def _same(text: str) -> str:
    return _OWN.sub(lambda found: found[0].partition(":")[0], text).strip()


def test_first_hour__answers_as_printed(db: None, api: Api, settings: Any, tmp_path: Any) -> None:
    settings.MAIL_STORE = f"maildir://{tmp_path}/maildir"
    clear()
    call_command("demo", stdout=io.StringIO())
    assert len(CALLS) == 9

    for command, answer in CALLS:
        assert _same(Curl.parse(command).run(api)) == _same(answer), command


def test_problems__are_those_of_the_document() -> None:
    table = dict(re.findall(r"^\| `([a-z-]+)` \| ([0-9]+): ", TEXT, re.MULTILINE))
    assert {name: str(status) for name, (status, _title) in PROBLEMS.items()} == table


def test_actions__beside_items_are_in_the_document() -> None:
    usual = {"list", "retrieve", "create", "update", "partial_update", "destroy", "items"}
    others = {action for actions in ACTIONS.values() for action in actions} - usual
    assert {one for one in others if not re.search(rf"\b{one}`", TEXT)} == set()
