"""docs/threats.md names tests as proofs: each of them exists, and no threat is without one."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path
from typing import Final

import pytest

# The same on every database.
pytestmark = pytest.mark.sqlite

ROOT: Final = Path(__file__).resolve().parent.parent
DOCUMENT: Final = (ROOT / "docs/threats.md").read_text("utf-8")
_TEST: Final = re.compile(r"`(tests/[\w/]+\.py)((?:::\w+)+)`")
NAMED: Final = sorted({(path, name.removeprefix("::")) for path, name in _TEST.findall(DOCUMENT)})


@cache
def _tests_in(path: str) -> set[str]:
    """The tests of a module as pytest names them, without parameters."""
    module = ast.parse((ROOT / path).read_text("utf-8"))
    found = set()
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.ClassDef):
            found |= {f"{node.name}::{one.name}" for one in node.body if isinstance(one, ast.FunctionDef)}
    return {name for name in found if name.rpartition("::")[2].startswith("test_")}


@pytest.mark.parametrize(("path", "name"), NAMED)
def test_threats__every_named_test_exists(path: str, name: str) -> None:
    assert (ROOT / path).is_file(), path
    assert name in _tests_in(path)


def test_threats__every_one_has_a_test() -> None:
    rows = [line for line in DOCUMENT.splitlines() if line.startswith("| ")]
    threats = [row for row in rows if not row.startswith(("| wants ", "| what |"))]
    assert len(threats) > 30
    assert [row for row in threats if not _TEST.search(row)] == []


def test_threats__whatever_looks_like_a_test_is_named_as_one() -> None:
    """One that is misspelt must not be passed over."""
    assert DOCUMENT.count("tests/") == len(_TEST.findall(DOCUMENT)) + DOCUMENT.count("`tests/test_threats.py`")
