"""Whether a worker is alive: it says so between its batches, in the database, where every node can see it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone

from bulk.models import Heartbeat
from core.chores import Chore

BEAT_SECONDS: Final = 10
ALIVE: Final = timedelta(minutes=2)
"""For how long a worker that has not been seen may be at a long batch."""
_WORKER: Final = "worker"


def beat() -> bool:
    """A worker is here."""
    Heartbeat.objects.update_or_create(name=_WORKER, defaults={"seen_at": timezone.now()})
    return False


def worker_is_alive() -> bool:
    """Whether one was seen lately."""
    return Heartbeat.objects.filter(name=_WORKER, seen_at__gt=timezone.now() - ALIVE).exists()


def last_seen() -> datetime | None:
    """When one was seen last."""
    return Heartbeat.objects.filter(name=_WORKER).values_list("seen_at", flat=True).first()


HEARTBEAT: Final = Chore("heartbeat", BEAT_SECONDS, beat)
