"""Password hashes as Dovecot's passwd-file takes them: `{SCHEME}hash`. They are carried over, never made or checked."""

from __future__ import annotations

import re
from typing import Final

from core.addresses import printable

_LONGEST: Final = 1000
_NAMED: Final = re.compile(r"\{[A-Za-z0-9.-]{2,32}\}.+", re.DOTALL)
_SCHEMES: Final[dict[str, str]] = {
    "$1$": "MD5-CRYPT",
    "$2a$": "BLF-CRYPT",
    "$2b$": "BLF-CRYPT",
    "$2y$": "BLF-CRYPT",
    "$5$": "SHA256-CRYPT",
    "$6$": "SHA512-CRYPT",
    "$argon2i$": "ARGON2I",
    "$argon2id$": "ARGON2ID",
}
_BARE: Final = (
    (re.compile(r"[0-9a-f]{32}"), "PLAIN-MD5"),
    (re.compile(r"[0-9a-f]{40}"), "SHA.HEX"),
    (re.compile(r"[./0-9A-Za-z]{13}"), "DES-CRYPT"),
)
READABLE: Final = ("{PLAIN}", "{CLEARTEXT}", "{CLEAR}", "{PLAIN-TRUNC}")


def for_dovecot(password_hash: str) -> str:
    """The hash with its scheme; empty when nobody can tell which it is, or when a line of the file cannot hold it."""
    unfit = len(password_hash) > _LONGEST or not printable(password_hash) or ":" in password_hash
    if unfit or password_hash != password_hash.strip():
        return ""
    if _NAMED.fullmatch(password_hash):
        return password_hash
    for sign, scheme in _SCHEMES.items():
        if password_hash.startswith(sign):
            return f"{{{scheme}}}{password_hash}"
    return next((f"{{{scheme}}}{password_hash}" for bare, scheme in _BARE if bare.fullmatch(password_hash)), "")


def is_readable(entry: str) -> bool:
    """Whether the entry is the password itself."""
    return entry.upper().startswith(READABLE)
