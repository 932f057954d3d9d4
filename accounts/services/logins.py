"""Every write to the log of logins, and what is kept of a login on the administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from accounts.models import Administrator, KnownAddress, LoginEvent
from changelog.entries import Owners
from core.actor import Actor
from core.iteration import batched
from core.persons import MASK, Holding, Person, naming
from core.retention import Kept

# For how long after its last login an address is one that the administrator is known at.
KNOWN_FOR: Final = timedelta(days=90)
_CHUNK: Final = 500
# What may name a person.
_TEXTS: Final = ("name", "credential")


@dataclass(frozen=True, slots=True)
class Login:
    """What is known of a login, and from where it came: `site` is what failures are counted by."""

    name: str
    address: str
    site: str
    channel: str
    outcome: str
    credential: str = ""
    second_factor: str = ""


def record_refusal(login: Login, administrator: Administrator | None) -> None:
    """Append a refused login, whose `administrator` was meant, if anybody."""
    _append(login, administrator)


def record_success(login: Login, administrator: Administrator) -> None:
    """Append a login; its address is a known one from now on, and the administrator was last used then and there.

    Nothing is kept of an administrator who has been deleted meanwhile.
    """
    now = timezone.now()
    used = {"last_used_at": now, "last_used_from": login.address}
    with transaction.atomic():
        # The administrator comes first, as for whoever deletes them: neither waits for the other.
        if not Administrator.objects.filter(pk=administrator.pk).update(**used):
            return
        _append(login, administrator)
        known = KnownAddress(administrator=administrator, site=login.site, last_at=now)
        KnownAddress.objects.bulk_create(
            [known], update_conflicts=True, unique_fields=["administrator", "site"], update_fields=["last_at"]
        )
        KnownAddress.objects.filter(administrator=administrator, last_at__lt=now - KNOWN_FOR).delete()


def purge_logins(before: datetime, most: int) -> int:
    """Delete at most so many rows of the log older than `before`, the oldest first, and say how many."""
    oldest = list(LoginEvent.objects.filter(at__lt=before).order_by("at").values_list("pk", flat=True)[:most])
    LoginEvent.objects.filter(pk__in=oldest).delete()
    return len(oldest)


def purge_known_addresses(now: datetime, most: int) -> int:
    """Delete at most so many addresses from which nobody has logged in for too long, and say how many."""
    old = list(KnownAddress.objects.filter(last_at__lt=now - KNOWN_FOR).values_list("pk", flat=True)[:most])
    KnownAddress.objects.filter(pk__in=old).delete()
    return len(old)


def _exported(person: Person) -> list[dict[str, Any]]:
    return [
        {"at": row.at.isoformat(), "name": row.name, "address": row.address, "outcome": row.outcome}
        for row in naming(person, LoginEvent.objects.all(), _TEXTS)
    ]


def _masked(actor: Actor, person: Person) -> int:
    """Of a login by the person, from where it came is theirs too."""
    count = 0
    for chunk in batched(naming(person, LoginEvent.objects.all(), _TEXTS), _CHUNK):
        for row in chunk:
            row.name, row.credential, row.address = person.masked(row.name), person.masked(row.credential), MASK
        LoginEvent.objects.bulk_update(chunk, ["name", "credential", "address"])
        count += len(chunk)
    return count


HOLDINGS: Final = (Holding("log of logins", 80, _exported, _masked),)
KEPT: Final = (
    Kept("log of logins", "LOGIN_LOG_KEEP_DAYS", purge_logins),
    Kept("known addresses", None, purge_known_addresses),
)


def _append(login: Login, administrator: Administrator | None) -> None:
    owners = Owners() if administrator is None else administrator.owners
    LoginEvent.objects.create(
        name=login.name,
        address=login.address,
        channel=login.channel,
        outcome=login.outcome,
        credential=login.credential,
        second_factor=login.second_factor,
        administrator_id=None if administrator is None else administrator.pk,
        context_id=owners.context_id,
        reseller_id=owners.reseller_id,
        reseller_parent_id=owners.reseller_parent_id,
    )
