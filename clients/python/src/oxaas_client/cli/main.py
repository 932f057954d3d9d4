"""The commands' words, and what becomes of errors."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any, Final

from oxaas_client import __version__
from oxaas_client.cli import commands, output
from oxaas_client.cli.profiles import Misused
from oxaas_client.problems import (
    Confused,
    Forbidden,
    NotFound,
    OxaasError,
    TooMany,
    Unauthorized,
    Unavailable,
    Unreachable,
)

REFUSED: Final = 1
MISUSED: Final = 2
NOT_ALLOWED: Final = 3
NOT_FOUND: Final = 4
NO_ANSWER: Final = 5
_EPILOG: Final = """exit status:
  0  done
  1  the server refused it, or a job did not come to its end
  2  the command cannot be done as it was given
  3  wrong credentials, or not for this role or API password
  4  there is no such thing among those that you see
  5  no answer, or not at the moment: try again later

Whom to call is asked of --profile, of the environment (OXAAS_URL with OXAAS_TOKEN, or with OXAAS_LOGIN and
OXAAS_PASSWORD; OXAAS_CA), and of the profile that `oxaas-cli login` wrote. No password is ever given as an argument.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do the command; the exit status."""
    given = _parsed(arguments)
    form = "json" if given.json else given.output
    try:
        given.output = form
        status: int = given.do(given)
        sys.stdout.flush()
    except OxaasError as error:
        output.refused(error, form)
        return _status(error)
    except ValueError as error:
        output.refused(Misused(str(error)), form)
        return MISUSED
    except BrokenPipeError:
        # Whoever reads the answer has enough of it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130
    return status


def _parsed(arguments: Sequence[str] | None) -> argparse.Namespace:
    """The words; NAME=VALUE may also stand behind options, where argparse takes none any more."""
    whole = parser()
    given, rest = whole.parse_known_args(arguments)
    pairs = next((vars(given)[name] for name in ("values", "filters") if name in given), None)
    if rest and (pairs is None or any(word.startswith("-") for word in rest)):
        whole.error(f"unrecognized arguments: {' '.join(rest)}")
    if pairs is not None:
        pairs.extend(rest)
    return given


def _status(error: OxaasError) -> int:
    match error:
        case Misused():
            return MISUSED
        case Unauthorized() | Forbidden():
            return NOT_ALLOWED
        case NotFound():
            return NOT_FOUND
        case Unreachable() | Unavailable() | TooMany() | Confused():
            return NO_ANSWER
    return REFUSED


def parser() -> argparse.ArgumentParser:
    """All commands."""
    whole = argparse.ArgumentParser(
        "oxaas-cli",
        description="The command line of a remote oxaas.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    whole.add_argument("--version", action="version", version=f"oxaas-cli {__version__}")
    steps = whole.add_subparsers(metavar="COMMAND", required=True)
    for name, sentence, do, words in _COMMANDS:
        one = steps.add_parser(name, help=sentence, description=sentence)
        one.set_defaults(do=do)
        for options, how in (*words, *_COMMON):
            one.add_argument(*options, **how)
    return whole


def _word(*options: str, **how: Any) -> tuple[tuple[str, ...], dict[str, Any]]:
    return options, how


_RESOURCE: Final = _word("resource", metavar="RESOURCE", help="contexts, users, aliases, domains, jobs, …")
_ID: Final = _word("id", metavar="ID", help="the object's id")
_VALUES: Final = _word(
    "values", metavar="NAME=VALUE", nargs="*", help="a text, or NAME:=VALUE for JSON: quota:=null, 'recipients:=[…]'"
)
_FILE: Final = _word("--file", help="a JSON object with the values; - is standard input")
_IF_MATCH: Final = _word("--if-match", metavar="ETAG", help="only if it is still that version")
_FIELDS: Final = _word("--fields", help="the fields that are wanted, separated by commas")
_INCLUDE: Final = _word("--include", help="related objects, separated by commas")
_KEY: Final = _word("--key", help="make it once, however often this is called with the same key within a day")
_COMMON: Final = (
    _word("--profile", help="the profile to use (default: that of the environment, or “default”)"),
    _word("--output", "-o", choices=output.FORMATS, default="table", help="how to print it (default: table)"),
    _word("--json", action="store_true", help="short for --output json; errors are JSON too"),
    _word("--timeout", type=float, default=60, metavar="SECONDS", help="for one call (default: 60)"),
)
_COMMANDS: Final[Sequence[tuple[str, str, Any, Sequence[Any]]]] = (
    (
        "login",
        "Try a login, and keep it in a file that you alone can read.",
        commands.login,
        (
            _word("url", metavar="URL", help="the address of the installation"),
            _word("--login", metavar="NAME", help="a login with a password; without it an API password alone"),
            _word("--password-file", metavar="FILE", help="where the password is; - is standard input"),
            _word("--ca", metavar="FILE", help="the certificates to trust instead of the system's"),
            _word("--plain-http", action="store_true", help="the way is safe without TLS"),
        ),
    ),
    ("logout", "Forget the login.", commands.logout, ()),
    (
        "list",
        "List objects, all pages of them.",
        commands.list_,
        (
            _RESOURCE,
            _word("filters", metavar="NAME=VALUE", nargs="*", help="a filter, such as context=24"),
            _word("--search", help="a text anywhere in the names"),
            _word("--sort", help="columns separated by commas; with - in front it descends"),
            _word("--limit", type=int, help="stop after so many"),
            _FIELDS,
            _INCLUDE,
        ),
    ),
    (
        "get",
        "Show one object.",
        commands.get,
        (
            _RESOURCE,
            _ID,
            _word("part", nargs="?", metavar="PART", help="what hangs on it: users ID properties, users ID mail"),
            _FIELDS,
            _INCLUDE,
        ),
    ),
    ("create", "Make a new object.", commands.create, (_RESOURCE, _VALUES, _FILE, _KEY)),
    ("update", "Change an object.", commands.update, (_RESOURCE, _ID, _VALUES, _FILE, _IF_MATCH)),
    (
        "delete",
        "Delete an object.",
        commands.delete,
        (_RESOURCE, _ID, _IF_MATCH, _word("--yes", action="store_true", help="do not ask")),
    ),
    (
        "apply",
        "Make what a file for `manage.py provision` declares so, all of it or nothing.",
        commands.apply,
        (
            _word("file", metavar="FILE", help="YAML or JSON; - is standard input"),
            _word("--dry-run", action="store_true", help="show what would change, and change nothing"),
            _KEY,
        ),
    ),
    (
        "trace",
        "Show where mail to an address goes.",
        commands.trace,
        (_word("address", metavar="ADDRESS", help="a local part, an @ and a domain"),),
    ),
    (
        "follow",
        "Print the change log as it grows, each line once.",
        commands.follow,
        (
            _word("filters", metavar="NAME=VALUE", nargs="*", help="a filter, such as kind=user"),
            _word("--after", default="now", help="first, now, or a place (default: now)"),
            _word("--place", metavar="FILE", help="where the place is kept: go on there the next time"),
            _word("--once", action="store_true", help="stop where there is nothing more"),
        ),
    ),
    (
        "jobs",
        "List bulk edits, or look after one.",
        commands.jobs,
        (
            _word("id", metavar="ID", nargs="?", type=int, help="the job; without it they are listed"),
            _word("--watch", action="store_true", help="until it waits for you or is over"),
            _word("--start", action="store_true", help="run what the preview announced, and watch it"),
            _word("--confirm", help="what the job's `confirm` says"),
            _word("--cancel", action="store_true", help="stop it after its present batch"),
            _word("--undo", action="store_true", help="preview another job that undoes it"),
        ),
    ),
)
