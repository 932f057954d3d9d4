"""Every write to API passwords: made, revoked, and when and from where they were last used."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from ipaddress import ip_network
from typing import Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import machine_secrets
from accounts.models import Administrator, ApiFamily, ApiPassword, Context
from accounts.models.api_passwords import MAX_NAME
from accounts.services.administrators import check_in_charge
from changelog.entries import Entry, Snapshot
from changelog.record import record
from core.access import Role
from core.actor import Actor
from core.errors import Conflict, Invalid, NotFound
from core.locks import lock_names
from core.names import clean_identifier, normalize_identifier
from core.transactions import atomic

# Of one administrator; more would rather be a mistake in a script.
MAX_OF_ONE: Final = 100


@atomic
def create_api_password(
    *,
    actor: Actor,
    administrator: Administrator,
    name: str,
    families: Collection[str],
    may_write: bool = False,
    contexts: Collection[str] = (),
    networks: Collection[str] = (),
    expires_at: datetime | None = None,
) -> tuple[ApiPassword, str]:
    """A new API password and its text, which is nowhere afterwards. Invalid, Conflict (name taken), NotAllowed.

    `contexts` are ids or names among those that the administrator is in charge of, `networks` addresses or networks in
    CIDR notation; empty: no limit.
    """
    check_in_charge_or_own(actor, administrator)
    clean_identifier(name, what=_("name"), field="name", limit=MAX_NAME)
    lock_names([f"api-passwords:{administrator.pk}"])
    others = administrator.api_passwords.all()
    if others.filter(name=name).exists():
        raise Conflict(_("There is an API password of that name already."), field="name")
    if others.count() >= MAX_OF_ONE:
        raise Invalid(_("One administrator can have %(most)d API passwords.") % {"most": MAX_OF_ONE})
    if expires_at is not None and expires_at <= timezone.now():
        raise Invalid(_("It would have expired already."), field="expires_at")
    text, identifier = machine_secrets.make()
    row = ApiPassword(
        administrator=administrator,
        name=name,
        identifier=identifier,
        digest=machine_secrets.digest_of(text),
        families="\n".join(_families(administrator, families)),
        may_write=may_write,
        contexts="\n".join(map(str, _contexts(administrator, contexts))),
        networks="\n".join(_networks(networks)),
        expires_at=expires_at,
    )
    row.save(force_insert=True)
    record(actor, _entry(row, None, snapshot(row)))
    return row, text


@atomic
def revoke_api_password(*, actor: Actor, api_password: ApiPassword) -> None:
    """Delete it: from now on it opens nothing. What was done with it stays in the change log under its name."""
    check_in_charge_or_own(actor, api_password.administrator)
    if not ApiPassword.objects.select_for_update().filter(pk=api_password.pk).exists():
        raise NotFound(_("The API password does not exist any more."))
    record(actor, _entry(api_password, snapshot(api_password), None))
    api_password.delete()


def note_use(key: int, *, address: str, since: datetime, digest: str | None = None) -> None:
    """Keep when and from where it was used, unless that was noted after `since`; and its digest with a new key."""
    now, changes = timezone.now(), {"digest": digest} if digest else {}
    stale = ApiPassword.objects.filter(Q(last_used_at=None) | Q(last_used_at__lt=since), pk=key)
    stale.update(last_used_at=now, last_used_from=address, **changes)


def check_in_charge_or_own(actor: Actor, administrator: Administrator) -> None:
    """Everybody's own are their own business; those of others, who is in charge of those. NotAllowed."""
    if actor.administrator is not None and actor.administrator.pk == administrator.pk:
        return
    check_in_charge(actor, administrator.role, administrator.reseller, administrator.context)


def snapshot(row: ApiPassword) -> Snapshot:
    """What the change log keeps of it: nothing that opens anything."""
    return {
        "name": row.name,
        "identifier": row.identifier,
        "families": row.families.split("\n"),
        "may_write": row.may_write,
        "contexts": row.contexts.split(),
        "networks": row.networks.split(),
        "expires_at": row.expires_at.isoformat() if row.expires_at else None,
    }


def _entry(row: ApiPassword, before: Snapshot | None, after: Snapshot | None) -> Entry:
    label = f"{row.administrator}: {row.name}"
    return Entry("api_password", row.pk, label, before, after, row.administrator.owners)


def _families(administrator: Administrator, families: Collection[str]) -> list[str]:
    """In the contract's order. A tenant credential opens Mail, and nobody else does."""
    possible = families_of(administrator.role)
    if not families:
        raise Invalid(_("Choose at least one family of operations."), field="scope_families")
    if not set(families) <= set(possible):
        raise Invalid(_("The role has not all of these operations."), field="scope_families")
    return [family for family in possible if family in families]


def families_of(role: str) -> list[str]:
    """The families of which the role can have operations."""
    tenant = Role(role) is Role.TENANT
    return [str(family.value) for family in ApiFamily if (family is ApiFamily.MAIL) == tenant]


def _contexts(administrator: Administrator, given: Iterable[str]) -> list[int]:
    """Their ids, sorted. Somebody else's is as unknown as one that does not exist."""
    wanted = {text.strip() for text in given}
    numbers = {int(text) for text in wanted if text.isascii() and text.isdecimal() and len(text) < 19}
    names = {text: normalize_identifier(text) for text in wanted}
    found = Context.objects.filter(Q(pk__in=numbers) | Q(name_normalized__in=names.values())).select_related("reseller")
    mine = [context for context in found if administrator.in_charge_of(context)]
    known = {str(one.pk) for one in mine} | {one.name_normalized for one in mine}
    missing = {text for text, compared in names.items() if compared not in known}
    if missing:
        raise Invalid(
            _("There is no such context in its charge: %(names)s.") % {"names": ", ".join(sorted(missing))},
            field="scope_contexts",
        )
    return sorted(one.pk for one in mine)


def _networks(given: Iterable[str]) -> list[str]:
    networks = []
    for text in given:
        try:
            networks.append(str(ip_network(text.strip())))
        except ValueError as error:
            sentence = _("“%(text)s” is no address or network, such as 192.0.2.7 or 2001:db8::/48.")
            raise Invalid(sentence % {"text": text.strip()}, field="scope_networks") from error
    return networks
