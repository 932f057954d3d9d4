"""Whether the mail servers know exactly what the web admin shows. Each difference is a sentence.

A difference is asked about twice: somebody may have changed the row between one question and the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from django.db.models import Count, QuerySet

from accounts.models import Context, User
from accounts.ownership import owners_of, undeclared
from core.iteration import batched
from domains.models import ExplicitDomain
from forwards.models import ForwardingAlias
from mailstats.mailservers import Dovecot, Postfix, recipients_of

BATCH: Final = 500
Differences = dict[int, str]
"""Primary key of a row → what is different."""


@dataclass(frozen=True)
class Report:
    """How much was asked about, what was different, and which domains wait with addresses in them."""

    asked: int
    differences: list[str]
    waiting: list[str]


class MailCheck:
    """Compares a sample of so many rows of each kind, or all of them (None)."""

    def __init__(self, postfix: Postfix, dovecot: Dovecot, sample: int | None) -> None:
        self.postfix, self.dovecot, self.sample = postfix, dovecot, sample

    def run(self) -> Report:
        """Ask about everything. CannotAskError."""
        kinds: list[tuple[QuerySet[Any], Callable[[list[int]], Differences]]] = [
            (ForwardingAlias.objects.all(), self._aliases),
            (User.objects.all(), self._users),
            (ExplicitDomain.objects.all(), self._domains),
        ]
        asked = 0
        differences: list[str] = []
        for rows, compare in kinds:
            for keys in batched(self._keys(rows), BATCH):
                asked += len(keys)
                suspects = compare(keys)
                differences += compare(list(suspects)).values() if suspects else []
        if self.sample is None:
            differences += self._strangers()
        return Report(asked, differences, _waiting())

    def _keys(self, rows: QuerySet[Any]) -> Iterable[int]:
        keys = rows.values_list("pk", flat=True)
        if self.sample is None:
            return list(keys.order_by("pk"))
        return list(keys.order_by("?")[: self.sample])

    @cached_property
    def _maps(self) -> dict[str, list[str]]:
        names = ("virtual_alias_maps", "virtual_mailbox_maps", "virtual_mailbox_domains")
        return {name: self.postfix.maps(name) for name in names}

    def _look_up(self, parameter: str, keys: Iterable[str]) -> dict[str, str]:
        return self.postfix.look_up(self._maps[parameter], keys)

    def _aliases(self, keys: list[int]) -> Differences:
        rows = ForwardingAlias.objects.filter(pk__in=keys)
        aliases = list(rows.select_related("context__reseller__parent").prefetch_related("recipients"))
        owners = owners_of({one.domain for one in aliases})
        shown = {
            one.pk: {f"{to.address.rpartition('@')[0]}@{to.domain}" for to in one.recipients.all()}
            if one.answers and one.context.in_service and owners.get(one.domain) == one.context_id
            else set()
            for one in aliases
        }
        known = self._look_up("virtual_alias_maps", [one.normalized for one in aliases])
        domains = self._look_up("virtual_mailbox_domains", {one.domain for one in aliases if shown[one.pk]})
        found: Differences = {}
        for one in aliases:
            there = recipients_of(known.get(one.normalized, ""))
            if there != shown[one.pk]:
                found[one.pk] = (
                    f"alias {one.address}: Postfix has {_listed(there)}, the web admin {_listed(shown[one.pk])}"
                )
            elif there and one.domain not in domains:
                found[one.pk] = f"alias {one.address}: Postfix accepts no mail for {one.domain}"
        return found

    def _users(self, keys: list[int]) -> Differences:
        users = list(User.objects.filter(pk__in=keys).select_related("context__reseller__parent"))
        owners = owners_of({one.domain for one in users})
        addressed = [one for one in users if owners.get(one.domain) == one.context_id]
        known = self._look_up("virtual_mailbox_maps", [one.uidname_normalized for one in addressed])
        domains = self._look_up("virtual_mailbox_domains", {one.domain for one in addressed})
        quotas = self.dovecot.users([one.uidname.lower() for one in users])
        found: Differences = {}
        for one in users:
            servers = [
                ("Dovecot", one.uidname.lower() in quotas),
                *([("Postfix", one.uidname_normalized in known)] if one in addressed else []),
            ]
            said = list(_about_user(one, servers, quotas.get(one.uidname.lower(), "")))
            if not said and one in addressed and _in_service(one) and one.domain not in domains:
                said = [f"Postfix accepts no mail for {one.domain}"]
            if said:
                found[one.pk] = f"user {one.uidname}: {'; '.join(said)}"
        return found

    def _domains(self, keys: list[int]) -> Differences:
        rows = ExplicitDomain.objects.filter(pk__in=keys).select_related("context__reseller__parent")
        owners = owners_of({one.name for one in rows})
        known = self._look_up("virtual_mailbox_domains", {one.name for one in rows})
        found: Differences = {}
        for one in rows:
            if one.is_proven and one.context.in_service and one.name not in known:
                found[one.pk] = f"domain {one.name}: Postfix does not know it"
            elif one.name in known and one.name not in owners:
                found[one.pk] = f"domain {one.name}: Postfix knows it, though it is not proven"
        return found

    def _strangers(self) -> Iterator[str]:
        """What Dovecot knows and the web admin does not."""
        names = self.dovecot.everybody()
        for user in User.objects.only("uidname").iterator(BATCH):
            names.discard(user.uidname.lower())
        for name in sorted(names):
            if not User.objects.filter(uidname__iexact=name).exists():
                yield f"user {name}: Dovecot knows it, the web admin does not"


def _about_user(user: User, servers: list[tuple[str, bool]], quota: str) -> Iterator[str]:
    expected = _in_service(user)
    for server, knows in servers:
        if knows and not expected:
            yield f"{server} knows it, though it is suspended"
        elif expected and not knows:
            yield f"{server} does not know it"
    wanted = "unlimited" if user.quota is None else str(max(user.quota, 1))
    if expected and quota and quota != wanted:
        yield f"Dovecot's quota is {quota}, not {wanted}"


def _in_service(user: User) -> bool:
    context: Context = user.context
    return user.is_active and context.in_service


def _listed(addresses: set[str]) -> str:
    return ", ".join(sorted(addresses)) or "nothing"


def _waiting() -> list[str]:
    """The domains with addresses that are not served, because their context has not declared or not proven them."""
    found: dict[tuple[str, int], int] = {}
    for model in (ForwardingAlias, User):
        rows = undeclared(model.objects.all()).order_by()
        for domain, context_id, count in rows.values_list("domain", "context").annotate(number=Count("pk")):
            found[domain, context_id] = found.get((domain, context_id), 0) + count
    declared = set(ExplicitDomain.objects.waiting().values_list("name", "context"))
    return [
        f"domain {domain}: {'1 address' if count == 1 else f'{count} addresses'} of context {context_id}"
        f" {'waits' if count == 1 else 'wait'} for its "
        + ("proof" if (domain, context_id) in declared else "declaration")
        for (domain, context_id), count in sorted(found.items())
    ]
