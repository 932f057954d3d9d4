"""The report in Markdown: how many rows went where, what was left out and why, what is not quite as it was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Final

from importers.draft import Draft
from importers.ledger import quoted
from importers.world import Origin

_NOBODY: Final = "Nothing."


def report(draft: Draft, *, rival: str) -> str:
    """The whole text. What comes from the source is shown so that it cannot pass for Markdown."""
    return "\n".join(_lines(draft, rival)) + "\n"


def summary(draft: Draft) -> list[str]:
    """The counts of the file in a few lines, for the terminal."""
    counts = [f"{len(entries)} {section}" for section, entries in draft.document().items()]
    left = sum(account.left for account in draft.ledger.accounts.values())
    return [
        f"In the file: {', '.join(counts) or 'nothing'}.",
        f"Left out: {left} rows, each with its reason in the report.",
    ]


def _lines(draft: Draft, rival: str) -> Iterator[str]:
    yield f"# Coming from {rival}"
    yield ""
    yield from summary(draft)
    yield ""
    yield "| table | rows | taken over | left out |"
    yield "|---|---:|---:|---:|"
    for table, account in sorted(draft.ledger.accounts.items()):
        yield f"| {quoted(table)} | {account.rows} | {account.taken} | {account.left} |"
    yield from _section("Contexts", _contexts(draft))
    yield from _section("Left out", _by_table(draft.ledger.reasons))
    yield from _section("Tables that have no place here", _tables(draft))
    yield from _section("Taken over, but not quite as it was", _by_table(draft.ledger.notes))
    yield from _section("Passwords", _passwords(draft))


def _section(title: str, lines: Iterable[str]) -> Iterator[str]:
    yield ""
    yield f"## {title}"
    yield ""
    yield from list(lines) or [_NOBODY]


def _contexts(draft: Draft) -> Iterator[str]:
    for context in draft.contexts:
        names = ", ".join(quoted(name) for name in (*context.domains, *context.domain_aliases))
        state = "" if context.is_new else " (is here already)"
        yield f"- {context.id} {quoted(context.name)}{state}: {names}; {context.mailboxes} mailboxes"


def _by_table(findings: list[tuple[Origin, str]]) -> Iterator[str]:
    ordered = sorted(findings, key=lambda one: (one[0].table, one[0].label))
    for table, group in groupby(ordered, key=lambda one: one[0].table):
        yield f"- {quoted(table) if table else 'others'}"
        yield from (f"    - {quoted(origin.label)}: {sentence}" for origin, sentence in group)


def _tables(draft: Draft) -> Iterator[str]:
    for table, rows, reason in sorted(draft.ledger.elsewhere):
        yield f"- {quoted(table)}, {rows} rows: {reason}"


def _passwords(draft: Draft) -> Iterator[str]:
    yield f"- {len(draft.owners)} of {len(draft.users)} mailboxes keep their password: `owners`, for Dovecot."
    if draft.readable_passwords:
        yield f"- {draft.readable_passwords} of them are readable to whoever reads the file. Have them changed."
    if draft.passwords:
        yield f"- {len(draft.passwords)} administrators get a new password: `passwords`, to be handed on and deleted."
