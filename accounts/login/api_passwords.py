"""API passwords at the door: found in the account's own statement, compared by a keyed digest, within their scope."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any, Final

from django.db import Error
from django.db.models import Case, OuterRef, QuerySet, Subquery, Value, When
from django.db.models.functions import JSONObject, Now
from django.utils import timezone

from accounts import machine_secrets
from accounts.login.sightings import INTERVAL_SECONDS, is_news
from accounts.models import Administrator, ApiPassword, Credential, LoginEvent
from accounts.queries import NamedQuery
from accounts.services.api_passwords import note_use

logger = logging.getLogger(__name__)

_FOUND: Final = "api_password"
_EXPIRED: Final = Case(When(expires_at__lte=Now(), then=Value(1)), default=Value(0))


@dataclass(frozen=True, slots=True)
class Accounts:
    """Who could be meant by a name: `plain`, and `keyed` with the API password of an identifier beside it."""

    plain: NamedQuery[Administrator]
    keyed: NamedQuery[Administrator]

    @classmethod
    def of(cls, build: Callable[..., QuerySet[Administrator]], **kinds: type[int | str]) -> Accounts:
        """Both queries of one queryset."""

        def keyed(_viewer: None, *, identifier: str, **values: Any) -> QuerySet[Administrator]:
            mine = ApiPassword.objects.filter(administrator=OuterRef("pk"), identifier=identifier).order_by()
            beside: Any = {_FOUND: Subquery(mine.values(found=_AS_JSON))}
            return build(_viewer, **values).annotate(**beside)

        return cls(NamedQuery(build, **kinds), NamedQuery(keyed, identifier=str, **kinds))

    def for_password(self, password: str) -> tuple[NamedQuery[Administrator], dict[str, str]]:
        """The query for a login with this password, and the value that it takes beside the others."""
        identifier = machine_secrets.identifier_of(password)
        return (self.plain, {}) if identifier is None else (self.keyed, {"identifier": identifier})


_AS_JSON: Final = JSONObject(
    key="pk",
    name="name",
    identifier="identifier",
    digest="digest",
    families="families",
    may_write=Case(When(may_write=True, then=Value(1)), default=Value(0)),
    contexts="contexts",
    networks="networks",
    expired=_EXPIRED,
)


def check(administrator: Administrator, password: str, address: str) -> LoginEvent.Outcome:
    """What becomes of an API password of theirs, which is kept on them; the look-up was a `keyed` one."""
    found: dict[str, Any] | None = getattr(administrator, _FOUND, None)
    if found is None or not machine_secrets.matches(password, found["digest"]):
        return LoginEvent.Outcome.WRONG
    administrator.credential = Credential(
        name=f"API password {found['name']} ({found['identifier']})",
        key=found["key"],
        families=frozenset(found["families"].split("\n")),
        may_write=bool(found["may_write"]),
        contexts=frozenset(map(int, found["contexts"].split())) or None,
    )
    if found["expired"]:
        return LoginEvent.Outcome.EXPIRED
    if not _is_within(address, found["networks"].split()):
        return LoginEvent.Outcome.NETWORK
    return LoginEvent.Outcome.SUCCESS if administrator.may_act else LoginEvent.Outcome.SUSPENDED


def note(administrator: Administrator, password: str, address: str) -> None:
    """Keep that the API password was used: at most once in some minutes, and never at the cost of the call."""
    key, now = administrator.credential.key, timezone.now()
    if key is None or not is_news("api password", key, address):
        return
    found: dict[str, Any] = getattr(administrator, _FOUND)
    digest = machine_secrets.digest_of(password) if machine_secrets.is_outdated(password, found["digest"]) else None
    try:
        note_use(key, address=address, since=now - timedelta(seconds=INTERVAL_SECONDS), digest=digest)
    except Error as error:
        logger.warning("the use of an API password could not be kept: %s", error)


def _is_within(address: str, networks: list[str]) -> bool:
    """Whether the client's address is in one of the networks; without networks every one is."""
    if not networks:
        return True
    try:
        client = ip_address(address)
    except ValueError:
        return False
    return any(client in ip_network(network) for network in networks)
