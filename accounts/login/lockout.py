"""Too many failed logins of one name from one address: refused until the window ends, the right password included.

A name is counted at each context by itself, as `admin` is another administrator in every context, and once more over
all of them, so that nobody tries a reseller's password at one context after the other. Nothing here depends on whether
the name exists: it would tell.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet, Subquery
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Administrator, LoginFailures
from accounts.queries import NamedQuery
from core.addresses import printable
from core.errors import TooManyAttempts
from core.locks import lock_names

WINDOW: Final = timedelta(minutes=5)
# How many times LOGIN_FAILURE_LIMIT a name may fail over all contexts together.
EVERYWHERE: Final = 10
_PURGE: Final = 500
# Without LOGIN_FAILURE_LIMIT nothing is counted: no number reaches this.
_NO_LIMIT: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Attempt:
    """One login name as given, tried from one client address at one place, and that name from there anywhere."""

    address: str
    here: str
    everywhere: str

    @classmethod
    def of(cls, request: HttpRequest, name: str, *, place: str = "") -> Attempt:
        """The name is digested: people type passwords into the wrong field."""
        address = client_address(request)
        site = site_of(address)
        return cls(address, _key(site, name, "at", place), _key(site, name, "everywhere"))

    # What the statement of the candidates is told of the attempt.
    SLOTS: ClassVar[dict[str, type[int | str]]] = {"here": str, "everywhere": str, "most_here": int, "most": int}

    @staticmethod
    def annotate(
        candidates: QuerySet[Administrator], *, here: str, everywhere: str, most_here: int, most: int
    ) -> QuerySet[Administrator]:
        """Adds `locked_until`, so that looking up the administrator and the lock is one statement."""
        locks = _locks(here, everywhere, most_here, most)
        return candidates.annotate(locked_until=Subquery(locks.values("ends_at")[:1]))

    def candidates(self, query: NamedQuery[Administrator], **values: int | str) -> list[Administrator]:
        """The administrators of the query. Raises TooManyAttempts while the name is locked."""
        found = query.rows(None, **values, **self._slots())
        if not found:
            self.refuse_if_locked()
        elif (locked_until := getattr(found[0], "locked_until", None)) is not None:
            raise _too_many(locked_until)
        return found

    def refuse_if_locked(self) -> None:
        """Raises TooManyAttempts while the name is locked."""
        locked_until = _locks(**self._slots()).values_list("ends_at", flat=True).first()
        if locked_until is not None:
            raise _too_many(locked_until)

    def _slots(self) -> dict[str, Any]:
        limit = settings.LOGIN_FAILURE_LIMIT or _NO_LIMIT
        most = min(limit * EVERYWHERE, _NO_LIMIT)
        return {"here": self.here, "everywhere": self.everywhere, "most_here": limit, "most": most}

    def failed(self) -> None:
        """Count this failure."""
        if not settings.LOGIN_FAILURE_LIMIT:
            return
        with transaction.atomic():
            lock_names([f"login-failures:{self.here}", f"login-failures:{self.everywhere}"])
            now = timezone.now()
            _purge(now)
            for key in (self.here, self.everywhere):
                row, _created = LoginFailures.objects.get_or_create(key=key, defaults={"ends_at": now + WINDOW})
                if row.ends_at <= now:
                    row.count, row.ends_at = 0, now + WINDOW
                row.count += 1
                row.save(update_fields=["count", "ends_at"])


def _too_many(locked_until: datetime) -> TooManyAttempts:
    return TooManyAttempts(max(1, round((locked_until - timezone.now()).total_seconds())))


def _locks(here: str, everywhere: str, most_here: int, most: int) -> QuerySet[LoginFailures]:
    full = Q(key=here, count__gte=most_here) | Q(key=everywhere, count__gte=most)
    return LoginFailures.objects.filter(full, ends_at__gt=Now()).order_by("-ends_at")


def _key(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _purge(now: datetime) -> None:
    """Delete some of what has expired. Locked in one order, so that two of these do not wait for each other."""
    expired = LoginFailures.objects.select_for_update().filter(ends_at__lte=now).order_by("key")[:_PURGE]
    LoginFailures.objects.filter(pk__in=[row.pk for row in expired]).delete()


def client_address(request: HttpRequest) -> str:
    """The peer's address, or what the outermost of our own TRUSTED_PROXIES saw.

    What a client itself sends in X-Forwarded-For stands further left and is not looked at.
    """
    hops = settings.TRUSTED_PROXIES
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    return _plain(forwarded[-hops] if hops and len(forwarded) >= hops else request.META.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=4096)
def site_of(address: str) -> str:
    """What failures are counted by: of IPv6 the network, as whoever has one address of a /64 has all of them."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return address
    return str(IPv6Network((parsed.packed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    """The address as one writes it; some proxies add the port, some sockets write IPv4 as IPv6."""
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text)
    except ValueError:
        return text[:64] if printable(text) else ""
    return str((isinstance(address, IPv6Address) and address.ipv4_mapped) or address)
