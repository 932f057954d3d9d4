"""Every write to explicit domains."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Context
from core.actor import Actor
from core.addresses import parse_domain
from core.errors import Conflict, Invalid, NotAllowed
from core.locks import locked
from core.transactions import atomic
from domains.lookup import Finding
from domains.models import Answer, ExplicitDomain, Proof
from domains.plans import GONE, ContestedError, plan_domains, refuse_others_than_the_master
from domains.wishes import DomainWish, declaring

# The pauses between looks double, up to the longest; after the last of MAX_LOOKS, about a month, somebody must ask.
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(hours=12)
MAX_LOOKS: Final = 70
# Whoever presses "Check now" again sooner gets the last answer.
_CHECK_PAUSE: Final = timedelta(seconds=10)


@atomic
def add_domain(
    *, actor: Actor, context: Context, name: str, key: int | None = None, token: str | None = None
) -> ExplicitDomain:
    """Declare the domain for the context; `key` and `token` are the former ones of one that is restored.

    Without DOMAIN_PROOF it belongs to the context at once. With it the declaration waits, and is in nobody's way.

    Invalid, also for what nobody may have; Conflict when it belongs to any context or this one has declared it, or when
    it would close a loop of aliases. Other contexts' addresses in it are no obstacle: they were never served.
    """
    return _one(actor, declaring(context, name, key=key, token=token))


@atomic
def remove_domain(*, actor: Actor, context: Context, name: str) -> None:
    """Take the domain from the context. Invalid; Conflict when this context does not have it."""
    domain = parse_domain(name)
    row = ExplicitDomain.objects.filter(context=context, name=domain).first()
    if row is None:
        raise Conflict(_("The context does not have the domain %(domain)s.") % {"domain": domain})
    _one(actor, DomainWish(row, delete=True))


@atomic
def mark_proven(*, actor: Actor, domain: ExplicitDomain) -> ExplicitDomain:
    """Have the domain belong to its context without a look into the DNS; for the master and the operator.

    NotAllowed; NotFound; Conflict when it belongs to another context, or when it would close a loop of aliases.
    """
    refuse_others_than_the_master(actor)
    return _one(actor, DomainWish(domain, Proof.MASTER))


@atomic
def withdraw_proof(*, actor: Actor, domain: ExplicitDomain) -> ExplicitDomain:
    """Have a proven domain wait for its proof again: it is not served any more. NotAllowed; NotFound; Invalid."""
    return _one(actor, DomainWish(domain, Proof.WAITING))


@atomic
def begin_check(*, actor: Actor, domain: ExplicitDomain) -> ExplicitDomain:
    """Note that somebody is about to look. NotAllowed; NotFound; Invalid when it was looked at a moment ago."""
    administrator = actor.administrator
    if administrator is not None and not administrator.in_charge_of(domain.context):
        raise NotAllowed(_("You can only work on objects in your own contexts."))
    row = _locked(domain)
    now = timezone.now()
    if row.checked_at is not None and now - row.checked_at < _CHECK_PAUSE:
        raise Invalid(_("The DNS was asked a moment ago. Wait a little, then ask again."))
    row.checked_at, row.looks = now, 0
    row.next_look_at = None if row.is_proven else now + _FIRST_PAUSE
    row.save(update_fields=["checked_at", "looks", "next_look_at"])
    return row


@atomic
def take_due(limit: int) -> list[ExplicitDomain]:
    """Domains whose next look is due, each given to one worker: for the others it is due after the pause."""
    now = timezone.now()
    due = ExplicitDomain.objects.due().select_for_update(of=("self",), skip_locked=True, no_key=True)
    rows = list(due.order_by("next_look_at")[:limit])
    for row in rows:
        row.looks += 1
        row.next_look_at = _next_look(row, now)
        row.save(update_fields=["looks", "next_look_at"])
    return rows


@atomic
def note_finding(*, actor: Actor, domain: ExplicitDomain, finding: Finding) -> ExplicitDomain:
    """Keep what a look found; a proof makes the domain the context's. NotFound when it is gone meanwhile.

    What stands against it, such as a loop of aliases, is noted as the answer.
    """
    answer = finding.answer
    if finding.proof is not Proof.WAITING:
        try:
            _one(actor, DomainWish(domain, finding.proof))
        except ContestedError:
            answer = Answer.CONTESTED
        except Conflict:
            answer = Answer.LOOP
    row = _locked(domain)
    row.checked_at, row.answer, row.found = timezone.now(), answer, finding.found
    row.save(update_fields=["checked_at", "answer", "found"])
    return row


def _one(actor: Actor, wish: DomainWish) -> ExplicitDomain:
    plan = plan_domains(actor, [wish], hold=True)
    plan.rows[0].outcome()
    plan.write(actor)
    return plan.domains[0]


def _locked(domain: ExplicitDomain) -> ExplicitDomain:
    return locked(ExplicitDomain.objects.select_related("context__reseller"), domain.pk, GONE)


def _next_look(row: ExplicitDomain, now: datetime) -> datetime | None:
    if row.looks >= MAX_LOOKS:
        return None
    doublings: int = min(row.looks - 1, 20)
    return now + min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)
