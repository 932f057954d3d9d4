"""Looking for the proof of domains: asked by a person, and by the worker with growing pauses.

The DNS is asked outside of transactions; what it said is noted afterwards.
"""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore
from typing import Final

from django.conf import settings
from django.utils.translation import gettext as _

from core.actor import Actor, Channel
from core.errors import Invalid, NotFound
from domains.lookup import Finding, look_up
from domains.models import Answer, ExplicitDomain, Proof
from domains.plans import OFF
from domains.services import begin_check, note_finding, take_due

logger = logging.getLogger(__name__)

# So many domains are asked about at the same time by a worker, and this is how often it looks which are due.
AT_ONCE: Final = 10
SECONDS: Final = 5
_WORKER: Final = Actor(None, Channel.COMMAND)
# Requests that wait for the DNS in one process: slow name servers keep no more of its threads.
_asking: Final = BoundedSemaphore(1)


def check_now(*, actor: Actor, domain: ExplicitDomain) -> ExplicitDomain:
    """Look, and tell what is so now. Invalid when that must wait; NotFound; NotAllowed."""
    if not _asking.acquire(blocking=False):
        raise Invalid(_("The DNS is being asked about another domain. Try again in a moment."))
    try:
        row = begin_check(actor=actor, domain=domain)
        return note_finding(actor=actor, domain=row, finding=_find(row))
    finally:
        _asking.release()


def look_again() -> bool:
    """Look for the proof of the domains that are due; whether there may be more of them."""
    # Asked without a lock: most of the time there is nothing.
    rows = take_due(AT_ONCE) if ExplicitDomain.objects.due().exists() else []
    if not rows:
        return False
    with ThreadPoolExecutor(len(rows)) as threads:
        findings = list(threads.map(_find, rows))
    for row, finding in zip(rows, findings, strict=True):
        try:
            noted = note_finding(actor=_WORKER, domain=row, finding=finding)
        except NotFound:
            continue
        if noted.is_proven:
            logger.info("domain %s is proven for context %s (%s)", noted.name, noted.context_id, noted.proof)
    return len(rows) == AT_ONCE


def _find(row: ExplicitDomain) -> Finding:
    """What proves the domain: nothing must, where the hoster asks for no proof any more."""
    if settings.DOMAIN_PROOF == OFF:
        return Finding(Proof.NOT_ASKED, Answer.FOUND)
    return look_up(row.name, row.token)
