"""What is told of a login: a line on standard error for fail2ban and a SIEM, and a row for those in charge."""

from __future__ import annotations

import json
import logging
from typing import Final

from django.db import Error
from django.utils.crypto import salted_hmac

from accounts.login.lockout import Attempt
from accounts.login.sightings import is_news
from accounts.models import Administrator, LoginEvent
from accounts.services.logins import Login, record_refusal, record_success
from core.actor import Channel
from core.trace import count

logger = logging.getLogger("oxaas.login")

Outcome = LoginEvent.Outcome
# Refusals without a check of the password: nothing bounds how many of them come.
_UNBOUNDED: Final = frozenset({Outcome.LOCKED, Outcome.BUSY})


def succeeded(attempt: Attempt, administrator: Administrator, channel: Channel, second_factor: str = "") -> None:
    """Tell of a login; of a caller of the API once in some minutes for each credential and address."""
    credential = administrator.credential
    count("logins", channel=channel.value, outcome=Outcome.SUCCESS.value)
    if channel is Channel.API and not is_news("login", administrator.pk, credential.key, attempt.address):
        return
    login = _login(attempt, administrator, channel, Outcome.SUCCESS, second_factor, str(credential))
    try:
        record_success(login, administrator)
    except Error as error:
        _not_kept(error)


def refused(attempt: Attempt, administrator: Administrator | None, channel: Channel, outcome: Outcome) -> None:
    """Tell of a refusal; the `administrator` is who was meant, if anybody."""
    count("logins", channel=channel.value, outcome=outcome.value)
    login = _login(attempt, administrator, channel, outcome)
    if outcome in _UNBOUNDED and not is_news(outcome, login.name, login.site):
        return
    try:
        record_refusal(login, administrator)
    except Error as error:
        _not_kept(error)


def _login(
    attempt: Attempt,
    administrator: Administrator | None,
    channel: Channel,
    outcome: Outcome,
    second_factor: str = "",
    credential: str = "",
) -> Login:
    """Writes the line. Text from outside stands at its end and is quoted as in JSON, in ASCII: no line is forged."""
    name = attempt.name[:400] if administrator is not None else _digested(attempt.name)
    logger.log(
        logging.INFO if outcome is Outcome.SUCCESS else logging.WARNING,
        "login outcome=%s channel=%s address=%s second_factor=%s administrator=%s credential=%s name=%s",
        outcome.value,
        channel.value,
        attempt.address or "-",
        second_factor or "-",
        "-" if administrator is None else administrator.pk,
        json.dumps(credential),
        json.dumps(name),
    )
    return Login(name, attempt.address, attempt.site, channel, outcome, credential, second_factor)


def _digested(name: str) -> str:
    """A name that nobody has: the same one can be recognised, and what it was cannot."""
    return f"unknown:{salted_hmac('oxaas.login-name', name, algorithm='sha256').hexdigest()[:16]}"


def _not_kept(error: Error) -> None:
    logger.error("a login could not be kept in the database: %s", error)
