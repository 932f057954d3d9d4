"""Whom the command line calls, and as whom: the environment, or a file that nobody else reads."""

from __future__ import annotations

import getpass
import json
import os
import stat
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from oxaas_client.problems import OxaasError

FILE: Final = "oxaas/cli.json"
_KEYS: Final = frozenset({"url", "token", "login", "password", "ca", "plain_http"})


class Misused(OxaasError):
    """The command cannot be done as it was given."""


def path() -> Path:
    """Where the profiles are."""
    folder = os.environ.get("XDG_CONFIG_HOME") or ""
    return (Path(folder) if Path(folder).is_absolute() else Path.home() / ".config") / FILE


def chosen(name: str | None) -> dict[str, Any]:
    """What to call: the profile of this name; without one what the environment says, or the profile "default". Misused.

    A password of the environment is never sent to where a profile says, nor one of a profile elsewhere.
    """
    url = os.environ.get("OXAAS_URL")
    if name is None and url:
        return {"url": url, **_from_environment(os.environ)}
    name = name or os.environ.get("OXAAS_PROFILE") or "default"
    found = read().get(name)
    if not isinstance(found, dict) or "url" not in found or found.keys() - _KEYS:
        raise Misused(f"There is no profile {name}. Begin with: oxaas-cli login URL")
    return found


def _from_environment(variables: Mapping[str, str]) -> dict[str, Any]:
    known: dict[str, Any] = {"ca": variables["OXAAS_CA"]} if variables.get("OXAAS_CA") else {}
    if variables.get("OXAAS_TOKEN"):
        return known | {"token": variables["OXAAS_TOKEN"]}
    if not variables.get("OXAAS_LOGIN"):
        raise Misused("With OXAAS_URL goes OXAAS_TOKEN, or OXAAS_LOGIN and OXAAS_PASSWORD.")
    password = variables.get("OXAAS_PASSWORD") or asked_for(f"Password of {variables['OXAAS_LOGIN']}: ")
    return known | {"login": variables["OXAAS_LOGIN"], "password": password}


def asked_for(prompt: str) -> str:
    """What somebody types, unseen. Misused where nobody is there."""
    if not sys.stdin.isatty():
        raise Misused("There is no password: give it in the environment or a file, or begin with: oxaas-cli login URL")
    return getpass.getpass(prompt)


def read() -> dict[str, Any]:
    """The profiles. Misused when others can read the file, or nobody can."""
    file = path()
    try:
        with file.open(encoding="utf-8") as opened:
            if stat.S_IMODE(os.fstat(opened.fileno()).st_mode) & 0o077:
                raise Misused(f"Others can read {file}, and it has passwords. Make it yours alone: chmod 600 {file}")
            profiles = json.load(opened)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise Misused(f"{file} cannot be read: {error}.") from error
    if not isinstance(profiles, dict):
        raise Misused(f"{file} cannot be read: it is no JSON object.")
    return profiles


def write(profiles: Mapping[str, Any]) -> None:
    """Replace the file by one that its owner alone can read."""
    file = path()
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    replace(file, json.dumps(profiles, indent=2))


def replace(file: Path, text: str) -> None:
    """Have the file hold this text, whole or not at all, for its owner alone. Misused."""
    beside = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as opened:
            opened.write(text)
        beside.replace(file)
    except OSError as error:
        raise Misused(f"{file} cannot be written: {error.strerror}.") from error
