"""Every write to explicit domains."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Context, User
from accounts.services import neighbours
from accounts.services.changes import Entry, record
from domains.models import ExplicitDomain
from oxaas.addresses import parse_domain
from oxaas.changes import Actor
from oxaas.errors import Conflict
from oxaas.locks import lock_names


@transaction.atomic
def add_domain(*, actor: Actor, context: Context, name: str) -> ExplicitDomain:
    """Give the domain to the context. Invalid; Conflict when any context has it, or another has addresses in it."""
    domain = parse_domain(name)
    lock_names([f"domain:{domain}"])
    if ExplicitDomain.objects.filter(name=domain).exists():
        raise Conflict(_("The domain %(domain)s is taken.") % {"domain": domain}, field="name")
    users = User.objects.filter(domain=domain).exclude(context=context)
    if users.exists() or neighbours.aliases_elsewhere(context, domain):
        raise Conflict(_("Another context has addresses in %(domain)s.") % {"domain": domain}, field="name")
    row = ExplicitDomain(context=context, name=domain)
    row.save(force_insert=True)
    record(actor, Entry("domain", domain, None, {"domain": domain}, context=context))
    return row


@transaction.atomic
def remove_domain(*, actor: Actor, context: Context, name: str) -> None:
    """Take the domain from the context. Invalid; Conflict when this context does not have it."""
    domain = parse_domain(name)
    row = ExplicitDomain.objects.select_for_update().filter(context=context, name=domain).first()
    if row is None:
        raise Conflict(_("The context does not have the domain %(domain)s.") % {"domain": domain})
    record(actor, Entry("domain", domain, {"domain": domain}, None, context=context))
    row.delete()
