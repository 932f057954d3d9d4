"""What the documents have one paste works: shell that parses, commands and options that exist, files that are there.

`make fresh` runs the blocks themselves in an empty Debian (bench/fresh.py).
"""

from __future__ import annotations

import re
import shlex
import subprocess
from argparse import ArgumentParser
from pathlib import Path

import pytest
from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand, CommandError

# The same on every database.
pytestmark = pytest.mark.sqlite

ROOT = Path(__file__).parent.parent
DOCUMENTS = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "SECURITY.md",
    *sorted((ROOT / "docs").glob("*.md")),
    *sorted((ROOT / "docs/coming-from").glob("*.md")),
]
SHELL_BLOCKS = re.compile(r"^```sh[^\n]*\n(.*?)^```$", re.DOTALL | re.MULTILINE)
INDENTED = re.compile(r"(?:^ {4}.*\n)+", re.MULTILINE)
COMMAND = re.compile(r"(?:manage\.py|(?<![\w./-])oxaas) +([a-z][a-z-]+[^`\n|;&)]*)")


def shell_of(document: Path) -> list[str]:
    """The blocks that are meant to be pasted: fenced ones, and indented ones that name a command of ours."""
    text = document.read_text()
    indented = [
        block for block in INDENTED.findall(text) if re.search(r"^ {4}(\S*/)?(manage\.py|make) ", block, re.MULTILINE)
    ]
    return SHELL_BLOCKS.findall(text) + indented


def our_commands(document: Path) -> list[list[str]]:
    """The words after manage.py (or oxaas, in blocks), of blocks and of running text."""
    text = document.read_text().replace("\\\n", " ")
    named = [match for match in COMMAND.findall(text) if match.split()[0] in get_commands()]
    found = []
    for line in named:
        words = re.split(r" +#|[<>]| …|…| \(", line)[0]
        found.append(shlex.split(words.strip().rstrip(".,:'\"")))
    return found


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_blocks__are_shell_that_parses(document: Path) -> None:
    for block in shell_of(document):
        done = subprocess.run(["bash", "-n"], input=block, check=False, capture_output=True, text=True)
        assert (done.returncode, done.stderr) == (0, ""), block


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands__exist(document: Path) -> None:
    text = document.read_text()
    named = set(re.findall(r"manage\.py +([a-z][a-z-]+)", text))
    assert named - set(get_commands()) == set()


def parser_of(name: str) -> ArgumentParser:
    app = get_commands()[name]
    command = app if isinstance(app, BaseCommand) else load_command_class(app, name)
    return command.create_parser("manage.py", name)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_commands__know_their_options(document: Path) -> None:
    """Running text names a command without its arguments; what is given must be known."""
    for words in our_commands(document):
        name, *arguments = words
        if not any(word.startswith("--") for word in arguments):
            continue
        known = parser_of(name).format_help() + " ".join(_help_of_steps(name))
        options = [word.split("=")[0] for word in arguments if word.startswith("--")]
        assert [option for option in options if option not in known] == [], words


def _help_of_steps(name: str) -> list[str]:
    parser = parser_of(name)
    steps = [action.choices for action in parser._actions if isinstance(action.choices, dict)]
    return [one.format_help() for choices in steps for one in choices.values()]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_blocks__name_files_that_are_there(document: Path) -> None:
    named = {
        path
        for block in shell_of(document)
        for path in re.findall(r"(?<![\w/])(?:/opt/oxaas/)?(deploy/[\w./-]+)", block)
    }
    assert [path for path in named if not (ROOT / path.rstrip("/")).exists()] == []


def test_blocks__of_logins_are_run_as_written(db: None) -> None:
    """The examples of one chapter, argument by argument: they must be complete."""
    for words in our_commands(ROOT / "docs/logins.md"):
        name, *arguments = words
        if arguments and name == "administrator":
            try:
                parser_of(name).parse_args(arguments)
            except CommandError as error:
                pytest.fail(f"{words}: {error}")


@pytest.mark.parametrize("document", [*DOCUMENTS, ROOT / "CHANGELOG.md", ROOT / "Makefile"], ids=lambda path: path.name)
def test_documents__have_no_mark_of_a_conflict(document: Path) -> None:
    assert re.findall(r"^(?:<<<<<<<|=======|>>>>>>>)(?: .*)?$", document.read_text(), re.MULTILINE) == []
