"""The README and the documents beside it keep their promises: calls, answers, settings, files."""

from __future__ import annotations

import io
import re
import shlex
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from core.access import SCHEMES
from tests.client import Api
from tests.emptying import clear

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
SERVER = "http://127.0.0.1:8000"
CALLS = re.findall(r"```sh\n(curl .*?)```\n\n```(?:json|text)\n(.*?)```", README, re.DOTALL)


@dataclass
class Curl:
    """One call of curl, as far as the README uses its options."""

    url: str = ""
    login: str = ""
    password: str = ""
    method: str = ""
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    write_out: str = ""
    shows_body: bool = True

    @classmethod
    def parse(cls, command: str) -> Curl:
        """Raises for an option that this does not know: then it must learn it."""
        words = iter(shlex.split(command.replace("\\\n", " "))[1:])
        call = cls()
        for word in words:
            match word:
                case "-u":
                    call.login, call.password = next(words).split(":", 1)
                case "-X":
                    call.method = next(words)
                case "-d" | "--data-binary":
                    call.body = next(words)
                case "-o":
                    call.shows_body = next(words) != "/dev/null"
                case "-H":
                    name, value = next(words).split(": ", 1)
                    call.headers[name] = value
                case "-w":
                    call.write_out = next(words)
                case _ if word.startswith(SERVER):
                    call.url = word.removeprefix(SERVER)
                case _:
                    raise ValueError(f"an option of curl that the README has not used before: {word}")
        call.method = call.method or ("POST" if call.body else "GET")
        return call

    def run(self, api: Api) -> str:
        """What curl would print."""
        response: Any = api(
            self.method,
            self.url,
            self.login,
            password=self.password,
            raw=self.body.encode(),
            content_type=self.headers.get("Content-Type", "application/x-www-form-urlencoded"),
            headers={name: value for name, value in self.headers.items() if name != "Content-Type"},
        )
        printed = str(response.content.decode()) if self.shows_body else ""
        return printed + self.write_out.replace("%{http_code}", str(response.status_code)).replace("\\n", "\n")


def test_readme__first_five_calls_answer_as_printed(db: None, api: Api, settings: Any, tmp_path: Path) -> None:
    settings.MAIL_STORE = f"maildir://{tmp_path}/maildir"
    clear()
    call_command("demo", stdout=io.StringIO())
    assert len(CALLS) == 5

    for command, answer in CALLS:
        assert Curl.parse(command).run(api).strip() == answer.strip(), command


def test_readme__has_every_variable_that_the_settings_read() -> None:
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', (ROOT / "oxaas/settings.py").read_text()))
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE))

    assert {"SECRET_KEY", "DATABASE_URL"} <= read
    assert table == read


def test_readme__variables_of_make_run_are_those_of_the_script() -> None:
    read = set(re.findall(r'environ\.get\("([A-Z_]+)"', (ROOT / "scripts/run.py").read_text()))

    assert {name for name in read if f"`{name}`" not in README} == set()


def test_readme__commands_are_targets_of_the_makefile() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target for file in DOCUMENTS for target in re.findall(r"^ +make ([a-z-]+)", file.read_text(), re.MULTILINE)
    }

    assert {"run", "test"} <= named <= targets


@pytest.mark.parametrize("file", DOCUMENTS, ids=lambda file: file.name)
def test_documents__links_lead_somewhere(file: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", file.read_text())

    local = [link for link in links if not link.startswith(("http://", "https://"))]
    assert [link for link in local if not (file.parent / link).exists()] == []


def test_contributing__has_every_dependency_with_its_licence() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    table = [line for line in text.splitlines() if line.startswith("| ")]
    wanted = {
        name
        for file in ("requirements.in", "requirements-dev.in")
        for name in re.findall(r"^([A-Za-z][\w-]*)", (ROOT / file).read_text(), re.MULTILINE)
        if not name.startswith("types-")
    }

    assert {name for name in wanted if not any(re.search(rf"\b{name}\b", line) for line in table)} == set()
    assert all(line.count("|") == 4 for line in table)


def test_roles__names_every_scheme() -> None:
    text = (ROOT / "docs/roles.md").read_text()

    assert [scheme for scheme in SCHEMES if f"| `{scheme}` |" not in text] == []
