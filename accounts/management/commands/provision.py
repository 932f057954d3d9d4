"""`manage.py provision`: make a declared world so, or write down the one that is there."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from accounts.provision import ProvisionError, export, provision, read, written
from accounts.provision.reading import MAX_BYTES, shown
from accounts.provision.telling import counted, told
from core.actor import Actor, Channel
from core.errors import Invalid


class Command(BaseCommand):
    help = (
        "Make what a YAML or JSON file declares so, all of it or nothing; a second time changes nothing. "
        "Entries that exist get the values that are given, the rest stays: nothing is ever deleted, "
        "but the recipients of an alias are made those of its list. "
        "With --export, write what is there in the same form; it contains the hashes of passwords."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", metavar="FILE", help="the file to read; - is standard input")
        parser.add_argument("--dry-run", action="store_true", help="show what would change, and change nothing")
        parser.add_argument("--export", action="store_true", help="write what is there to standard output")

    def handle(self, *args: Any, file: str | None, dry_run: bool, export: bool, **options: Any) -> None:
        """Exactly one of the two; every refusal is a CommandError with its sentences."""
        if export == (file is not None) or (export and dry_run):
            raise CommandError("Give either a FILE (- for standard input) or --export.")
        try:
            if file is None:
                self._export()
            else:
                self._provision(file, dry_run=dry_run)
        except OperationalError as error:
            sentence = str(error).splitlines()[0]
            raise CommandError(f"The database gave up, and nothing was changed. Try again. ({sentence})") from error

    def _export(self) -> None:
        with closing(export()) as sections:
            for piece in written(sections):
                self.stdout.write(piece, ending="")

    def _provision(self, file: str, *, dry_run: bool) -> None:
        try:
            document = read(_content(file), only_json=file.endswith(".json"))
            changes = provision(document, actor=Actor(None, Channel.PROVISION), dry_run=dry_run)
        except ProvisionError as error:
            lines = [*error.problems, "Nothing was changed."]
            raise CommandError("\n".join(lines)) from error
        except Invalid as error:
            raise CommandError(f"{shown(file, 200)}: {error}") from error
        if dry_run:
            for change in changes:
                self.stdout.write(told(change))
        self.stdout.write(counted(len(changes), dry_run=dry_run))


def _content(file: str) -> bytes:
    """The file's bytes, one more than allowed at most."""
    if file == "-":
        return sys.stdin.buffer.read(MAX_BYTES + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise CommandError(f"{shown(file, 200)} cannot be read: {error.strerror}.") from error
