"""`python -m conformance TARGET.toml`: ask a server every question and report; 1 where one was answered otherwise."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import jsonschema

from conformance import report
from conformance.catalogue import QUESTIONS, Question
from conformance.questions import load
from conformance.report import Result
from conformance.server import Server, SkipError
from conformance.target import Target, TargetError, read

FORMATS: Final[dict[str, Callable[[Sequence[Result]], str]]] = {
    "text": report.text,
    "markdown": report.markdown,
    "json": report.as_json,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """0 where everything is as ruled, 1 where not, 2 where the server cannot be asked."""
    options = _parser().parse_args(arguments)
    try:
        target = read(options.target, options.url)
        results = run(target, options.only)
    except (TargetError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(FORMATS[options.format](results))
    return 1 if report.failed(results) else 0


def run(target: Target, only: str = "") -> list[Result]:
    """Every question whose name has `only` in it, asked in order. OSError where the server is not reached."""
    load()
    server = Server(target)
    server.send("GET", "/")
    return [_asked(server, one) for one in QUESTIONS if only.lower() in one.name.lower()]


def _asked(server: Server, question: Question) -> Result:
    try:
        question.ask(server)
    except SkipError as skipped:
        return Result(question, "skipped", str(skipped))
    except jsonschema.ValidationError as error:
        return Result(question, "failed", f"{_last(server)}: {error.message}")
    except (AssertionError, OSError) as error:
        return Result(question, "failed", f"{_last(server)}: {error}")
    return Result(question, "passed")


def _last(server: Server) -> str:
    return f"{server.last.method} {server.last.path[:200]}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m conformance", description=__doc__)
    parser.add_argument("target", type=Path, help="a TOML file with the server, its logins and what is on it")
    parser.add_argument("--url", help="the server, instead of the one in the file")
    parser.add_argument("--only", default="", metavar="WORD", help="only questions with this in their names")
    parser.add_argument("--format", choices=FORMATS, default="text")
    return parser


if __name__ == "__main__":
    sys.exit(main())
