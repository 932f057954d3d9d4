"""Every write to the log of logins, and what is kept of a login on the administrator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from accounts.models import Administrator, KnownAddress, LoginEvent
from changelog.entries import Owners

# For how long after its last login an address is one that the administrator is known at.
KNOWN_FOR: Final = timedelta(days=90)


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
    """Append a login; its address is a known one from now on, and the administrator was last used then and there."""
    now = timezone.now()
    with transaction.atomic():
        _append(login, administrator)
        known = KnownAddress(administrator=administrator, site=login.site, last_at=now)
        KnownAddress.objects.bulk_create(
            [known], update_conflicts=True, unique_fields=["administrator", "site"], update_fields=["last_at"]
        )
        KnownAddress.objects.filter(administrator=administrator, last_at__lt=now - KNOWN_FOR).delete()
        used = {"last_used_at": now, "last_used_from": login.address}
        Administrator.objects.filter(pk=administrator.pk).update(**used)


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
