"""The environment, read once: each wrong variable is named with its value and with what is expected instead.

The settings read every variable through one `Environment`. It goes on after a wrong value, and `refuse_wrong_values`
stops the start with a sentence for each of them: whoever configures is told everything at once. No sentence shows the
value of a secret.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable, Mapping
from email.utils import parseaddr
from pathlib import Path
from typing import Any, Final, TypeVar
from urllib.parse import unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from core.zones import zone_named

_Value = TypeVar("_Value")

TRUE: Final = frozenset({"true", "yes", "on", "1"})
FALSE: Final = frozenset({"false", "no", "off", "0"})
FILE_VARIABLE: Final = "OXAAS_ENV_FILE"
SHORTEST_SECRET: Final = 32
SHORTEST_TOKEN: Final = 20
# What the examples of the documents have where a secret of one's own belongs.
PLACEHOLDERS: Final = ("CHANGE-ME", "CHANGEME", "…")
ENGINES: Final = {
    "sqlite": "django.db.backends.sqlite3",
    "postgres": "django.db.backends.postgresql",
    "postgresql": "django.db.backends.postgresql",
    "pgsql": "django.db.backends.postgresql",
}
_DATABASE_URL: Final = (
    "sqlite:///path or postgres://user:password@host:port/name, in which special characters of the name and the "
    "password are written as %40 and so on"
)


class WrongEnvironment(ImproperlyConfigured):
    """Variables have values that the product cannot work with; the text has a sentence for each."""


class Environment:
    """The variables of the process, and those of a file `.env`, over which the process's own win.

    Of a file that OXAAS_ENV_FILE names, each process that begins reads what it says then, and that wins.

    An empty variable counts as one that is not set.
    """

    def __init__(self, file: Path | None = None, variables: Mapping[str, str] | None = None) -> None:
        self._problems: list[str] = []
        named = os.environ.get(FILE_VARIABLE, "")
        if file is not None and named:
            self._read(Path(named))
        elif file is not None:
            environ.Env.read_env(file)
        self._variables = os.environ if variables is None else variables

    def parsed(
        self, name: str, parse: Callable[[str], _Value], *, expected: str, default: _Value, secret: bool = False
    ) -> _Value:
        """What `parse` makes of the variable; it raises ValueError for what is not `expected`."""
        text = self._secret_text(name) if secret else self._variables.get(name, "").strip()
        if not text:
            return default
        if any(placeholder in text for placeholder in PLACEHOLDERS):
            self._refuse(name, "still has the placeholder of an example in it", expected)
            return default
        try:
            return parse(text)
        except ValueError:
            said = "is wrong (its value is not shown)" if secret else f'is "{_shortened(text)}"'
            self._refuse(name, said, expected, hint=_hint(text))
            return default

    def boolean(self, name: str, *, default: bool) -> bool:
        """True or false."""
        return self.parsed(name, _boolean, expected="true or false", default=default)

    def number(self, name: str, *, default: int, least: int = 0, most: int | None = None) -> int:
        """A whole number in a range, both ends included."""
        expected = f"a whole number of at least {least}" if most is None else f"a whole number from {least} to {most}"

        def parse(text: str) -> int:
            if not (text.isascii() and text.isdecimal() and len(text) < 20) or int(text) < least:
                raise ValueError
            if most is not None and int(text) > most:
                raise ValueError
            return int(text)

        return self.parsed(name, parse, expected=expected, default=default)

    def choice(self, name: str, choices: tuple[str, ...], *, default: str) -> str:
        """One of some words, as it is written in `choices`; capital and small letters are the same."""
        words = {choice.lower(): choice for choice in choices}

        def parse(text: str) -> str:
            if text.lower() not in words:
                raise ValueError
            return words[text.lower()]

        return self.parsed(name, parse, expected=" or ".join(choices), default=default)

    def items(
        self,
        name: str,
        *,
        default: list[str],
        expected: str = "values separated by commas",
        check: Callable[[str], object] = str,
        secret: bool = False,
    ) -> list[str]:
        """A list with commas or blanks between; `check` raises ValueError for an item that is not as `expected`."""

        def parse(text: str) -> list[str]:
            found = [item for item in re.split(r"[,\s]+", text) if item]
            for item in found:
                check(item)
            return found

        return self.parsed(name, parse, expected=expected, default=default, secret=secret)

    def required(self, name: str, value: object, expected: str) -> None:
        """Refuse to go on without a value, unless something else was wrong with it already."""
        if not value and not any(problem.startswith(f"{name} ") for problem in self._problems):
            self._refuse(name, "is not set", expected)

    def text(self, name: str, *, default: str, expected: str = "a text", secret: bool = False) -> str:
        """The value as it is."""
        return self.parsed(name, str, expected=expected, default=default, secret=secret)

    def secret_key(self, name: str, *, default: str) -> str:
        """A key that signs; without a default it has to be set, and to be long enough."""
        expected = (
            f"at least {SHORTEST_SECRET} characters made by chance, such as those of: "
            'python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        )

        def parse(text: str) -> str:
            if not default and len(text) < SHORTEST_SECRET:
                raise ValueError
            return text

        found = self.parsed(name, parse, expected=expected, default=default, secret=True)
        self.required(name, found, expected)
        # Django refuses an empty key with a sentence of its own, which would be the only one to be seen.
        return found or "refused"

    def database(self, name: str, *, default: str) -> dict[str, Any]:
        """A URL as Django's settings for a database; nothing for none at all."""
        fallback = _database(default) if default else {}
        return self.parsed(name, _database, expected=_DATABASE_URL, default=fallback, secret=True)

    def refuse_wrong_values(self) -> None:
        """After the last variable. WrongEnvironment."""
        if self._problems:
            raise WrongEnvironment("\n".join(self._problems))

    def _read(self, file: Path) -> None:
        """What the file says goes before what the process was told at its start: it may have changed since."""
        try:
            with file.open(encoding="utf-8") as lines:
                environ.Env.read_env(lines, overwrite=True)
        except (OSError, UnicodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
            self._problems.append(f'{FILE_VARIABLE} is "{file}", which cannot be read: {reason}.')

    def _secret_text(self, name: str) -> str:
        """The variable, or what is in the file that `<name>_FILE` names."""
        text, path = self._variables.get(name, "").strip(), self._variables.get(f"{name}_FILE", "").strip()
        if not path:
            return text
        if text:
            self._problems.append(f"{name} and {name}_FILE are both set; one of them must go.")
            return text
        try:
            found = Path(path).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
            self._problems.append(f'{name}_FILE is "{path}", which cannot be read: {reason}.')
            return ""
        if not found:
            self._problems.append(f'{name}_FILE is "{path}", which is empty.')
        return found

    def _refuse(self, name: str, said: str, expected: str, hint: str = "") -> None:
        self._problems.append(f"{name} {said}; it must be {expected}.{hint}")


def _boolean(text: str) -> bool:
    word = text.lower()
    if word not in TRUE | FALSE:
        raise ValueError
    return word in TRUE


def _database(url: str) -> dict[str, Any]:
    scheme = url.partition("://")[0].lower()
    if scheme not in ENGINES or "://" not in url:
        raise ValueError
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            found = dict(environ.Env.db_url_config(url))
        except (Warning, KeyError, TypeError, AttributeError) as error:
            raise ValueError from error
    if found.get("ENGINE") != ENGINES[scheme] or not found.get("NAME"):
        raise ValueError
    _check_ports(str(found.get("PORT", "")))
    # A folder with a Unix socket, as a URL has to write it.
    found["HOST"] = unquote(str(found.get("HOST", "")))
    return found


def _check_ports(ports: str) -> None:
    for port in filter(None, ports.split(",")):
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError


def check_origin(text: str) -> None:
    """An origin, as in https://admin.hoster.example:8443. ValueError."""
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path or parts.query or parts.fragment:
        raise ValueError
    parts.port  # noqa: B018 - raises for what is no port


def check_host(text: str) -> None:
    """A host as Django's ALLOWED_HOSTS has it: no scheme, no port, no path. ValueError."""
    bracketed = text.startswith("[") and text.endswith("]")
    if any(character in text for character in "/@ ") or (":" in text and not bracketed):
        raise ValueError


def check_key(text: str) -> None:
    """A key that signed once: as long as one that signs. ValueError."""
    if len(text) < SHORTEST_SECRET:
        raise ValueError


def parse_token(text: str) -> str:
    """A token that opens something by itself, so that nobody may guess it. ValueError."""
    if len(text) < SHORTEST_TOKEN or not text.isascii():
        raise ValueError
    return text


def parse_sender(text: str) -> str:
    """A mail address, alone or as in Name <address>. ValueError."""
    _name, address = parseaddr(text)
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", address) or not text.isprintable():
        raise ValueError
    return text


def process_name() -> str:
    """What this process is, for the database's list of sessions: a command's name, or "web"."""
    return sys.argv[1] if Path(sys.argv[0]).name == "manage.py" and len(sys.argv) > 1 else "web"


def parse_zone(text: str) -> str:
    """The name of a time zone. ValueError."""
    if zone_named(text) is None:
        raise ValueError
    return text


def _shortened(text: str) -> str:
    printable = "".join(character if character.isprintable() else "?" for character in text)
    return printable if len(printable) <= 80 else f"{printable[:80]}…"


def _hint(text: str) -> str:
    if " #" in text or "\t#" in text:
        return " A comment stands on a line of its own, not behind a value."
    return ""
