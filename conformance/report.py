"""What came out, for people (text), for a document (Markdown) and for programs (JSON)."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from conformance.catalogue import Question

MARKS = {"passed": "✓", "failed": "✗", "skipped": "-"}


@dataclass(frozen=True, slots=True)
class Result:
    """`outcome` is passed, failed or skipped; `why` is empty for what passed."""

    question: Question
    outcome: str
    why: str = ""


def failed(results: Sequence[Result]) -> bool:
    """Whether the server answered anything else than was ruled."""
    return any(one.outcome == "failed" for one in results)


def text(results: Sequence[Result]) -> str:
    """One line for each question, grouped by operation, and what was wrong below it."""
    lines = []
    for operation, group in _by_operation(results).items():
        lines.append(operation)
        for one in group:
            lines.append(f"  {MARKS[one.outcome]} {one.question.ruling}")
            if one.why:
                lines.append(f"      {one.why}")
    return "\n".join([*lines, "", _sums(results), ""])


def markdown(results: Sequence[Result]) -> str:
    """A table of the operations, and the rulings that were not kept."""
    lines = ["| operation | passed | failed | not asked |", "|---|---|---|---|"]
    for operation, group in _by_operation(results).items():
        counts = Counter(one.outcome for one in group)
        lines.append(f"| {operation} | {counts['passed']} | {counts['failed']} | {counts['skipped']} |")
    lines += ["", _sums(results), ""]
    for one in results:
        if one.outcome != "passed":
            lines.append(f"- {one.outcome}: `{one.question.name}`: {one.question.ruling} ({one.why})")
    return "\n".join([*lines, ""])


def as_json(results: Sequence[Result]) -> str:
    """A list of objects with name, operation, ruling, outcome and why."""
    found = [
        {
            "name": one.question.name,
            "operation": one.question.operation,
            "ruling": one.question.ruling,
            "outcome": one.outcome,
            "why": one.why,
        }
        for one in results
    ]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _by_operation(results: Sequence[Result]) -> dict[str, list[Result]]:
    groups: dict[str, list[Result]] = {}
    for one in results:
        groups.setdefault(one.question.operation, []).append(one)
    return groups


def _sums(results: Sequence[Result]) -> str:
    counts = Counter(one.outcome for one in results)
    return f"{counts['passed']} passed, {counts['failed']} failed, {counts['skipped']} not asked."
