"""Where the commands take a new password from: never from their arguments, which all of the machine can read."""

from __future__ import annotations

import sys
from getpass import getpass

from django.core.management.base import CommandError, CommandParser

from accounts.machine_secrets import first_password


def add_password_arguments(parser: CommandParser) -> None:
    """`--generate` or `--stdin`; without either the password is asked for."""
    source = parser.add_mutually_exclusive_group()
    source.add_argument("--generate", action="store_true", help="make a password, and show it once")
    source.add_argument("--stdin", action="store_true", help="read the password from standard input, its first line")


def new_password(*, generate: bool, stdin: bool) -> str:
    """The password. CommandError where nobody can be asked for one."""
    if generate:
        return first_password()
    if stdin:
        return sys.stdin.readline().rstrip("\r\n")
    return asked_password()


def asked_password() -> str:
    """What is typed, twice the same."""
    if not sys.stdin.isatty():
        raise CommandError("Nobody can be asked for the password here: say --generate or --stdin.")
    password = getpass("Password: ")
    if password != getpass("Password (again): "):
        raise CommandError("The passwords differ.")
    return password
