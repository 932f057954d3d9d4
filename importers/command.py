"""`manage.py import-from RIVAL SOURCE`: read another system's database and write down what it becomes here."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import OperationalError

from accounts.models import Reseller
from accounts.provision import ProvisionError, provision, write
from accounts.provision.reading import MAX_BYTES, shown
from changelog.models import Change
from core.actor import Actor, Channel
from core.errors import Invalid
from importers.draft import Draft, Options
from importers.report import report, summary
from importers.rivals import RIVALS
from importers.sources import open_source
from importers.translation import translate
from importers.world import World

_MEGABYTES: Final = ("1048576", "1024000", "1000000")


class Command(BaseCommand):
    help = (
        "Read the database of another mail system, or a dump of it, and write four files into a new folder: "
        "provision.yaml for `manage.py provision`, report.md about what was left out and why, owners with the hashes "
        "of the mailboxes' passwords for Dovecot, and passwords with those of the new administrators. "
        "Nothing is changed here without --apply, and nothing at all there. See docs/coming-from/."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("rival", choices=list(RIVALS), help="the system that the data come from")
        parser.add_argument(
            "source",
            metavar="SOURCE",
            help="postgres://…, mysql://… or sqlite:///… , a dump, or a folder of CSV files; - reads a URL from "
            "standard input, so that no password stands on the command line",
        )
        parser.add_argument("--output", metavar="FOLDER", help="a new folder for the files (default: from-RIVAL)")
        parser.add_argument(
            "--contexts",
            choices=("domain", "admin"),
            default="domain",
            help="a context for each domain (the default), or for all domains that have the same administrators",
        )
        parser.add_argument("--reseller", metavar="NAME", help="whose contexts they become (default: the hoster's own)")
        parser.add_argument("--first-id", type=int, default=0, metavar="N", help="the first new context's id")
        parser.add_argument(
            "--merge", action="store_true", help="add to contexts that have a domain already, instead of leaving it out"
        )
        parser.add_argument(
            "--domain-aliases",
            choices=("expand", "leave"),
            default="expand",
            help="make an alias for every address of a domain alias (the default), or leave domain aliases out",
        )
        parser.add_argument(
            "--proven", action="store_true", help="say of the domains that they are proven, where DOMAIN_PROOF asks"
        )
        parser.add_argument(
            "--megabyte",
            choices=_MEGABYTES,
            default=_MEGABYTES[0],
            help="the bytes in PostfixAdmin's megabyte, for quotas of domains: its $CONF['quota_multiplier']",
        )
        parser.add_argument("--table-prefix", default="", help="what all the tables' names begin with")
        parser.add_argument("--apply", action="store_true", help="show what would change, ask, and make it so")
        parser.add_argument("--no-input", action="store_false", dest="interactive", help="apply without asking")

    def handle(self, *args: Any, rival: str, source: str, **options: Any) -> None:
        """Read, translate, write; with --apply also preview and make it so. Every refusal is a CommandError."""
        folder = Path(options["output"] or f"from-{rival}")
        try:
            wanted = self._options(options)
            draft = translate(_read(rival, _source(source), options["table_prefix"], wanted.megabyte), wanted)
            _write(folder, draft, rival)
        except (Invalid, OSError) as error:
            raise CommandError(str(error)) from error
        for line in [*summary(draft), f"Written: {folder}/ (provision.yaml, report.md, owners, passwords)."]:
            self.stdout.write(line)
        if options["apply"]:
            self._apply(draft, interactive=options["interactive"])

    def _options(self, options: dict[str, Any]) -> Options:
        name = options["reseller"]
        if name is not None and not Reseller.objects.filter(name=name).exists():
            raise Invalid(f"There is no reseller {shown(name)}.")
        return Options(
            contexts=options["contexts"],
            reseller=name,
            first_id=options["first_id"],
            merge=options["merge"],
            proven=options["proven"],
            expand=options["domain_aliases"] == "expand",
            megabyte=int(options["megabyte"]),
        )

    def _apply(self, draft: Draft, *, interactive: bool) -> None:
        """Preview, ask, apply: as one batch of the change log."""
        document, actor = draft.document(), Actor(None, Channel.IMPORT)
        try:
            planned = provision(document, actor=actor, dry_run=True)
            for line in _counted(planned):
                self.stdout.write(f"Would {line}.")
            if not planned:
                self.stdout.write("Nothing would change.")
                return
            if interactive and input(f"Make these {len(planned)} changes? Type yes: ").strip() != "yes":
                self.stdout.write("Nothing was changed.")
                return
            changes = provision(document, actor=actor)
        except ProvisionError as error:
            raise CommandError("\n".join([*error.problems, "Nothing was changed."])) from error
        except OperationalError as error:
            sentence = str(error).splitlines()[0]
            raise CommandError(f"The database gave up, and nothing was changed. Try again. ({sentence})") from error
        self.stdout.write(f"{len(changes)} changes made. To undo them all: manage.py undo {changes[0].batch}")


def _source(source: str) -> str:
    return sys.stdin.readline().strip() if source == "-" else source


def _read(rival: str, name: str, prefix: str, megabyte: int) -> World:
    """The rival's world. Invalid, also when it is not that rival's database."""
    how = RIVALS[rival]
    source = open_source(name, how.wanted, prefix=prefix)
    try:
        there = source.tables()
        if missing := [table for table in how.needed if table not in there]:
            raise Invalid(f"This is not {rival}'s database: it has no table {', '.join(missing)}.")
        return how.read(source, megabyte)
    finally:
        source.close()


def _write(folder: Path, draft: Draft, rival: str) -> None:
    """The four files, for their owner alone. Invalid when the folder holds anything: passwords are made but once."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Invalid(f"{folder} is there already. Move it away, or name another folder with --output.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    content = write(draft.document())
    files = {
        "provision.yaml": content,
        "report.md": report(draft, rival=rival),
        "owners": _text(sorted(draft.owners)),
        "passwords": _text(f"{login}\t{password}" for login, password in draft.passwords),
    }
    for name, text in files.items():
        file = folder / name
        file.touch(mode=0o600)
        file.write_text(text, encoding="utf-8")
    if len(content.encode()) > MAX_BYTES:
        raise Invalid(
            f"{folder}/provision.yaml is larger than `provision` reads ({MAX_BYTES // 2**20} MiB): use --apply."
        )


def _text(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)


def _counted(changes: list[Change]) -> list[str]:
    counts = Counter((change.action, change.kind) for change in changes)
    return [f"{action}: {count} {kind}" for (action, kind), count in counts.items()]
