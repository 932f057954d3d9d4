"""The files of `deploy/` with nothing but ports, paths, users, certificates and secrets replaced.

Every replacement must be found, and nothing of the machine that the files describe may be left: a line that changes in
`deploy/` is noticed here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

DEPLOY = Path(__file__).resolve().parent.parent.parent / "deploy"
# What belongs to the machine that the files are written for.
PRODUCTION = re.compile(r"CHANGE-ME|/etc/(?:postfix|dovecot|ssl|oxaas)|/var/|/run/|/opt/|\bvmail\b|:5432|port ?= ?5432")


class DeploymentError(AssertionError):
    """A file of `deploy/` is not what the tests know."""


def deployed(name: str, replacements: Mapping[str, str], *, may_stay: tuple[str, ...] = ()) -> str:
    """The text of `deploy/<name>` without its comments, every key of `replacements` replaced wherever it stands."""
    lines = (DEPLOY / name).read_text().splitlines()
    # A comment may speak of the other machine.
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#")) + "\n"
    for old, new in replacements.items():
        if old not in text:
            raise DeploymentError(f"deploy/{name} has no {old!r} any more")
        text = text.replace(old, new)
    rest = text
    for harmless in (*replacements.values(), *may_stay):
        rest = rest.replace(harmless, "") if harmless else rest
    left = PRODUCTION.findall(rest)
    if left:
        raise DeploymentError(f"deploy/{name}: the tests do not replace {sorted(set(left))}")
    return text
