"""Passkeys, by py_webauthn: what a browser is asked for, and whether its answer holds for this host."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, parse_authentication_credential_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import PublicKeyCredentialDescriptor

from accounts.models import Administrator, Passkey

# In the session: what the browser has to sign.
_CHALLENGE: Final = "passkey_challenge"
MAX_ANSWER: Final = 20_000


class WrongPasskeyError(Exception):
    """The browser's answer does not hold."""


@dataclass(frozen=True, slots=True)
class NewPasskey:
    """What is kept of a passkey."""

    credential_id: str
    public_key: bytes
    sign_count: int


def options_to_register(request: HttpRequest, administrator: Administrator) -> str:
    """What the browser is asked for, as JSON: a passkey that is none of those that there are."""
    options = generate_registration_options(
        rp_id=_host(request),
        rp_name=_host(request),
        user_name=str(administrator),
        user_id=str(administrator.pk).encode(),
        exclude_credentials=_known(administrator.passkeys.all()),
    )
    request.session[_CHALLENGE] = bytes_to_base64url(options.challenge)
    return options_to_json(options)


def registered(request: HttpRequest, answer: str) -> NewPasskey:
    """The passkey in the browser's answer, whose challenge holds once. WrongPasskeyError."""
    try:
        found = verify_registration_response(credential=answer, **_expected(request, answer))
    except (WebAuthnException, ValueError, KeyError, TypeError) as error:
        raise WrongPasskeyError from error
    return NewPasskey(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count)


def options_to_log_in(request: HttpRequest, administrator: Administrator) -> str:
    """What the browser is asked for, as JSON: one of the administrator's passkeys."""
    options = generate_authentication_options(
        rp_id=_host(request), allow_credentials=_known(administrator.passkeys.all())
    )
    request.session[_CHALLENGE] = bytes_to_base64url(options.challenge)
    return options_to_json(options)


def shown(request: HttpRequest, administrator: Administrator, answer: str) -> tuple[Passkey, int]:
    """The passkey that the browser's answer was signed with, and its new counter. WrongPasskeyError."""
    try:
        expected = _expected(request, answer)
        given = parse_authentication_credential_json(answer)
        passkey = administrator.passkeys.get(credential_id=bytes_to_base64url(given.raw_id))
        found = verify_authentication_response(
            credential=given,
            credential_public_key=bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            **expected,
        )
    except (WebAuthnException, Passkey.DoesNotExist, ValueError, KeyError, TypeError) as error:
        raise WrongPasskeyError from error
    return passkey, found.new_sign_count


def _expected(request: HttpRequest, answer: str) -> dict[str, Any]:
    if len(answer) > MAX_ANSWER:
        raise ValueError
    challenge = request.session.pop(_CHALLENGE)
    return {
        "expected_challenge": base64url_to_bytes(challenge),
        "expected_rp_id": _host(request),
        "expected_origin": f"{request.scheme}://{request.get_host()}",
    }


def _host(request: HttpRequest) -> str:
    """The relying party: this host, without its port."""
    host = request.get_host()
    return host.rpartition(":")[0] if ":" in host and not host.endswith("]") else host


def _known(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [PublicKeyCredentialDescriptor(id=base64url_to_bytes(one.credential_id)) for one in passkeys]
