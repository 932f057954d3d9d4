"""The version is said once, and the same wherever it is said."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest
import yaml
from django.conf import settings

import oxaas
from oxaas import command_line

# The same on every database.
pytestmark = pytest.mark.sqlite

ROOT = Path(__file__).parent.parent
CHANGELOG = (ROOT / "CHANGELOG.md").read_text()
HEAD = re.compile(r"(\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d)\n")


def released() -> list[tuple[str, str]]:
    """Number and day of each version in the changelog; what comes above the first is not released."""
    sections = re.split(r"^## ", CHANGELOG, flags=re.MULTILINE)[1:]
    if sections[0].startswith("Unreleased\n"):
        sections = sections[1:]
    heads = [HEAD.match(one) for one in sections]
    assert all(heads), "a section is `## 1.4.0 - 2027-01-31`, but for `## Unreleased` at the top"
    return [(head[1], head[2]) for head in heads if head]


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(one) for one in version.split("."))


def test_version__is_that_of_the_newest_section_of_the_changelog() -> None:
    versions = released()
    assert versions[0][0] == oxaas.__version__
    assert [one for one, _day in versions] == sorted({one for one, _day in versions}, key=numbers, reverse=True)
    days = [date.fromisoformat(day) for _one, day in versions]
    assert days == sorted(days, reverse=True)


def test_version__is_the_wheels() -> None:
    """setuptools reads it; tests/test_wheel.py looks into the wheel itself."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert "version" in project["project"]["dynamic"]
    assert project["tool"]["setuptools"]["dynamic"]["version"] == {"attr": "oxaas.__version__"}


def test_version__is_that_of_the_tag_where_there_is_one() -> None:
    done = subprocess.run(
        ["git", "tag", "--points-at", "HEAD", "--list", "v*"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        pytest.skip("not in a clone")
    assert set(done.stdout.split()) <= {f"v{oxaas.__version__}"}


def test_version__of_the_published_api_is_one_for_contract_description_and_changelog() -> None:
    """It is the API's own, which stays when ours goes on."""
    contract = yaml.safe_load((ROOT / "contract/openapi.yaml").read_text())["info"]
    assert (contract["title"], contract["version"]) == (
        settings.SPECTACULAR_SETTINGS["TITLE"],
        settings.SPECTACULAR_SETTINGS["VERSION"],
    )
    assert f"REST APIs {contract['version']}" in CHANGELOG


@pytest.mark.parametrize("words", [["--version"], ["version"]])
def test_version__is_said_by_the_command(
    words: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["oxaas", *words])
    command_line.main()
    assert capsys.readouterr().out == f"oxaas {oxaas.__version__}\n"
