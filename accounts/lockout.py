"""Too many failed logins of one name from one address: refused until the window ends, the right password included."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet, Subquery
from django.db.models.functions import Now
from django.http import HttpRequest
from django.utils import timezone

from accounts.models import Administrator, LoginFailures
from oxaas.errors import TooManyAttempts
from oxaas.locks import lock_names

WINDOW: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One login name as given, tried from one client address."""

    key: str

    @classmethod
    def of(cls, request: HttpRequest, name: str) -> Attempt:
        """The name is digested: people type passwords into the wrong field."""
        return cls(hashlib.sha256(f"{client_address(request)}\0{name}".encode()).hexdigest())

    def annotate(self, candidates: QuerySet[Administrator]) -> QuerySet[Administrator]:
        """Adds `locked_until`, so that looking up the administrator and the lock is one statement."""
        return candidates.annotate(locked_until=Subquery(self._locks().values("ends_at")[:1]))

    def refuse_if_locked(self, candidates: list[Administrator]) -> None:
        """Raises TooManyAttempts while the name is locked; no further statement when a candidate brought the answer."""
        if candidates:
            locked_until: datetime | None = getattr(candidates[0], "locked_until", None)
        else:
            locked_until = self._locks().values_list("ends_at", flat=True).first()
        if locked_until is not None:
            raise TooManyAttempts(max(1, round((locked_until - timezone.now()).total_seconds())))

    def failed(self) -> None:
        """Count this failure."""
        if not settings.LOGIN_FAILURE_LIMIT:
            return
        now = timezone.now()
        with transaction.atomic():
            lock_names([f"login-failures:{self.key}"])
            LoginFailures.objects.filter(ends_at__lte=now).delete()
            row, _created = LoginFailures.objects.get_or_create(key=self.key, defaults={"ends_at": now + WINDOW})
            row.count += 1
            row.save(update_fields=["count"])

    def _locks(self) -> QuerySet[LoginFailures]:
        limit = settings.LOGIN_FAILURE_LIMIT
        rows = LoginFailures.objects.filter(key=self.key, count__gte=limit, ends_at__gt=Now())
        return rows if limit else rows.none()


def client_address(request: HttpRequest) -> str:
    """The peer's address, or what the outermost of our own TRUSTED_PROXIES saw."""
    hops = settings.TRUSTED_PROXIES
    forwarded = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    address: str = forwarded[-hops] if hops and len(forwarded) >= hops else request.META.get("REMOTE_ADDR", "")
    return address
