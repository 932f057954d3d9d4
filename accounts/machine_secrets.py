"""Secrets made by chance: the text of an API password, how it is made, recognised, and kept as a keyed digest.

`oxaas_<identifier>_<secret>`: the prefix is for people and for programs that look for leaked secrets, the identifier
finds the row, and 40 random characters of 36 are 206 bits, which nobody guesses: so it needs no slow hash.

Also first passwords, recovery codes, kept in the same way, and the sealing of what has to be read again.
"""

from __future__ import annotations

import base64
import re
import secrets
import string
from typing import Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models.api_passwords import IDENTIFIER_LENGTH

SECRET_LENGTH: Final = 40
_PASSWORD_BYTES: Final = 18
_ALPHABET: Final = string.ascii_lowercase + string.digits
_SHAPE: Final = re.compile(rf"oxaas_([a-z0-9]{{{IDENTIFIER_LENGTH}}})_[a-z0-9]{{{SECRET_LENGTH}}}")
_SALT: Final = "oxaas.api-password"


def first_password() -> str:
    """A password for an account that somebody else sets up: 144 random bits, in characters that need no quoting."""
    return secrets.token_urlsafe(_PASSWORD_BYTES)


def make() -> tuple[str, str]:
    """A new API password and its identifier."""
    identifier, secret = _random(IDENTIFIER_LENGTH), _random(SECRET_LENGTH)
    return f"oxaas_{identifier}_{secret}", identifier


def identifier_of(password: str) -> str | None:
    """The identifier in an API password, None for what is written like none."""
    found = _SHAPE.fullmatch(password)
    return found[1] if found else None


def digest_of(password: str, key: str | bytes | None = None) -> str:
    """What is stored of it: HMAC-SHA256 with a key that is derived from SECRET_KEY (or from `key`)."""
    return salted_hmac(_SALT, password, secret=key, algorithm="sha256").hexdigest()


def matches(password: str, digest: str) -> bool:
    """Whether it is the API password of this digest, made with SECRET_KEY or with one of its SECRET_KEY_FALLBACKS."""
    return any(constant_time_compare(digest_of(password, key), digest) for key in _keys())


def is_outdated(password: str, digest: str) -> bool:
    """Whether the digest of this API password was made with another key than today's."""
    return not constant_time_compare(digest_of(password), digest)


def _keys() -> list[str | bytes]:
    return [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]


def _random(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _place in range(length))


def seal(secret: bytes) -> str:
    """A secret that has to be read again, such as an authenticator app's, encrypted with a key from SECRET_KEY."""
    return _box().encrypt(secret).decode()


def unseal(sealed: str) -> bytes | None:
    """The secret; None where neither SECRET_KEY nor one of its SECRET_KEY_FALLBACKS has sealed it."""
    try:
        return _box().decrypt(sealed.encode())
    except InvalidToken:
        return None


def recovery_codes(number: int) -> list[str]:
    """Codes of 50 random bits, to be written down."""
    return [f"{_random(5)}-{_random(5)}" for _code in range(number)]


def recovery_digest(code: str, key: str | bytes | None = None) -> str:
    """What is kept of a recovery code, however it is typed."""
    plain = code.strip().lower().replace("-", "").replace(" ", "")
    return salted_hmac("oxaas.recovery-code", plain, secret=key, algorithm="sha256").hexdigest()


def recovery_digests(code: str) -> list[str]:
    """The digests of a recovery code with each of the keys."""
    return [recovery_digest(code, key) for key in _keys()]


def _box() -> MultiFernet:
    keys = [salted_hmac("oxaas.seal", "key", secret=key, algorithm="sha256").digest() for key in _keys()]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])
