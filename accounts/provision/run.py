"""Making a declared world so, and writing down the one that is there."""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

from django.db import DataError, IntegrityError, connection, transaction

from accounts.models import Context, Reseller, User
from accounts.provision.reading import shown
from accounts.provision.section import Entry, References, Section, all_sections
from changelog.models import Change
from core.actor import Actor
from core.errors import DomainError
from core.iteration import batched
from core.locks import lock_everything
from core.transactions import go_by_indexes

_MOST_PROBLEMS: Final = 50
# Entries that are planned at once.
_CHUNK: Final = 1000


class Complaint(str):
    """A sentence on what is wrong; with the section and the index of the entry that it is about, where it is one."""

    section: str = ""
    entry: int | None = None

    @classmethod
    def about(cls, section: Section, index: int, sentence: str) -> Complaint:
        """On this entry, whose name the sentence begins with."""
        made = cls(sentence)
        made.section, made.entry = section.key, index
        return made


class ProvisionError(DomainError):
    """The declared world cannot be made; nothing was changed. `problems` has a sentence for each reason."""

    def __init__(self, problems: Sequence[Complaint]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


def provision(document: Any, *, actor: Actor, dry_run: bool = False) -> list[Change]:
    """Make the document's world so, all of it or nothing, and return what that changed.

    Nothing is deleted but recipients that an alias's list no longer names. With `dry_run` it is all rolled back.
    An actor who is not the operator makes so what they see. Raises ProvisionError.
    """
    sections = all_sections()
    problems = list(islice(_problems(sections, document), _MOST_PROBLEMS))
    if problems:
        raise ProvisionError(problems)
    references = References(actor.in_batch())
    with transaction.atomic():
        go_by_indexes()
        _lock_rows(document, references)
        with lock_everything():
            for section in sections:
                _make(section, document.get(section.key, []), references)
        changes = list(Change.objects.filter(batch=references.actor.batch).order_by("pk"))
        if dry_run:
            transaction.set_rollback(True)
    return changes


def export() -> Generator[tuple[str, Iterator[Entry]]]:
    """All that is there, section by section, from one moment, always in the same order. Passwords are hashes.

    The transaction lasts until all has been taken or the iterator is closed.
    """
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost and connection.vendor == "postgresql":
            # Otherwise each statement would see what others committed since the one before.
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        for section in all_sections():
            yield section.key, iter(section.export())


def _problems(sections: list[Section], document: Any) -> Iterator[Complaint]:
    """What is wrong with the form of the document, entry by entry, without a look at the database."""
    keys = [section.key for section in sections]
    if not isinstance(document, dict):
        yield Complaint(f"The file must be a mapping with some of the keys {', '.join(keys)}.")
        return
    for key in document:
        if key not in keys:
            yield Complaint(f"{shown(key)} is not a key here; known are {', '.join(keys)}.")
    for section in sections:
        entries = document.get(section.key, [])
        if not isinstance(entries, list):
            yield Complaint(f"{section.key} must be a list.")
            continue
        yield from _problems_of_entries(section, entries)


def _problems_of_entries(section: Section, entries: list[Any]) -> Iterator[Complaint]:
    first: dict[Hashable, int] = {}
    for index, entry in enumerate(entries):
        findings = section.findings(entry)
        label = section.label(index, entry)
        for path, sentence in findings:
            yield Complaint.about(section, index, f"{label}: {path} {sentence}.".replace(":  ", ": "))
        if findings:
            continue
        other = first.setdefault(section.identity(entry), index)
        if other != index:
            yield Complaint.about(section, index, f"{label}: this is the same as {section.key}[{other}].")


def _lock_rows(document: Entry, references: References) -> None:
    """Hold the rows that services hold before they lock names: so nobody waits for us who has what we will need.

    Of the resellers that is all, whoever acts: limits are counted at a parent too.
    """
    contexts = {entry["context"] for entry in document.get("users", [])}
    users = references.visible(User.objects.filter(context__in=contexts))
    for rows in (Reseller.objects.all(), references.visible(Context.objects.all()), users):
        list(rows.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))


def _make(section: Section, entries: list[Entry], references: References) -> None:
    """Make the entries of a section so. ProvisionError names those that cannot be."""
    if section.plan is None:
        for index, entry in enumerate(entries):
            _apply(section, index, entry, references)
        return
    done = 0
    for some in batched(entries, _CHUNK):
        try:
            plan = section.plan(references, some, True)
            refused = [(done + place, row.refusal) for place, row in enumerate(plan.rows) if row.refusal is not None]
            if refused:
                raise ProvisionError([_about(section, at, entries[at], why) for at, why in refused[:_MOST_PROBLEMS]])
            plan.write(references.actor)
        except (IntegrityError, DataError) as error:
            last = done + len(some) - 1
            sentence = f"{section.key}[{done}] to [{last}]: the database refuses an entry."
            raise ProvisionError([Complaint(sentence)]) from error
        done += len(some)


def _apply(section: Section, index: int, entry: Entry, references: References) -> None:
    """Apply one entry; ProvisionError names it."""
    try:
        if section.apply is not None:
            section.apply(references, entry)
    except DomainError as error:
        raise ProvisionError([_about(section, index, entry, error)]) from error
    except (IntegrityError, DataError) as error:
        raise ProvisionError([_about(section, index, entry, "the database refuses this entry.")]) from error


def _about(section: Section, index: int, entry: Entry, why: object) -> Complaint:
    return Complaint.about(section, index, f"{section.label(index, entry)}: {why}")
