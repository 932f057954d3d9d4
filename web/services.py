"""Keeping the figures of overviews that have much to count."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial

from django.utils import timezone

from accounts.models import Administrator, Reseller
from core import replica
from core.access import Role
from web.figures import MASTERS, counted, is_large
from web.models import Figures


def refresh() -> int:
    """Count for every overview that has much to count, and answer with how many there are."""
    resellers = Reseller.objects.values_list("pk", flat=True)
    owners = {MASTERS: Role.MASTER, **dict.fromkeys(resellers, Role.RESELLER)}
    kept = []
    for owner, role in owners.items():
        administrator = Administrator.stand_in(role, reseller_id=owner, context_id=0)
        if is_large(administrator):
            # Looks at every row: where there is a replica, that one's.
            figures = asdict(replica.read(None, partial(counted, administrator)))
            del figures["at"]
            Figures.objects.update_or_create(owner=owner, defaults={"figures": figures, "counted_at": timezone.now()})
            kept.append(owner)
    Figures.objects.exclude(owner__in=kept).delete()
    return len(kept)
