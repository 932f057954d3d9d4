"""Who may do what of a clerk's daily work, and in which looks it is tried.

| flow | what it is | reseller | child reseller | context administrator | master |
|---|---|---|---|---|---|
| company | set up a company on one page | yes | yes | no | yes |
| spreadsheet | add people from their own spreadsheet | yes | yes | yes | yes |
| leaves | somebody leaves: who gets their mail | yes | yes | yes | yes |
| handover | hand a company to another reseller | yes | no | no | yes |
| quota | who is near their quota | yes | yes | yes | yes |
| reset | a new password for an administrator | yes | yes | no | yes |
| history | what happened to a person | yes | yes | yes | yes |
| undo | undo a colleague's bulk edit | yes | yes | yes | yes |

A child reseller has nobody to hand a company to. Whoever may not do one neither finds it offered nor gets through by
asking for it (tests/web/test_roles.py).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Final


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody of a role, and one of the companies that they are in charge of."""

    login: str
    context: int
    company: str
    domain: str


ROLES: Final = {
    "reseller": Who("alpha", 24, "alpha_acme", "acme.example"),
    "child": Who("alphakid", 34, "kid_cafe", "cafe.example"),
    "context": Who("admin@alpha_acme", 24, "alpha_acme", "acme.example"),
    "master": Who("root", 54, "own_gold", "gold.example"),
}
_ALL: Final = frozenset(ROLES)
MAY: Final[dict[str, frozenset[str]]] = {
    "company": _ALL - {"context"},
    "spreadsheet": _ALL,
    "leaves": _ALL,
    "handover": _ALL - {"child", "context"},
    "quota": _ALL,
    "reset": _ALL - {"context"},
    "history": _ALL,
    "undo": _ALL,
}
# The most clicks of a mouse that each takes.
CLICKS: Final = {
    "company": 4,
    "spreadsheet": 4,
    "leaves": 5,
    "handover": 5,
    "quota": 2,
    "reset": 3,
    "history": 2,
    "undo": 3,
}
LANGUAGES: Final = {"en": "en-GB", "de": "de-DE"}
THEMES: Final = ("light", "dark")
WIDTHS: Final = {"desk": (1440, 900), "phone": (390, 844)}


@dataclass(frozen=True, slots=True)
class Run:
    """One flow by somebody of one role, in one look."""

    flow: str
    role: str
    language: str
    theme: str
    width: str
    scripts: bool = field(default=True)

    @property
    def name(self) -> str:
        """For whoever reads the outcome."""
        parts = (self.flow, self.role, self.language, self.theme, self.width)
        return "-".join(parts if self.scripts else (*parts, "without scripts"))

    @property
    def pairs(self) -> set[tuple[str, str]]:
        """What comes together in it: the flow and the role, each with language, theme and width."""
        return set(product((self.flow, self.role), (self.language, self.theme, self.width)))


def allowed() -> list[tuple[str, str]]:
    """Each flow with each role that may."""
    return [(flow, role) for flow, roles in MAY.items() for role in ROLES if role in roles]


def every() -> list[Run]:
    """The whole product; and each flow in each role and language without scripts, at a desk."""
    looks = list(product(LANGUAGES, THEMES, WIDTHS))
    return [
        *(Run(*pair, *look) for pair in allowed() for look in looks),
        *(Run(*pair, language, "light", "desk", scripts=False) for pair in allowed() for language in LANGUAGES),
    ]


def covering() -> list[Run]:
    """Each flow in each role once, so that flow and role meet every language, theme and width; each without scripts."""
    return [*_covering(), *_without_scripts()]


def _covering() -> Iterator[Run]:
    met: set[tuple[str, str]] = set()
    used = Counter[tuple[str, ...]]()
    for flow, role in allowed():
        runs = [Run(flow, role, *look) for look in product(LANGUAGES, THEMES, WIDTHS)]
        best = max(runs, key=lambda run: (len(run.pairs - met), -used[run.language, run.theme, run.width]))
        met |= best.pairs
        used[best.language, best.theme, best.width] += 1
        yield best


def _without_scripts() -> Iterator[Run]:
    """Each flow once, the roles and the languages by turns."""
    for number, (flow, roles) in enumerate(MAY.items()):
        willing = [role for role in ROLES if role in roles]
        yield Run(flow, willing[number % len(willing)], list(LANGUAGES)[number % 2], "light", "desk", scripts=False)
