"""Every write to explicit domains."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts import ownership
from accounts.models import Context, User
from changelog.entries import Entry, Snapshot
from changelog.record import record
from core.actor import Actor
from core.addresses import parse_domain
from core.errors import Conflict
from core.locks import lock_names
from core.transactions import atomic
from domains.models import ExplicitDomain


@atomic
def add_domain(*, actor: Actor, context: Context, name: str, key: int | None = None) -> ExplicitDomain:
    """Give the domain to the context; `key` is the former primary key of one that is restored.

    Invalid; Conflict when any context has it, or another has addresses in it.
    """
    domain = parse_domain(name)
    lock_names([f"domain:{domain}"])
    if ExplicitDomain.objects.filter(name=domain).exists():
        raise Conflict(_("The domain %(domain)s is taken.") % {"domain": domain}, field="name")
    users = User.objects.filter(domain=domain).exclude(context=context)
    if users.exists() or ownership.aliases_elsewhere(context, domain):
        raise Conflict(_("Another context has addresses in %(domain)s.") % {"domain": domain}, field="name")
    row = ExplicitDomain(pk=key, context=context, name=domain)
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


def snapshot(row: ExplicitDomain) -> Snapshot:
    """What the change log keeps of a domain."""
    return {"domain": row.name}


def entry(row: ExplicitDomain, before: Snapshot | None, after: Snapshot | None) -> Entry:
    """The change log's entry about this domain."""
    return Entry("domain", row.pk, row.name, before, after, row.context.owners)
