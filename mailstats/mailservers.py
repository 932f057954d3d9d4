"""Asks Postfix and Dovecot on this machine what they know, with their own tools and in batches."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

# A look-up takes a few milliseconds; a database that does not answer them takes a minute to be given up.
_SECONDS: Final = 150
_MASK: Final = re.compile(r"[*?]")
# How Dovecot 2.3 and 2.4 name the field, and what of its value are the bytes.
_QUOTA_FIELDS: Final = {"quota_rule": "*:bytes=", "quota_storage_size": ""}
_RECIPIENT: Final = re.compile(r'(?:"(?:\\.|[^"\\])*"|[^,"])+')


class CannotAskError(Exception):
    """A mail server's tool does not answer; the text says what it said."""


@dataclass(frozen=True)
class Postfix:
    """The configured maps of the running Postfix."""

    config: str = "/etc/postfix"

    def maps(self, parameter: str) -> list[str]:
        """The tables that a parameter of main.cf names."""
        found = _run("postconf", ["-c", self.config, "-xh", parameter]).replace(",", " ").split()
        if not found:
            raise CannotAskError(f"Postfix has no {parameter}.")
        return found

    def look_up(self, maps: Sequence[str], keys: Iterable[str]) -> dict[str, str]:
        """What the maps have for each key that they have."""
        asked = "".join(f"{key}\n" for key in keys)
        answer = _run("postmap", ["-c", self.config, "-q", "-", *maps], asked, failure=r"(?:fatal|error|warning): ")
        return dict(line.split("\t", 1) for line in answer.splitlines() if "\t" in line)


@dataclass(frozen=True)
class Dovecot:
    """The users of the running Dovecot."""

    config: str = "/etc/dovecot/dovecot.conf"

    def users(self, names: Sequence[str]) -> dict[str, str]:
        """The quota of those users that Dovecot knows: bytes or "unlimited"; empty where it cannot be asked for."""
        plain = [name for name in names if not _MASK.search(name)]
        found = self._quotas(plain) if plain else {}
        masks = set(names) - set(plain)
        # To doveadm such a name is a pattern: it lists the names that match.
        return found | dict.fromkeys(masks & self.everybody() if masks else masks, "")

    def everybody(self) -> set[str]:
        """The names of all users."""
        return set(self._doveadm("user", "*").splitlines())

    def _quotas(self, names: list[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        asked = user = ""
        for line in self._doveadm("user", "-u", *names).splitlines():
            name, _colon, value = line.partition(": ")
            if name == "userdb":
                asked, user = value, ""
            elif name.strip() == "user":
                user = value
            # Found by its address under another name is not found.
            if user and user == asked:
                found.setdefault(asked, "")
                if (prefix := _QUOTA_FIELDS.get(name.strip())) is not None:
                    found[asked] = _quota(value.removeprefix(prefix))
        return found

    def _doveadm(self, *arguments: str) -> str:
        return _run("doveadm", ["-c", self.config, *arguments], failure=r"(?:Error|Fatal): ")


def _quota(value: str) -> str:
    """Dovecot 2.3 writes 0 for no limit."""
    return "unlimited" if value == "0" else value


def recipients_of(value: str) -> set[str]:
    """The addresses in Postfix's answer about an alias."""
    return {one.strip() for one in _RECIPIENT.findall(value)}


def _run(program: str, arguments: list[str], asked: str = "", *, failure: str = "") -> str:
    """What the program prints. Its status alone says little: "not found" is one too."""
    path = shutil.which(program, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if path is None:
        raise CannotAskError(f"{program} is not installed here. Ask where the mail server runs.")
    try:
        done = subprocess.run(  # noqa: S603 - no shell; what is asked for are addresses, after an option that takes them
            [path, *arguments], input=asked, capture_output=True, text=True, check=False, timeout=_SECONDS
        )
    except subprocess.TimeoutExpired as error:
        raise CannotAskError(f"{program} does not answer within {_SECONDS} seconds.") from error
    if (failure and re.search(failure, done.stderr)) or (not failure and done.returncode):
        raise CannotAskError(f"{program}: {done.stderr.strip()[:500]}")
    return done.stdout
