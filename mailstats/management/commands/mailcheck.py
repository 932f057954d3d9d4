"""`manage.py mailcheck`: whether Postfix and Dovecot know exactly what the web admin shows."""

from __future__ import annotations

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from mailstats.mailcheck import MailCheck
from mailstats.mailservers import CannotAskError, Dovecot, Postfix

DIFFERENT, CANNOT_ASK = 1, 2


class Command(BaseCommand):
    help = (
        "Ask the running Postfix and Dovecot about aliases, users and domains, and report every difference from what "
        "the web admin shows. Run it as root where they run. Exit status: 0 none, 1 differences, 2 no answer."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--all", action="store_true", help="ask about everything")
        which.add_argument("--sample", type=int, default=500, help="rows of each kind, at random (default: 500)")
        parser.add_argument("--postfix", default=Postfix.config, help=f"configuration (default: {Postfix.config})")
        parser.add_argument("--dovecot", default=Dovecot.config, help=f"configuration (default: {Dovecot.config})")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line for each difference, and the number on standard error."""
        if options["sample"] < 1:
            raise CommandError("--sample is the number of rows, 1 or more.")
        sample = None if options["all"] else options["sample"]
        try:
            report = MailCheck(Postfix(options["postfix"]), Dovecot(options["dovecot"]), sample).run()
        except CannotAskError as error:
            raise CommandError(str(error), returncode=CANNOT_ASK) from error
        for line in report.differences:
            self.stdout.write(line)
        for line in report.waiting:
            self.stderr.write(line)
        self.stderr.write(f"{report.asked} asked about, {len(report.differences)} different.")
        if report.differences:
            sys.exit(DIFFERENT)
