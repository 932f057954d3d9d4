"""Every write to explicit domains."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.models import Context
from accounts.ownership import claim_domain
from changelog.entries import Entry, Snapshot
from changelog.record import record
from core.actor import Actor
from core.addresses import is_public_suffix, parse_domain
from core.errors import Conflict, Invalid
from core.transactions import atomic
from domains.models import ExplicitDomain


@atomic
def add_domain(*, actor: Actor, context: Context, name: str, key: int | None = None) -> ExplicitDomain:
    """Give the domain to the context; `key` is the former primary key of one that is restored.

    Invalid, also for what nobody may have; Conflict when any context has it, or when it would close a loop of aliases.
    Other contexts' addresses in it are no obstacle: they were never served.
    """
    domain = parse_domain(name)
    _refuse_nobodys(domain)
    claim_domain(context, domain)
    if ExplicitDomain.objects.filter(name=domain).exists():
        raise Conflict(_("The domain %(domain)s is taken.") % {"domain": domain}, field="name")
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


def _refuse_nobodys(domain: str) -> None:
    """Invalid for a public suffix, under which everybody has domains, and for what the hoster keeps."""
    if is_public_suffix(domain):
        raise Invalid(
            _("%(domain)s is a public suffix, such as com: nobody owns it.") % {"domain": domain}, field="name"
        )
    if any(domain == one or domain.endswith(f".{one}") for one in reserved_domains()):
        raise Invalid(_("The domain %(domain)s is reserved.") % {"domain": domain}, field="name")


def reserved_domains() -> list[str]:
    """RESERVED_DOMAINS in the form in which domains are compared; their subdomains are reserved too."""
    return [parse_domain(one) for one in settings.RESERVED_DOMAINS]
