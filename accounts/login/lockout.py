"""Too many failed logins, within a window of time: refused until the window ends, the right password included.

Three things are counted, each by itself:

- an account from one address, whatever its name is written like and whatever the path: LOGIN_FAILURE_LIMIT;
- an address, whatever the names: LOGIN_ADDRESS_LIMIT;
- an account from all addresses together: EVERYWHERE times LOGIN_FAILURE_LIMIT.

The last two do not hold at an address where the account has logged in before, so that nobody locks its owner out from
elsewhere. A name that nobody has is counted as if it were an account: as one that is the same at every context, as a
reseller's, or as one of each context, as its administrators', which of them a digest of the name decides. So the lock
does not tell whether a name exists.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Concat, Now
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.login.addresses import client_address, site_of
from accounts.models import Administrator, Context, KnownAddress, LoginFailures
from accounts.queries import NamedQuery
from core.errors import TooManyAttempts
from core.locks import lock_names
from core.names import normalize_identifier

WINDOW: Final = timedelta(minutes=5)
# How many times LOGIN_FAILURE_LIMIT an account may fail from all addresses together.
EVERYWHERE: Final = 10
_PURGE: Final = 500
# Without a limit nothing is refused: no number reaches this.
_NO_LIMIT: Final = 2**31 - 1


@dataclass(frozen=True, slots=True)
class PathContext:
    """What a path says of a context: its `number` (0 for what is no context's), or its `name`."""

    number: int = 0
    name: str = ""

    def __str__(self) -> str:
        return self.name or str(self.number)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One login name as given, tried from one client address, at a `door` (tenants have their own) and a place."""

    name: str
    address: str
    door: str = ""
    place: PathContext | None = None

    @classmethod
    def of(cls, request: HttpRequest, name: str, *, door: str = "", place: PathContext | None = None) -> Attempt:
        """The attempt that a request is."""
        return cls(name, client_address(request), door, place)

    # What the statement of the candidates is told of the attempt.
    SLOTS: ClassVar[dict[str, type[int | str]]] = {
        "at_site": str,
        "of_site": str,
        "site": str,
        "most_here": int,
        "most_site": int,
        "most": int,
    }

    @property
    def site(self) -> str:
        """What failures are counted by."""
        return site_of(self.address)

    @staticmethod
    def annotate(
        candidates: QuerySet[Administrator],
        *,
        at_site: str,
        of_site: str,
        site: str,
        most_here: int,
        most_site: int,
        most: int,
    ) -> QuerySet[Administrator]:
        """Adds until when each is locked out here, as the account and as the address, and whether it is known here."""
        account = Concat(Value("a:"), Cast(OuterRef("pk"), CharField()), output_field=CharField())
        here = Concat(account, Value(at_site), output_field=CharField())
        known = KnownAddress.objects.filter(administrator=OuterRef("pk"), site=site).order_by()
        return candidates.annotate(
            locked_here=_ends(here, most_here),
            locked_site=_ends(Value(of_site), most_site),
            locked_everywhere=_ends(account, most),
            known_here=Exists(known),
        )

    def candidates(self, query: NamedQuery[Administrator], **values: int | str) -> list[Administrator]:
        """The administrators of the query, each with what is counted against it."""
        return query.rows(None, **values, **self.slots())

    def slots(self) -> dict[str, Any]:
        """The values for SLOTS."""
        limit, of_site = settings.LOGIN_FAILURE_LIMIT or _NO_LIMIT, settings.LOGIN_ADDRESS_LIMIT or _NO_LIMIT
        return {
            "at_site": f":{self.site}",
            "of_site": f"s:{self.site}",
            "site": self.site,
            "most_here": limit,
            "most_site": of_site,
            "most": min(limit * EVERYWHERE, _NO_LIMIT),
        }

    def refuse_if_locked(self, account: Administrator | None) -> None:
        """Raises TooManyAttempts while the account, one of the `candidates`, or a name that nobody has is locked."""
        until = self._unknown_locked() if account is None else _locked_until(account)
        if until is not None:
            raise TooManyAttempts(max(1, round((until - timezone.now()).total_seconds())))

    def reload(self, account: Administrator) -> Administrator:
        """The account with what is counted against it, for who is logged in already."""
        found: Administrator = self.annotate(Administrator.objects.filter(pk=account.pk), **self.slots()).get()
        return found

    def failed(self, accounts: Iterable[Administrator] = (), *, weight: int = 1) -> None:
        """Count this failure against the accounts whose password was tried, or the name that nobody has.

        What is easier to guess than a password counts with a `weight`.
        """
        if not settings.LOGIN_FAILURE_LIMIT:
            return
        tried = {f"a:{one.pk}{suffix}" for one in accounts for suffix in ("", f":{self.site}")}
        keys = sorted((tried or {self._unknown_key()}) | {f"s:{self.site}"})
        with transaction.atomic():
            lock_names([f"login-failures:{key}" for key in keys])
            now = timezone.now()
            _purge(now)
            for key in keys:
                row, _created = LoginFailures.objects.get_or_create(key=key, defaults={"ends_at": now + WINDOW})
                if row.ends_at <= now:
                    row.count, row.ends_at = 0, now + WINDOW
                row.count += weight
                row.save(update_fields=["count", "ends_at"])

    def _unknown_locked(self) -> datetime | None:
        slots = self.slots()
        most = {self._unknown_key(): slots["most_here"], slots["of_site"]: slots["most_site"]}
        rows = LoginFailures.objects.filter(key__in=most, ends_at__gt=Now())
        return max((row.ends_at for row in rows if row.count >= most[row.key]), default=None)

    def _unknown_key(self) -> str:
        """The key of an account that could have this name here. It is digested: people type passwords as names."""
        short, context = normalize_identifier(self.name), ""
        if self.place is not None:
            context = self.place.name or self._name_of_place() or str(self.place.number)
            long_form, short = short.endswith(f"@{context}"), short.removesuffix(f"@{context}")
            if not long_form and _is_everywhere_the_same(short):
                context = ""
        parts = (self.door, f"{short}@{context}" if context else short, self.site)
        return f"n:{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:60]}"

    def _name_of_place(self) -> str | None:
        number = self.place.number if self.place is not None else 0
        return Context.objects.filter(pk=number).values_list("name_normalized", flat=True).first()


def locked_out() -> int:
    """How many accounts, names and addresses are locked out now."""
    limit, of_site = settings.LOGIN_FAILURE_LIMIT or _NO_LIMIT, settings.LOGIN_ADDRESS_LIMIT or _NO_LIMIT
    full = (
        Q(key__startswith="s:", count__gte=of_site)
        | Q(key__startswith="n:", count__gte=limit)
        | Q(key__regex=r"^a:[0-9]+:", count__gte=limit)
        | Q(key__regex=r"^a:[0-9]+$", count__gte=min(limit * EVERYWHERE, _NO_LIMIT))
    )
    return LoginFailures.objects.filter(full, ends_at__gt=Now()).count()


def _is_everywhere_the_same(name: str) -> bool:
    return salted_hmac("oxaas.unknown-name", name, algorithm="sha256").digest()[0] % 2 == 0


def _ends(key: Any, most: int) -> Subquery:
    full = LoginFailures.objects.filter(key=key, count__gte=most, ends_at__gt=Now()).order_by()
    return Subquery(full.values("ends_at")[:1])


def _locked_until(account: Any) -> datetime | None:
    """Of a known address only the failures that came from there count."""
    ends = [account.locked_here]
    if not account.known_here:
        ends += [account.locked_site, account.locked_everywhere]
    return max((end for end in ends if end is not None), default=None)


def _purge(now: datetime) -> None:
    """Delete some of what has expired. Locked in one order, so that two of these do not wait for each other."""
    expired = LoginFailures.objects.select_for_update().filter(ends_at__lte=now).order_by("key")[:_PURGE]
    LoginFailures.objects.filter(pk__in=[row.pk for row in expired]).delete()
