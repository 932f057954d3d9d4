"""docs/client.md: what it has one paste does what it prints, against the demo that `make run` serves."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from oxaas_client.cli.main import MISUSED, NO_ANSWER, NOT_ALLOWED, NOT_FOUND, REFUSED, parser
from tests.serving import DEMO, serving

pytestmark = [pytest.mark.sqlite, pytest.mark.xdist_group("clients")]

ROOT: Final = Path(__file__).parents[2]
TEXT: Final = (ROOT / "docs/client.md").read_text()
BLOCK: Final = re.compile(r"^```(sh|python)\n(.*?)^```\n(?:\n^```text\n(.*?)^```\n)?", re.DOTALL | re.MULTILINE)
HERE: Final = "http://127.0.0.1:8000"
REQUEST: Final = re.compile(r"\(request \S+\)")


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[str]:
    """Where the demo is."""
    (tmp_path / "served").mkdir()
    with serving(tmp_path / "served", world=DEMO) as port:
        yield f"http://127.0.0.1:{port}"


def test_document__prints_what_happens(demo: str, tmp_path: Path) -> None:
    """Each block after the other, in one folder and with the variables of the one before."""
    command = tmp_path / "oxaas-cli"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m oxaas_client.cli "$@"\n')
    command.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HOME": str(tmp_path)}
    environment["PYTHONPATH"] = str(ROOT / "clients/python/src")
    exports = ""
    blocks = [found for found in BLOCK.findall(TEXT) if not found[1].startswith("pip ")]
    assert len(blocks) >= 8
    for language, code, printed in blocks:
        script = code.replace(HERE, demo)
        words = [sys.executable, "-"] if language == "python" else ["bash", "-e"]
        text = script if language == "python" else exports + script
        exports += "".join(f"{line}\n" for line in script.splitlines() if line.startswith("export "))
        done = subprocess.run(
            words, input=text, cwd=tmp_path, env=environment, check=False, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        told = "\n".join(line for line in done.stdout.splitlines() if not re.match(r"\w+: \d+ of \d+$", line))
        assert REQUEST.sub("", told).strip() == REQUEST.sub("", printed).strip(), code
        assert done.returncode == 0, code


def test_document__has_every_command_and_status() -> None:
    steps = next(action.choices for action in parser()._actions if isinstance(action.choices, dict))
    assert [name for name in steps if f"`{name}" not in TEXT and f"oxaas-cli {name}" not in TEXT] == []
    table = re.findall(r"^\| ([0-9]) \| (.*) \|$", TEXT, re.MULTILINE)
    assert {int(status) for status, _sentence in table} == {0, REFUSED, MISUSED, NOT_ALLOWED, NOT_FOUND, NO_ANSWER}
    assert all(f"\n  {status}  {sentence}\n" in parser().format_help() for status, sentence in table)
