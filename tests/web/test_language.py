"""The languages: the API's one, and the web admin in German."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
from django.conf import settings

from tests.client import ADMIN, FORWARDS, Api
from tests.world import World

pytestmark = pytest.mark.django_db

GERMAN: Final = {"Accept-Language": "de"}
ROOT: Final = Path(__file__).parents[2]
# All that has texts for people, and what gathers them.
SOURCES: Final = (
    "accounts",
    "bulk",
    "changelog",
    "core",
    "demo",
    "domains",
    "forwards",
    "importers",
    "apiv2",
    "mailstats",
    "oxaas",
    "web",
    "webhooks",
    "templates",
    "locale",
    "manage.py",
)
CHECKS: Final = {"DEBUG": "true", "SECRET_KEY": "only-for-checks", "LC_ALL": "C.UTF-8"}


def catalogue_of(language: str) -> Path:
    """The translations as they are edited."""
    return ROOT / "locale" / language / "LC_MESSAGES" / "django.po"


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


def run(*command: str, cwd: Path = ROOT) -> str:
    """What a tool of gettext prints; it must succeed."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False, env={**os.environ, **CHECKS})
    assert done.returncode == 0, done.stderr
    return done.stdout


def plain(catalogue: Path) -> str:
    """The catalogue in a form in which two of them can be compared: where a text stands does not count."""
    return run("msgcat", "--no-location", "--no-wrap", "--sort-output", str(catalogue))


@pytest.mark.parametrize("language", [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE])
class TestCatalogue:
    def test_catalogue__is_what_the_texts_are_today(self, language: str, tmp_path: Path) -> None:
        for name in SOURCES:
            source = ROOT / name
            shutil.copytree(source, tmp_path / name) if source.is_dir() else shutil.copy(source, tmp_path)
        run(
            sys.executable,
            "manage.py",
            "makemessages",
            "--locale",
            language,
            "--no-obsolete",
            "--no-wrap",
            cwd=tmp_path,
        )
        copy = tmp_path / "locale" / language / "LC_MESSAGES" / "django.po"
        assert [line for line in plain(copy).splitlines() if "POT-Creation-Date" not in line] == [
            *plain(catalogue_of(language)).splitlines()
        ], "run make messages, and translate what is new"

    @pytest.mark.parametrize("state", ["--untranslated", "--only-fuzzy", "--only-obsolete"])
    def test_catalogue__is_complete(self, language: str, state: str) -> None:
        assert run("msgattrib", state, "--no-location", str(catalogue_of(language))) == ""

    def test_catalogue__placeholders_agree(self, language: str) -> None:
        run("msgfmt", "--check", "--output-file", os.devnull, str(catalogue_of(language)))

    def test_catalogue__is_compiled(self, language: str, tmp_path: Path) -> None:
        source, compiled = catalogue_of(language), tmp_path / "django.mo"
        run("msgfmt", "--output-file", str(compiled), str(source))
        assert run("msgunfmt", str(source.with_suffix(".mo"))) == run("msgunfmt", str(compiled)), "run make messages"
