"""The server to ask, and what is on it: read from a TOML file (see `demo.toml` and README.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LOGINS = ("reseller", "tenant", "admin", "rival", "child", "master")
NEEDED = frozenset({"reseller", "admin", "rival"})


class TargetError(Exception):
    """The file cannot be read, or lacks something; the sentence says what."""


@dataclass(frozen=True, slots=True)
class Place:
    """A context that is there, with one user in it and a domain that it has declared."""

    id: int
    name: str
    user: int
    uidname: str
    domain: str


@dataclass(frozen=True, slots=True)
class Target:
    """All that the questions know. `child` is a context of a child of the reseller, if there is one."""

    url: str
    logins: Mapping[str, tuple[str, str]]
    own: Place
    foreign: Place
    child: Place | None
    override: bool
    mail: bool
    delete_all: bool


def read(path: Path, url: str | None = None) -> Target:
    """The target in this file, at another URL if one is given; TargetError where it is none."""
    try:
        found = tomllib.loads(path.read_text("utf-8"))
        options = found.get("options", {})
        return Target(
            url=(url or found["url"]).rstrip("/"),
            logins=_logins(found["logins"]),
            own=Place(**found["own"]),
            foreign=Place(**found["foreign"]),
            child=Place(**found["child"]) if "child" in found else None,
            override=bool(options.get("master_account_override", False)),
            mail=bool(options.get("mail", True)),
            delete_all=bool(options.get("delete_all", False)),
        )
    except KeyError as error:
        raise TargetError(f"{path}: {error.args[0]} is missing.") from error
    except (OSError, ValueError, TypeError) as error:
        raise TargetError(f"{path}: {error}") from error


def _logins(found: dict[str, Any]) -> dict[str, tuple[str, str]]:
    missing = NEEDED - found.keys()
    if missing:
        raise TargetError(f"[logins] lacks {', '.join(sorted(missing))}.")
    unknown = found.keys() - set(LOGINS)
    if unknown:
        raise TargetError(f"[logins] has {', '.join(sorted(unknown))}, which nobody knows. Known: {', '.join(LOGINS)}.")
    return {who: (str(one["login"]), str(one["password"])) for who, one in found.items()}
