"""Every write to explicit domains."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Context
from accounts.ownership import claim_domain, hold_domain
from changelog.entries import Entry, Snapshot
from changelog.record import record, record_all
from core.access import Role
from core.actor import Actor, Channel
from core.addresses import is_public_suffix, parse_domain
from core.errors import Conflict, Invalid, NotAllowed
from core.locks import locked
from core.transactions import atomic
from domains.lookup import Finding
from domains.models import Answer, ExplicitDomain, Proof

OFF: Final = "off"
DNS: Final = "dns"
# The pauses between looks double, up to the longest; after the last of MAX_LOOKS, about a month, somebody must ask.
_FIRST_PAUSE: Final = timedelta(minutes=1)
_LONGEST_PAUSE: Final = timedelta(hours=12)
MAX_LOOKS: Final = 70
# Whoever presses "Check now" again sooner gets the last answer.
_CHECK_PAUSE: Final = timedelta(seconds=10)
_OPERATOR: Final = Actor(None, Channel.COMMAND)
_GONE: Final = gettext_lazy("The domain does not exist any more.")


class _ContestedError(Conflict):
    """Another declaration waits too, and the proof does not tell which is right."""

    def __init__(self) -> None:
        super().__init__(str(Answer.CONTESTED.label))


@atomic
def add_domain(
    *, actor: Actor, context: Context, name: str, key: int | None = None, token: str | None = None
) -> ExplicitDomain:
    """Declare the domain for the context; `key` and `token` are the former ones of one that is restored.

    Without DOMAIN_PROOF it belongs to the context at once. With it the declaration waits, and is in nobody's way.

    Invalid, also for what nobody may have; Conflict when it belongs to any context or this one has declared it, or when
    it would close a loop of aliases. Other contexts' addresses in it are no obstacle: they were never served.
    """
    domain = parse_domain(name)
    _refuse_nobodys(domain)
    waits = settings.DOMAIN_PROOF == DNS
    if waits:
        hold_domain(domain)
    else:
        claim_domain(context, domain)
    taken = ExplicitDomain.objects.filter(name=domain)
    if waits:
        taken = taken.filter(Q(context=context) | Q(proven_at__isnull=False))
    if taken.exists():
        raise Conflict(_("The domain %(domain)s is taken.") % {"domain": domain}, field="name")
    row = ExplicitDomain(pk=key, context=context, name=domain)
    if token:
        row.token = token
    if waits:
        row.proof, row.proven_at, row.next_look_at = Proof.WAITING, None, timezone.now()
    row.save(force_insert=True)
    record(actor, entry(row, None, snapshot(row)))
    return row


@atomic
def remove_domain(*, actor: Actor, context: Context, name: str) -> None:
    """Take the domain from the context. Invalid; Conflict when this context does not have it."""
    domain = parse_domain(name)
    rows = ExplicitDomain.objects.select_for_update(of=("self",)).select_related("context__reseller")
    row = rows.filter(context=context, name=domain).first()
    if row is None:
        raise Conflict(_("The context does not have the domain %(domain)s.") % {"domain": domain})
    record(actor, entry(row, snapshot(row), None))
    row.delete()


@atomic
def mark_proven(*, actor: Actor, domain: ExplicitDomain) -> ExplicitDomain:
    """Have the domain belong to its context without a look into the DNS; for the master and the operator.

    NotAllowed; NotFound; Conflict when it belongs to another context, or when it would close a loop of aliases.
    """
    _refuse_others_than_the_master(actor)
    return _prove(actor, domain, Proof.MASTER)


@atomic
def withdraw_proof(*, actor: Actor, domain: ExplicitDomain) -> ExplicitDomain:
    """Have a proven domain wait for its proof again: it is not served any more. NotAllowed; NotFound; Invalid."""
    _refuse_others_than_the_master(actor)
    if settings.DOMAIN_PROOF != DNS:
        raise Invalid(_("No proof is asked for."))
    hold_domain(domain.name)
    row = _locked(domain)
    if not row.is_proven:
        return row
    before = snapshot(row)
    row.proof, row.proven_at, row.answer, row.found = Proof.WAITING, None, Answer.UNKNOWN, ""
    row.looks, row.next_look_at = 0, timezone.now()
    row.save()
    record(actor, entry(row, before, snapshot(row)))
    return row


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
            _prove(actor, domain, finding.proof)
        except _ContestedError:
            answer = Answer.CONTESTED
        except Conflict:
            answer = Answer.LOOP
    row = _locked(domain)
    row.checked_at, row.answer, row.found = timezone.now(), answer, finding.found
    row.save(update_fields=["checked_at", "answer", "found"])
    return row


def snapshot(row: ExplicitDomain) -> Snapshot:
    """What the change log keeps of a domain; of its proof only where one is asked for."""
    return {"domain": row.name} | ({} if row.proof == Proof.NOT_ASKED else {"proof": row.proof, "token": row.token})


def entry(row: ExplicitDomain, before: Snapshot | None, after: Snapshot | None) -> Entry:
    """The change log's entry about this domain."""
    return Entry("domain", row.pk, row.name, before, after, row.context.owners)


def reserved_domains() -> list[str]:
    """RESERVED_DOMAINS in the form in which domains are compared; their subdomains are reserved too."""
    return [parse_domain(one) for one in settings.RESERVED_DOMAINS]


@atomic
def _prove(actor: Actor, domain: ExplicitDomain, proof: Proof) -> ExplicitDomain:
    """Make the domain its context's. Other contexts' declarations, which waited for the same, go. NotFound; Conflict.

    An MX record says that the mail is meant for this hoster, not for which of its customers: it decides nothing between
    two declarations.
    """
    claim_domain(domain.context, domain.name)
    row = _locked(domain)
    if row.is_proven:
        return row
    others = ExplicitDomain.objects.filter(name=row.name).exclude(pk=row.pk)
    rivals = list(others.select_for_update(of=("self",)).select_related("context__reseller"))
    if any(one.is_proven for one in rivals):
        raise Conflict(_("The domain %(domain)s is taken.") % {"domain": row.name})
    if rivals and proof is Proof.MX:
        raise _ContestedError
    # Whoever loses theirs is not told by whom.
    record_all(_OPERATOR, [entry(one, snapshot(one), None) for one in rivals])
    others.delete()
    before = snapshot(row)
    row.proof, row.proven_at, row.next_look_at = proof, timezone.now(), None
    row.save(update_fields=["proof", "proven_at", "next_look_at"])
    record(actor, entry(row, before, snapshot(row)))
    return row


def _locked(domain: ExplicitDomain) -> ExplicitDomain:
    return locked(ExplicitDomain.objects.select_related("context__reseller"), domain.pk, _GONE)


def _next_look(row: ExplicitDomain, now: datetime) -> datetime | None:
    if row.looks >= MAX_LOOKS:
        return None
    doublings: int = min(row.looks - 1, 20)
    return now + min(_FIRST_PAUSE * (1 << doublings), _LONGEST_PAUSE)


def _refuse_others_than_the_master(actor: Actor) -> None:
    if actor.administrator is not None and Role(actor.administrator.role) is not Role.MASTER:
        raise NotAllowed(_("Only the master administrator says without a record that a domain is proven."))


def _refuse_nobodys(domain: str) -> None:
    """Invalid for a public suffix, under which everybody has domains, and for what the hoster keeps."""
    if is_public_suffix(domain):
        raise Invalid(
            _("%(domain)s is a public suffix, such as com: nobody owns it.") % {"domain": domain}, field="name"
        )
    if any(domain == one or domain.endswith(f".{one}") for one in reserved_domains()):
        raise Invalid(_("The domain %(domain)s is reserved.") % {"domain": domain}, field="name")
